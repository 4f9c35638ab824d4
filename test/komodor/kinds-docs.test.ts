import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { kindsPage } from './kinds-text.ts';

it('docs/kinds.md says what the definitions say', async () => {
  await expect(kindsPage()).toMatchFileSnapshot(fileURLToPath(new URL('../../docs/kinds.md', import.meta.url)));
});
