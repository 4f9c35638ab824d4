/** What `npm run mutate` (scripts/mutate.mjs) tells Stryker, but for the files to mutate. */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutate.config.ts', related: false },
  coverageAnalysis: 'perTest',
  ignorePatterns: ['dist', 'coverage', 'docs'],
  // Stryker would rewrite tsconfig.json with a TypeScript API that version 7 does not have, and needs no such thing here.
  tsconfigFile: 'none',
  reporters: ['clear-text'],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false, reportScoreTable: false },
  cleanTempDir: 'always',
  concurrency: 2,
  timeoutMS: 10_000,
};
