import { defineConfig } from 'vite';

/** Builds the operator's page (web/) into dist/page. */
export default defineConfig({
  root: 'web',
  // Addresses relative to <base>, so that the page works behind a path prefix.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  html: { cspNonce: '%NONCE%' },
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2022',
    manifest: true,
    // A file of its own is cached; a `data:` address would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
