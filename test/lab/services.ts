import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Api, ObjectSchema } from './api.ts';

const SliceSchema = ObjectSchema.extend({
  endpoints: z
    .array(
      z.looseObject({
        addresses: z.array(z.string()),
        conditions: z.looseObject({ ready: z.boolean().nullish() }).default({}),
      }),
    )
    .nullish(),
});
type Slice = z.infer<typeof SliceSchema>;

const LABEL = 'kubernetes.io/service-name';

/** Names of services, as files in the place of /etc/hosts: they lead straight to the pods that are ready. */
export class ServiceNames {
  readonly #folder: string;
  readonly #slices = new Map<string, Slice>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The file for a namespace. It is written to in place, as containers hold it. */
  async fileFor(namespace: string): Promise<string> {
    const file = this.#fileOf(namespace);
    await mkdir(dirname(file), { recursive: true });
    await this.#write(namespace);
    return file;
  }

  async follow(api: Api, signal: AbortSignal): Promise<void> {
    await api.follow('/apis/discovery.k8s.io/v1/endpointslices', SliceSchema, signal, (type, slice) => {
      if (type === 'GONE') this.#slices.delete(slice.metadata.uid);
      else this.#slices.set(slice.metadata.uid, slice);
      this.#write(slice.metadata.namespace).catch(() => {
        // No pod of this namespace has asked for the file yet.
      });
    });
  }

  #fileOf(namespace: string): string {
    return join(this.#folder, namespace, 'hosts');
  }

  async #write(namespace: string): Promise<void> {
    const lines = [...this.#slices.values()]
      .filter(({ metadata }) => metadata.namespace === namespace)
      .flatMap(linesOf);
    await writeFile(this.#fileOf(namespace), ['127.0.0.1 localhost', ...lines, ''].join('\n'));
  }
}

function linesOf({ metadata, endpoints }: Slice): readonly string[] {
  const service = metadata.labels[LABEL];
  if (service === undefined) return [];
  const full = `${service}.${metadata.namespace}.svc`;
  const names = [service, `${service}.${metadata.namespace}`, full, `${full}.cluster.local`].join(' ');
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions.ready !== false)
    .flatMap(({ addresses }) => addresses.map((address) => `${address} ${names}`));
}
