import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The real API server, which all tests of test/lab share.
    globalSetup: process.env.K8S_LAB === '1' ? ['test/lab/global-setup.ts'] : [],
    // Tests start real servers and real jq processes; a slow machine must not turn them red.
    testTimeout: 180_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // Most tests wait for sockets and for jq; one file at a time would leave the processors idle.
    maxWorkers: 3,
    coverage: { provider: 'v8', include: ['src/**'] },
  },
});
