import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openApiDocument } from './support.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

it('the types of the page are those of the OpenAPI document (-u renews them)', async () => {
  const made = spawnSync(process.execPath, ['scripts/page/openapi-types.mjs'], {
    cwd: root,
    input: JSON.stringify(await openApiDocument()),
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  expect([made.status, made.stderr]).toEqual([0, '']);
  await expect(made.stdout).toMatchFileSnapshot(`${root}web/api/openapi.ts`);
});
