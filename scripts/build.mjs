// Builds dist/ from nothing with Vite: the program, and the operator's page.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));

// Libraries that nearly every command loads, with all that they load: as one file they start three times as fast as from
// hundreds. The service's own stay where npm puts them.
const BUNDLED = ['zod', 'fastify-type-provider-zod', 'commander', 'yaml', 'diff', 'axios'];
const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const APART = Object.keys(dependencies).filter((name) => !BUNDLED.includes(name));
// One there for all of Fastify, and one that `debug` uses where somebody has installed it.
APART.push('@fastify/error', 'supports-color');

function staysApart(name) {
  return isBuiltin(name) || APART.some((library) => name === library || name.startsWith(`${library}/`));
}

/** The files of folders that the program reads, to find what there is: each stays a file of its own. */
const FOUND_BY_READING = ['komodor/kinds', 'sandbox/komodor/kinds'].flatMap((folder) =>
  readdirSync(`${SOURCES}${folder}`).map((file) => `${folder}/${file.replace(/\.ts$/, '')}`),
);

/** Files of the program look for others beside themselves. All that is put together lies in dist/ itself, so it is told where. */
const placesOfSources = {
  name: 'places-of-sources',
  transform(code, id) {
    if (!id.startsWith(SOURCES) || !code.includes('import.meta.url')) return null;
    const place = JSON.stringify(`./${relative(SOURCES, id)}`);
    return { code: code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`), map: null };
  },
  generateBundle(_options, bundle) {
    const deep = Object.values(bundle).find(
      ({ fileName, code }) => fileName.includes('/') && code?.includes('import.meta.url'),
    );
    if (deep) this.error(`${deep.fileName} looks for files beside itself, but does not lie in dist/ itself`);
  },
};

/** Of axios the program uses neither its ways to send (src/net/node-adapter.ts) nor forms; they load 60 modules and half of Node. */
const UNUSED_IN_AXIOS = /\/(adapters\/(http|fetch|xhr)|classes\/FormData)\.js$/;
const withoutUnused = {
  name: 'without-unused',
  async load(id) {
    if (!id.includes('/node_modules/axios/') || !UNUSED_IN_AXIOS.test(id)) return null;
    return 'export default null; export const getFetch = () => null;';
  },
};

// What is found by reading a folder would be found although its source is gone.
rmSync('dist', { recursive: true, force: true });
await build({
  configFile: false,
  logLevel: 'warn',
  plugins: [placesOfSources, withoutUnused],
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'esnext',
    sourcemap: true,
    minify: false,
    copyPublicDir: false,
    rolldownOptions: {
      input: Object.fromEntries(['cli', ...FOUND_BY_READING].map((name) => [name, `${SOURCES}${name}.ts`])),
      external: staysApart,
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});
await build({ logLevel: 'warn' });
