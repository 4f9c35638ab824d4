import { configDefaults, defineConfig } from 'vitest/config';

/** Folders whose tests take back all that they change in their process. */
const TOGETHER = [
  'compose',
  'config',
  'contract',
  'core',
  'golden',
  'journal',
  'komodor',
  'lint',
  'mapping',
  'net',
  'notify',
  'sandbox',
  'telemetry',
].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    projects: [
      // These files share processes. One of their own for each, which loads the program anew, costs more than most of their tests.
      { extends: true, test: { name: 'together', include: TOGETHER, isolate: false } },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...TOGETHER],
          // The real API server, which all tests of test/lab share.
          globalSetup: process.env.K8S_LAB === '1' ? ['test/lab/global-setup.ts'] : [],
        },
      },
    ],
    // Tests start real servers and real jq processes; a slow machine must not turn them red.
    testTimeout: 180_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // Most tests wait for sockets and for jq; one file at a time would leave the processors idle.
    maxWorkers: 3,
    coverage: { provider: 'v8', include: ['src/**'] },
  },
});
