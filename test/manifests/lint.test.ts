import { rmSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { documentOf, runCli } from '../cli/run-cli.ts';
import { entity, it } from './support.ts';

const BROKEN = `${entity('a')}---\n${entity('b')}  title: B\n`;

describe('lint with CATALOG_PATH', () => {
  it('marks broken manifests at their lines in GitHub', async ({ folder }) => {
    folder.write('team-a/api.yaml', BROKEN);
    const env = { CATALOG_PATH: folder.path, ADD_ONS: 'git' };
    const { code, stdout } = await runCli(['lint', '--format', 'github'], { env });
    expect(code).toBe(1);
    expect(stdout.split('\n').filter((line) => line.startsWith('::error'))).toEqual([
      `::error file=${folder.path}/team-a/api.yaml,line=14,title=manifest_broken::spec.title does not exist; use the annotation getport.io/title (below metadata)`,
    ]);
  });

  it('finds nothing in a whole folder, and says when there is none', async ({ folder }) => {
    folder.write('api.yaml', entity('a'));
    const env = { CATALOG_PATH: folder.path, ADD_ONS: 'git' };
    const codes = async () => {
      const outcome = await runCli(['lint', '--json'], { env });
      const { findings } = documentOf(outcome);
      return Array.isArray(findings) ? findings.map((one: { code: string }) => one.code) : [];
    };
    expect((await codes()).filter((code) => code !== 'setting_missing')).toEqual([]);
    rmSync(folder.path, { recursive: true });
    expect(await codes()).toContain('catalog_unreadable');
  });
});
