import type { Kind, RawItem } from '../../src/core/model.ts';
import type { Walk } from '../../src/core/source.ts';
import { createKubernetesApi } from '../../src/kubernetes/api.ts';
import { createKubernetesSource, type KubernetesSource } from '../../src/kubernetes/source.ts';
import { createGovernor } from '../../src/net/governor.ts';
import type { KubernetesObject } from '../../src/sandbox/kubernetes/model.ts';
import { fastClock } from '../chaos/fast-clock.ts';
import { startLyingProxy } from './lying-proxy.ts';

export const PAGE_SIZE = 20;

/** An API server to which the contract puts objects: the stand-in, or a real one. */
export interface ContractServer {
  readonly url: string;
  readonly authority?: string;
  readonly token: string;
  put(objects: readonly KubernetesObject[]): Promise<void>;
  remove(object: KubernetesObject): Promise<void>;
  /** Forgets all versions of a kind before now. */
  compact(kind: Kind): Promise<void>;
  /** Does something with a token that may read nothing. */
  withoutRights(act: (token: string) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Readings of a server, through a proxy that can bend what it answers. */
export async function openStage(server: ContractServer) {
  const proxy = await startLyingProxy(server);
  const sources: KubernetesSource[] = [];
  function source(options: { readonly token?: string; readonly maxPages?: number } = {}): KubernetesSource {
    const { token = server.token, ...others } = options;
    const api = createKubernetesApi({
      connection: {
        baseUrl: proxy.url,
        namespace: undefined,
        origin: 'the contract',
        tls: async () => ({ insecure: false }),
        authorize: async () => `Bearer ${token}`,
      },
      governor: createGovernor({ side: 'kubernetes', concurrency: 4, clock: fastClock() }),
      timeoutMs: 20_000,
      maxResponseBytes: 50_000_000,
      secrets: [],
    });
    const made = createKubernetesSource({ api, pageSize: PAGE_SIZE, ...others });
    sources.push(made);
    return made;
  }
  return {
    server,
    proxy,
    source,
    async close() {
      for (const each of sources) each.close();
      await proxy.close();
      await server.close();
    },
  };
}

export type ClusterStage = Awaited<ReturnType<typeof openStage>>;

/** Reads to the end. */
export async function readAll(walk: Walk | 'excluded') {
  if (walk === 'excluded') throw new Error('the selector excludes what was to be read');
  const items = new Map<string, RawItem>();
  let given = 0;
  let malformed = 0;
  let step = await walk.next();
  for (; !step.done; step = await walk.next()) {
    malformed += step.value.malformed;
    for (const item of step.value.items) {
      given += 1;
      items.set(item.key, item);
    }
  }
  return { items, keys: [...items.keys()].sort(), given, malformed, ...step.value };
}
