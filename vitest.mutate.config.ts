import { defineConfig } from 'vitest/config';

/** The quick tests of what `npm run mutate` breaks: neither sockets nor jq, for they run some hundred times. */
export default defineConfig({
  test: {
    setupFiles: ['test/mutation/fixed-seed.ts'],
    include: [
      'test/core/{deletion,deletions,confirm-stale}.test.ts',
      'test/core/{live-deletion,catalog-guards,confirming-read}.test.ts',
      'test/core/fields.test.ts',
      'test/komodor/{walks,walk-steps}.test.ts',
      'test/core/{pack,writer}.test.ts',
      'test/core/{verdict,report}.test.ts',
      'test/net/{retry,rate-limit}.test.ts',
    ],
  },
});
