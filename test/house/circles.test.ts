import { describe, expect, it } from 'vitest';
import { importsOf, type ProjectFile, sources } from './files.ts';

/** Circles of imports, each the shortest through its first file, and none with a file of another. Types count too. */
function circlesIn(files: readonly ProjectFile[]): readonly string[] {
  const paths = new Set(files.map(({ path }) => path));
  const imports = new Map(files.map((file) => [file.path, importsOf(file).filter((name) => paths.has(name))]));
  const told = new Set<string>();
  return [...paths].sort().flatMap((path) => {
    const way = shortestWayBack(path, imports);
    if (!way || way.some((each) => told.has(each))) return [];
    for (const each of way) told.add(each);
    return [[...way, path].join(' -> ')];
  });
}

function shortestWayBack(start: string, imports: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const ways = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of imports.get(way.at(-1) ?? '') ?? []) {
      if (next === start) return way;
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}

describe('imports', () => {
  // What two files need of each other goes into a third.
  it('go round in no circle', () => expect(circlesIn(sources)).toEqual([]));

  const file = (name: string, ...imports: readonly string[]): ProjectFile => ({
    path: `src/${name}.ts`,
    text: imports.map((other) => `import type { X } from './${other}.ts';`).join('\n'),
  });

  it.each([
    ['of a file that imports itself', [file('a', 'a')], ['src/a.ts -> src/a.ts']],
    ['of two files', [file('a', 'b'), file('b', 'a')], ['src/a.ts -> src/b.ts -> src/a.ts']],
    [
      'behind a file that is in none',
      [file('a', 'b'), file('b', 'c'), file('c', 'd'), file('d', 'b')],
      ['src/b.ts -> src/c.ts -> src/d.ts -> src/b.ts'],
    ],
    [
      'beside another',
      [file('a', 'b', 'c'), file('b', 'a'), file('c', 'd'), file('d', 'c')],
      ['src/a.ts -> src/b.ts -> src/a.ts', 'src/c.ts -> src/d.ts -> src/c.ts'],
    ],
    ['where two ways lead to one file: none', [file('a', 'b', 'c'), file('b', 'c'), file('c')], []],
  ])('would be told of a circle %s', (_, files, circles) => expect(circlesIn(files)).toEqual(circles));
});
