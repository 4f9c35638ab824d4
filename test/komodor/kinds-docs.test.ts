import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { offlineKinds } from '../../src/compose/kinds.ts';
import { FOLDER_KINDS, kindsPage, RESOURCE_KIND } from './kinds-text.ts';

it('docs/kinds.md says what the definitions say', async () => {
  await expect(kindsPage()).toMatchFileSnapshot(fileURLToPath(new URL('../../docs/kinds.md', import.meta.url)));
});

it.each([
  ['a cluster', RESOURCE_KIND, offlineKinds().get('apps/v1/deployments')],
  ['a folder', FOLDER_KINDS, offlineKinds({ catalogPath: '/catalog' }).get('getport.io/v1/entities')],
])('it names the selector keys and the identity of kinds of %s', (_system, { selector, facts }, kind) => {
  const [message = ''] = Object.entries(kind?.select({ unknown: 1 }) ?? {}).flatMap(([, found]) => String(found));
  for (const key of Object.keys(selector)) expect(message).toContain(key);
  expect(facts.Identity).toBe(kind?.identity.join(' and '));
});
