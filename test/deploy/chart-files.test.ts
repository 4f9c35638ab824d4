import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { listSettings } from '../../src/config/settings-schema.ts';
import { CHART } from './chart.ts';
import { ROOT } from './tools.ts';

it("has the table of values in the chart's README and its schema as values.yaml says", async () => {
  const check = promisify(execFile)(process.execPath, ['scripts/deploy/chart-files.mjs', '--check'], { cwd: ROOT });
  await expect(check).resolves.toMatchObject({ stderr: '' });
});

it('puts exactly the secret settings into the Secret', () => {
  const text = readFileSync(join(ROOT, CHART, 'templates/_settings.tpl'), 'utf8');
  const names = /"komodor-port.secretNames" -}}\n\[([^\]]*)\]/.exec(text)?.[1]?.split(', ') ?? [];
  const secret = listSettings().filter((one) => one.secret);
  expect(names.sort()).toEqual(secret.map(({ name }) => name).sort());
  const ocean = /regexMatch "([^"]+)"/.exec(text)?.[1] ?? '';
  for (const name of secret.flatMap(({ oceanNames }) => oceanNames)) expect(name).toMatch(new RegExp(ocean));
});
