import { z } from 'zod';
import { type Api, ApiRefusal, ObjectSchema } from '../api.ts';

const ExternalSecretSchema = ObjectSchema.extend({
  spec: z.looseObject({
    target: z.looseObject({ name: z.string() }),
    data: z.array(
      z.looseObject({
        secretKey: z.string(),
        remoteRef: z.looseObject({ key: z.string(), property: z.string().optional() }),
      }),
    ),
  }),
  status: z.looseObject({ conditions: z.array(z.looseObject({ type: z.string() })).default([]) }).optional(),
});

/** What a secret store holds: documents by key, and in them values by property. */
export type Documents = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Does what the External Secrets operator does with an ExternalSecret: makes the Secret, or says what is missing. */
export function startSecretStore(api: Api, documents: Documents, signal: AbortSignal): Promise<void> {
  async function serve(external: z.infer<typeof ExternalSecretSchema>): Promise<void> {
    const { namespace, name } = external.metadata;
    const missing: string[] = [];
    const data: Record<string, string> = {};
    for (const { secretKey, remoteRef } of external.spec.data) {
      const value = documents[remoteRef.key]?.[remoteRef.property ?? ''];
      if (value === undefined) missing.push(`${remoteRef.key}.${remoteRef.property}`);
      else data[secretKey] = value;
    }
    if (missing.length === 0) await write(api, namespace, external.spec.target.name, data);
    const condition =
      missing.length === 0
        ? { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced' }
        : { type: 'Ready', status: 'False', reason: 'SecretSyncedError', message: `not found: ${missing.join(', ')}` };
    await api.merge(`/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets/${name}/status`, {
      status: { conditions: [{ ...condition, lastTransitionTime: new Date().toISOString() }] },
    });
  }
  return api.follow('/apis/external-secrets.io/v1/externalsecrets', ExternalSecretSchema, signal, (type, external) => {
    const ready = external.status?.conditions.some((one) => one.type === 'Ready') ?? false;
    if (type === 'THERE' && !ready)
      void serve(external).catch((error: unknown) => process.stderr.write(`lab: ${String(error)}\n`));
  });
}

async function write(api: Api, namespace: string, name: string, stringData: Record<string, string>): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  try {
    await api.create(path, { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.status !== 409) throw error;
    await api.merge(`${path}/${name}`, { stringData });
  }
}
