import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/gitops.md', root), 'utf8');

interface Row {
  readonly number: number;
  readonly feature: string;
  readonly part: string;
  readonly what: string;
  readonly tests: string;
}

const rows: readonly Row[] = [...text.matchAll(/^\| (\d+) \| (.+?) \| ([DGN]) \| (.+?) \|(.*)\|$/gm)].map(
  ([, number, feature = '', part = '', what = '', tests = '']) => ({
    number: Number(number),
    feature,
    part,
    what,
    tests: tests.trim(),
  }),
);

/** Folders and files that a cell names; `a/{b,c}` are two, and what a `*` stands for is left out with what follows. */
function pathsIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+\/[^`]*)`/g)]
    .flatMap(([, path = '']) => {
      const [, before, names, after] = /^(.*)\{(.*)\}(.*)$/.exec(path) ?? [];
      return names === undefined ? [path] : names.split(',').map((name) => `${before}${name}${after}`);
    })
    .map((path) => path.replace(/[^/]*\*.*$/, ''));
}

/** The files of the tests that a cell names. */
function testFilesIn(cell: string): readonly string[] {
  const byPath = pathsIn(cell);
  const names = cell.replace(/`[^`]*`/g, '').match(/[a-z]+(?:-[a-z]+)*(?=[,;]|$)/g) ?? [];
  return [...byPath, ...names.map((name) => `test/deploy/${name}.test.ts`)];
}

describe('docs/gitops.md', () => {
  it('has a row for each of the fifty features', () =>
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1)));

  it.each(rows.map((row) => [row.number, row] as const))('row %i names files that are there', (_number, row) => {
    expect(pathsIn(row.what).filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  it.each(rows.filter(({ part }) => part !== 'N').map((row) => [row.number, row] as const))(
    'row %i names a test that is there',
    (_number, row) => {
      const files = testFilesIn(row.tests);
      expect(files.length).toBeGreaterThan(0);
      expect(files.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
    },
  );
});
