import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Api, ApiRefusal, ObjectSchema } from './api.ts';

const ClaimSchema = ObjectSchema.extend({
  spec: z.looseObject({
    accessModes: z.array(z.string()),
    storageClassName: z.string().default(''),
    volumeName: z.string().default(''),
    resources: z.looseObject({ requests: z.looseObject({ storage: z.string() }) }),
  }),
});
type Claim = z.infer<typeof ClaimSchema>;

/** Gives each claim a volume, whatever its class, and takes the volume away with the claim. */
export async function followClaims(api: Api, folder: string, signal: AbortSignal): Promise<void> {
  await api.follow('/api/v1/persistentvolumeclaims', ClaimSchema, signal, (type, claim) => {
    const change = type === 'GONE' ? removeVolume(api, claim) : makeVolume(api, folder, claim);
    change.catch((error: unknown) => {
      // It has one (409), or it never had one (404).
      if (error instanceof ApiRefusal && [404, 409].includes(error.status)) return;
      process.stderr.write(`lab: ${claim.metadata.namespace}/${claim.metadata.name}: ${String(error)}\n`);
    });
  });
}

async function makeVolume(api: Api, folder: string, { metadata, spec }: Claim): Promise<void> {
  if (spec.volumeName !== '') return;
  const { namespace, name, uid } = metadata;
  const path = join(folder, namespace, name);
  await mkdir(path, { recursive: true });
  await api.create('/api/v1/persistentvolumes', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `lab-${uid}` },
    spec: {
      capacity: { storage: spec.resources.requests.storage },
      accessModes: spec.accessModes,
      storageClassName: spec.storageClassName,
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
      hostPath: { path },
    },
  });
}

async function removeVolume(api: Api, { metadata: { uid } }: Claim): Promise<void> {
  await api.remove(`/api/v1/persistentvolumes/lab-${uid}`, { apiVersion: 'v1', kind: 'DeleteOptions' });
}
