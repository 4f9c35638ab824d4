import * as fc from 'fast-check';

/** `npm run mutate` compares runs of the same tests, so they have to draw the same values each time. */
fc.configureGlobal({ seed: 20_260_301 });
