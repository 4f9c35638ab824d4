import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { scopedName } from '../../src/sandbox/komodor/stand-in.ts';
import { routeNames, routes, standIns } from '../../src/sandbox/komodor/stand-ins.ts';
import { filesUnder, importsOf, readProjectFile } from './files.ts';

const KINDS = 'src/sandbox/komodor/kinds';
const server = readProjectFile('src/sandbox/komodor/start-komodor.ts');

/** Words that only somebody says who knows the kind: its name, its file's, its paths, what faults call its routes. */
const WORDS = new Set([
  ...standIns.map(({ kind }) => kind),
  ...filesUnder(KINDS, '.ts').map(({ path }) => basename(path, '.ts')),
  ...routes.map(({ path }) => path.replace(/\/\{.*/, '')),
  ...routeNames,
]);

/** What a text says of kinds. */
function saidOf(text: string): readonly string[] {
  return [...WORDS].filter((word) => new RegExp(`(?<![\\w-])${word}(?![\\w-])`, 'i').test(text));
}

it('starts the stand-in for Komodor without the name of a kind', () => {
  expect(WORDS.size).toBeGreaterThan(8);
  expect(saidOf(server.text)).toEqual([]);
  expect(importsOf(server).filter((path) => path.startsWith(KINDS))).toEqual([]);
});

it.each(["case 'services-scoped':", '// the clusters of an account', "'GET apikey/validate'", 'komodorService'])(
  'would see %j',
  (line) => expect(saidOf(`${server.text}\n${line}`)).not.toEqual([]),
);

// `npx vitest run test/house/sandbox.test.ts -u` writes the table anew.
it('has its routes in docs/sandbox.md', async () => {
  const { text } = readProjectFile('docs/sandbox.md');
  const [before, after] = text.split(/<!-- routes -->[\s\S]*<!-- end of routes -->/);
  const rows = routes.flatMap((route) => [
    `| \`${route.name}\` | ${route.about} |`,
    ...(route.isScoped ? [`| \`${scopedName(route)}\` | ${route.scopedAbout ?? 'the same, limited to a part'} |`] : []),
  ]);
  const table = ["| Komodor's routes | |", '|---|---|', ...new Set(rows)].join('\n');
  const page = `${before}<!-- routes -->\n\n${table}\n\n<!-- end of routes -->${after}`;
  await expect(page).toMatchFileSnapshot(fileURLToPath(new URL('../../docs/sandbox.md', import.meta.url)));
});

it('keeps kinds apart: none imports another', () => {
  for (const file of filesUnder(KINDS, '.ts')) {
    expect(
      importsOf(file).filter((path) => path.startsWith(KINDS)),
      file.path,
    ).toEqual([]);
  }
});
