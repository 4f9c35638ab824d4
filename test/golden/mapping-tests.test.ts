import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { offlineKinds } from '../../src/compose/kinds.ts';
import { addOnsAt } from '../../src/config/mapping-files.ts';
import { listMappingTests, readMappingTests } from '../../src/config/mapping-tests.ts';
import { documentOf, runCli } from '../cli/run-cli.ts';
import { filesUnder, readProjectFile } from '../house/files.ts';

const BLOCK = /<!-- (docs\/examples\/[\w.-]+) -->\n\n```yaml\n([\s\S]*?)```/g;

describe.concurrent('the tests of the shipped mapping', () => {
  it('pass, without a word about a field that fails', async () => {
    // In an empty folder the shipped mapping counts, with the tests beside it.
    const outcome = await runCli(['test', '--json']);
    const { files, failed, problems } = documentOf(outcome);
    const tests: readonly { readonly name: string; readonly notes: readonly string[] }[] = files.flatMap(
      (file: { readonly tests: readonly unknown[] }) => file.tests,
    );
    expect([outcome.code, failed, problems]).toEqual([0, 0, []]);
    expect(tests.filter(({ notes }) => notes.length > 0)).toEqual([]);
  });

  it('are about every add-on and every kind that it maps', () => {
    const files = listMappingTests('mappings/tests').flatMap((file) => {
      const read = readMappingTests(file, offlineKinds(), false);
      return 'value' in read ? [read.value] : [];
    });
    const addOns = new Set(files.flatMap((file) => file.addOns ?? []));
    expect([...addOns].sort()).toEqual([...addOnsAt('mappings')].sort());
    const mapped = filesUnder('mappings', '.yaml').flatMap(({ text }) => [...text.matchAll(/^ +- kind: ([\w./]+)/gm)]);
    const tested = new Set(files.flatMap(({ tests }) => tests.map(({ kind }) => kind)));
    expect([...tested].sort()).toEqual([...new Set(mapped.map(([, kind]) => kind))].sort());
  });
});

describe('the examples of docs/mapping.md', () => {
  const blocks = [...readProjectFile('docs/mapping.md').text.matchAll(BLOCK)];

  it('are files of tests, letter by letter', () => {
    const files = filesUnder('docs/examples', '.yaml').map(({ path }) => path);
    expect(blocks.map(([, path]) => path).sort()).toEqual(files.sort());
    for (const [, path = '', text] of blocks) expect(text, path).toBe(readFileSync(path, 'utf8'));
  });

  it('pass', async () => {
    const outcome = await runCli(['test', resolve('docs/examples'), '--json']);
    expect(documentOf(outcome)).toMatchObject({ failed: 0, problems: [] });
    expect(outcome.code).toBe(0);
  });
});
