import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFile } from '../lint/support.ts';
import { documentOf, expectReadableFailure, runCli } from './run-cli.ts';

const ITEM = temporaryFile('item.json', '{"kind": "Deployment", "cluster": "c", "namespace": "n", "service": "s"}');
const GUARDED = 'entityDeletionThreshold: 0.3\ncreateMissingRelatedEntities: false\n';

/** Mappings that cannot be read as a whole, with what is said of them. */
const UNREADABLE: readonly (readonly [string, string, string])[] = [
  ['empty', '', 'must be an object with a list of resources'],
  ['a wrong indentation', `${GUARDED}resources:\n  - kind: a\n     selector: {}\n`, 'Nested mappings are not allowed'],
  ['a tab', `${GUARDED}resources:\n\t- kind: a\n`, 'Tabs are not allowed'],
  ['no list of resources', GUARDED, 'resources: is missing'],
  ['a text', 'hello', 'must be an object with a list of resources'],
];

describe.concurrent('a mapping file that cannot be read as a whole', () => {
  it.each(UNREADABLE)(
    '%s: is bad input of map, as it is of plan --mapping and POST /v1/map',
    async (_, text, words) => {
      const file = temporaryFile('mine.yaml', text);
      const shipped = join(process.cwd(), 'mappings');
      for (const args of [
        ['--mapping', file],
        ['--mapping', shipped, '--diff', file],
      ]) {
        const outcome = await runCli(['map', ITEM, '--kind', 'komodorService', ...args]);
        expectReadableFailure(outcome);
        expect(outcome.stderr).toContain(words);
      }
    },
  );

  it.each(UNREADABLE)('%s: lint says that, and nothing about guards that it could not read', async (_, text, words) => {
    const outcome = await runCli(['lint', '--mapping', temporaryFile('mine.yaml', text), '--json']);
    expect(outcome.code).toBe(1);
    const found = JSON.stringify(documentOf(outcome));
    expect(found).toContain(words.split(': ').at(-1) ?? words);
    expect(found).not.toContain('guard_loose');
  });
});

describe.concurrent('--help', () => {
  const commands = 'resync plan map explain lint validate test changes report rbac doctor'.split(' ');
  it.each(commands)('of %s says what its exit codes mean', async (command) => {
    const { stdout } = await runCli([command, '--help']);
    expect(stdout).toMatch(/^Exit code: .*\b1\b/m);
  });
});
