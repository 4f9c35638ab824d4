import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Api, ApiRefusal, type Reader } from './api.ts';
import { ConfigError, fieldOf, type Pod, type Source, type Volume } from './pod-model.ts';

const DataSchema = z.looseObject({
  data: z.record(z.string(), z.string()).default({}),
  binaryData: z.record(z.string(), z.string()).default({}),
});
const TokenSchema = z.looseObject({ status: z.looseObject({ token: z.string() }) });

/** The keys of a ConfigMap or a Secret; undefined when it is not there. */
async function dataOf(
  api: Reader,
  namespace: string,
  kind: 'configmaps' | 'secrets',
  name: string,
): Promise<ReadonlyMap<string, Buffer> | undefined> {
  try {
    const { data, binaryData } = DataSchema.parse(await api.get(`/api/v1/namespaces/${namespace}/${kind}/${name}`));
    const encoding = kind === 'secrets' ? 'base64' : 'utf8';
    return new Map([
      ...Object.entries(data).map(([key, value]) => [key, Buffer.from(value, encoding)] as const),
      ...Object.entries(binaryData).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const),
    ]);
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return undefined;
    throw error;
  }
}

/** Like `dataOf`, for something that a pod names: what is absent has to be optional. */
export async function neededData(
  api: Reader,
  namespace: string,
  kind: 'configmaps' | 'secrets',
  { name, optional }: { readonly name: string; readonly optional: boolean },
): Promise<ReadonlyMap<string, Buffer>> {
  const data = await dataOf(api, namespace, kind, name);
  if (data === undefined && !optional) throw new ConfigError(`${kind.slice(0, -1)} "${name}" not found`);
  return data ?? new Map();
}

/** Writes the volumes of pods into folders that their containers then see. */
export class PodFiles {
  readonly #api: Pick<Api, 'get' | 'create'>;
  readonly #claims: string;

  /** @param claims where the volumes of claims are, which live longer than a pod */
  constructor(api: Pick<Api, 'get' | 'create'>, claims: string) {
    this.#api = api;
    this.#claims = claims;
  }

  /** @returns the folder of each volume by its name */
  async write(pod: Pod, podIp: string, folder: string): Promise<ReadonlyMap<string, string>> {
    const folders = new Map<string, string>();
    for (const volume of pod.spec.volumes) {
      const claim = volume.persistentVolumeClaim;
      const path = claim
        ? join(this.#claims, pod.metadata.namespace, claim.claimName)
        : join(folder, 'volumes', volume.name);
      await mkdir(path, { recursive: true });
      await this.#fill(pod, podIp, volume, path);
      folders.set(volume.name, path);
    }
    return folders;
  }

  async #fill(pod: Pod, podIp: string, volume: Volume, path: string): Promise<void> {
    const { fsGroup } = pod.spec.securityContext;
    if (volume.emptyDir || volume.persistentVolumeClaim) {
      // A disk belongs to root; an emptyDir is everybody's.
      const mode = volume.emptyDir ? 0o777 : fsGroup === undefined ? 0o755 : 0o775;
      if (fsGroup !== undefined) await chown(path, 0, fsGroup);
      await chmod(path, fsGroup === undefined ? mode : mode | 0o2000);
      return;
    }
    const { sources, mode } = sourcesOf(volume);
    for (const source of sources) {
      for (const [name, content] of await this.#filesOf(pod, podIp, source)) {
        const file = join(path, name);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, content);
        if (fsGroup !== undefined) await chown(file, 0, fsGroup);
        await chmod(file, fsGroup === undefined ? mode : mode | 0o440);
      }
    }
  }

  async #filesOf(pod: Pod, podIp: string, source: Source): Promise<ReadonlyMap<string, Buffer | string>> {
    const { namespace } = pod.metadata;
    if (source.configMap) {
      return chosen(await neededData(this.#api, namespace, 'configmaps', source.configMap), source.configMap);
    }
    if (source.secret) return chosen(await neededData(this.#api, namespace, 'secrets', source.secret), source.secret);
    if (source.serviceAccountToken) {
      return new Map([[source.serviceAccountToken.path, await this.#tokenFor(pod, source.serviceAccountToken)]]);
    }
    const told = source.downwardAPI?.items ?? [];
    return new Map(told.map(({ path, fieldRef }) => [path, fieldOf(pod, podIp, fieldRef?.fieldPath ?? '')]));
  }

  async #tokenFor(pod: Pod, wanted: NonNullable<Source['serviceAccountToken']>): Promise<string> {
    const { namespace, name, uid } = pod.metadata;
    const account = `/api/v1/namespaces/${namespace}/serviceaccounts/${pod.spec.serviceAccountName}`;
    const answer = await this.#api.create(`${account}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        ...(wanted.audience !== undefined && { audiences: [wanted.audience] }),
        expirationSeconds: wanted.expirationSeconds ?? 3600,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    });
    return TokenSchema.parse(answer).status.token;
  }
}

/** The volume as the sources of a projected one, which can hold all of them. */
function sourcesOf(volume: Volume): { readonly sources: readonly Source[]; readonly mode: number } {
  const { configMap, secret, projected, downwardAPI } = volume;
  if (configMap) return { sources: [{ configMap }], mode: configMap.defaultMode };
  if (secret) return { sources: [{ secret: { ...secret, name: secret.secretName } }], mode: secret.defaultMode };
  if (projected) return { sources: projected.sources, mode: projected.defaultMode };
  if (downwardAPI) return { sources: [{ downwardAPI }], mode: 0o644 };
  throw new ConfigError(`The lab has no volumes like "${volume.name}".`);
}

function chosen(
  data: ReadonlyMap<string, Buffer>,
  { items, name, optional }: NonNullable<Source['configMap']>,
): ReadonlyMap<string, Buffer> {
  if (items === undefined) return data;
  const files = new Map<string, Buffer>();
  for (const { key, path } of items) {
    const content = data.get(key);
    if (content !== undefined) files.set(path, content);
    else if (!optional) throw new ConfigError(`"${name}" has no key "${key}"`);
  }
  return files;
}
