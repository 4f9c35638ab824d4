import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addOnsAt } from '../../src/config/mapping-files.ts';
import { runCli } from '../cli/run-cli.ts';
import { buildOverlay, objectOf } from './kustomize.ts';
import { parseManifests } from './manifests.ts';
import { describeWith, ROOT } from './tools.ts';

const MAPPINGS = join(ROOT, 'mappings');

describeWith(['kubectl'], 'the rights of components/kubernetes', () => {
  it('are what komodor-port rbac prints for the add-ons git and kubernetes', async () => {
    const built = await buildOverlay({ components: ['kubernetes'] });
    expect(addOnsAt(MAPPINGS)).toEqual(expect.arrayContaining(['git', 'kubernetes']));
    const { stdout } = await runCli(['rbac', '--mapping', MAPPINGS], { env: { ADD_ONS: 'git,kubernetes' } });
    const printed = parseManifests(stdout);
    const bare = ({ kind, rules, roleRef, subjects }: (typeof printed)[number]) => ({ kind, rules, roleRef, subjects });
    const ours = printed.map(({ kind }) => objectOf(built, kind, 'komodor-port'));
    expect(ours.map(bare), 'ADD_ONS=git,kubernetes komodor-port rbac prints the rules').toEqual(printed.map(bare));
  });
});
