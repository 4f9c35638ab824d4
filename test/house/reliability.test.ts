import { describe, expect, it } from 'vitest';
import { filesUnder, type ProjectFile, readProjectFile } from './files.ts';

const page = readProjectFile('docs/reliability.md').text;

/** The rows of the table below a heading, cell by cell. */
function rowsUnder(heading: string): readonly (readonly string[])[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

/** The names that begin the titles of a file's tests, and how many tests it has. */
function namesIn({ text }: ProjectFile): { readonly names: readonly string[]; readonly tests: number } {
  const tests = text.match(/^\s*(?:it|\w+It)(?:\.\w+)*[(<]/gm) ?? [];
  const titles = text.matchAll(/^.*?['"`]([a-z0-9]+(?:[.-][a-z0-9]+)+): /gm);
  return { names: [...titles].map(([, name]) => name ?? ''), tests: tests.length };
}

const cases = rowsUnder('What goes wrong in this field');
const withoutTest = rowsUnder('Cases that have no counterpart here');
const files = filesUnder('test/field', '.test.ts');

describe('docs/reliability.md', () => {
  it('has one row for each case, with four cells or three', () => {
    const names = [...cases, ...withoutTest].map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(cases.filter((cells) => cells.length !== 4 || cells.includes(''))).toEqual([]);
    expect(withoutTest.filter((cells) => cells.length !== 3 || cells.includes(''))).toEqual([]);
  });

  it('names exactly the cases that test/field tests, and the file of each', () => {
    const told = cases.map(([name, , , file]) => `${name} ${/\]\(\.\.\/(test\/field\/[^)]+)\)/.exec(file ?? '')?.[1]}`);
    const tested = files.flatMap((file) => [...new Set(namesIn(file).names)].map((name) => `\`${name}\` ${file.path}`));
    expect(tested.sort()).toEqual(told.sort());
  });

  it('leaves no test of test/field without a name', () => {
    for (const file of files) {
      const { names, tests } = namesIn(file);
      expect(names.length, file.path).toBe(tests);
    }
  });
});
