import { basename } from 'node:path';
import { expect, it } from 'vitest';
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

it('has a row in docs/sandbox.md for each route', () => {
  const rows = readProjectFile('docs/sandbox.md').text.matchAll(/^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|/gm);
  const explained = [...rows].flatMap(([, names = '']) => names.replaceAll('`', '').split(', '));
  for (const name of routeNames) expect(explained).toContain(name);
});

it('keeps kinds apart: none imports another', () => {
  for (const file of filesUnder(KINDS, '.ts')) {
    expect(
      importsOf(file).filter((path) => path.startsWith(KINDS)),
      file.path,
    ).toEqual([]);
  }
});
