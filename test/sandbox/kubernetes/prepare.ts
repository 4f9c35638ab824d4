import { z } from 'zod';
import { MAIL, OBJECTS, READER_RULE, SHOP } from './requests.ts';
import { type Access, send } from './send.ts';

/** An object of a real server, as far as the stand-in must know it. */
export const ObjectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().exactOptional() }),
});
type Stored = z.infer<typeof ObjectSchema>;
const TokenSchema = z.looseObject({ status: z.looseObject({ token: z.string() }) });

const PATHS: Readonly<Record<string, string>> = { Secret: 'secrets', Pod: 'pods', Entity: 'entities' };

/** Puts into a real API server what the requests ask for, and makes the reader. @returns the objects as they are stored */
export async function prepare(
  admin: Access,
): Promise<{ readonly objects: readonly Stored[]; readonly reader: Access }> {
  async function create(path: string, body: unknown): Promise<unknown> {
    const answer = await send(admin, { method: 'POST', path, body });
    if (answer.status >= 300)
      throw new Error(`POST ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const objects: Stored[] = [];
  for (const name of [SHOP, MAIL]) {
    await create('/api/v1/namespaces', { metadata: { name } });
    // Its controller makes it, where there is one; a pod needs it.
    await send(admin, {
      method: 'POST',
      path: `/api/v1/namespaces/${name}/serviceaccounts`,
      body: { metadata: { name: 'default' } },
    });
    objects.push(ObjectSchema.parse((await send(admin, { path: `/api/v1/namespaces/${name}` })).body));
  }
  for (const object of OBJECTS) {
    const { apiVersion, kind, metadata } = object;
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    objects.push(ObjectSchema.parse(await create(`${root}/namespaces/${metadata.namespace}/${PATHS[kind]}`, object)));
  }
  await create(`/api/v1/namespaces/${SHOP}/serviceaccounts`, { metadata: { name: 'reader' } });
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${SHOP}`;
  await create(`${rbac}/roles`, { metadata: { name: 'reader' }, rules: [READER_RULE] });
  await create(`${rbac}/rolebindings`, {
    metadata: { name: 'reader' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: SHOP }],
  });
  const asked = await create(`/api/v1/namespaces/${SHOP}/serviceaccounts/reader/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3600 },
  });
  return { objects, reader: { ...admin, token: TokenSchema.parse(asked).status.token } };
}
