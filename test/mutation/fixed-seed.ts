import * as fc from 'fast-check';

/** `npm run mutate` compares runs of the same tests, so they draw the same values each time; the first failure is enough. */
fc.configureGlobal({ seed: 20_260_301, endOnFailure: true });
