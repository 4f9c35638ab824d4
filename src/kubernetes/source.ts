import type { Kind } from '../core/model.ts';
import type { SourceKind } from '../core/source.ts';
import type { KubernetesApi } from './api.ts';
import { createDiscovery, type Discovery } from './discovery.ts';
import { resourceKind } from './resource-kind.ts';
import { createResourceReader } from './resource-reader.ts';

/** One cluster. Any resource that it has is a kind. */
export interface KubernetesSource {
  readonly api: KubernetesApi;
  readonly discovery: Discovery;
  /** @param name a kind's name, as `resourceKindName` makes it */
  kind(name: Kind): SourceKind;
  /** Closes idle connections. */
  close(): void;
}

interface KubernetesSourceOptions {
  readonly api: KubernetesApi;
  /** For messages. */
  readonly clusterName?: string | undefined;
  readonly now?: () => number;
  /** How many objects are asked for at once (default 500). */
  readonly pageSize?: number;
  /** A list with more pages than this counts as endless (default 50,000). */
  readonly maxPages?: number;
}

export function createKubernetesSource(options: KubernetesSourceOptions): KubernetesSource {
  const { api, clusterName, now, pageSize = 500, maxPages = 50_000 } = options;
  const systemName = clusterName === undefined ? undefined : `the cluster ${clusterName}`;
  const discovery = createDiscovery(api, now);
  const cluster = { api, discovery, pageSize, maxPages, learned: { hasAnswered: false, streams: undefined } };
  const kinds = new Map<Kind, SourceKind>();
  return {
    api,
    discovery,
    kind(name) {
      const made = kinds.get(name) ?? resourceKind(name, createResourceReader(cluster, name), systemName);
      kinds.set(name, made);
      return made;
    },
    close: api.close,
  };
}
