import { withMember } from '../core/exact-json.ts';
import type { Completeness, RawItem } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { HttpFailure } from '../net/http-failure.ts';
import { createPageSize } from '../net/page-size.ts';
import { type ItemSpec, isObject, textOf } from './item.ts';
import type { Named } from './links.ts';
import type { Reading } from './listing.ts';
import { readByCursor } from './paging.ts';
import { COMPLETE } from './proof.ts';
import { under } from './question.ts';
import { derivedOf } from './timeline-item.ts';

/** Services carry all their labels and annotations. Komodor gives up to 10,000 at once. */
export const SERVICE_PAGES = { first: 500, most: 10_000 };

const SERVICE: ItemSpec = { identity: ['kind', 'cluster', 'namespace', 'service'] };

/** Looks up of which kind the services of clusters are, for rows that tell the rest of their address only. */
export interface ServiceKinds {
  /** Makes sure that `kindOf` knows the namespaces of a cluster. Incomplete when that cannot be read. */
  learn(cluster: string, namespaces: readonly string[]): Promise<Completeness>;
  /** The kind of a service; undefined where there is none of that name, or several that only their kind tells apart. */
  kindOf(cluster: string, named: Named): string | undefined;
}

export function createServiceKinds(reading: Reading): ServiceKinds {
  const learning = new Map<string, Promise<Completeness>>();
  /** Clusters whose services could not be read, with why: asking for the next namespace would only take more time. */
  const failed = new Map<string, Completeness>();
  const kinds = new Map<string, Set<string>>();
  const keyOf = (...parts: readonly string[]) => JSON.stringify(parts);

  /** Whether the services may not be read at all. Then no issue can be related to one, which is no failure to read it. */
  let isForbidden = false;
  const api: Reading['api'] = {
    ...reading.api,
    call: (request) =>
      reading.api.call(request).catch((error: unknown) => {
        isForbidden ||= error instanceof HttpFailure && (error.status === 403 || error.status === 404);
        throw error;
      }),
  };

  async function read(cluster: string, namespaces: readonly string[]): Promise<Completeness> {
    const walk = readByCursor({ ...reading, api, size: createPageSize(SERVICE_PAGES) }, SERVICE, {
      what: `services of cluster ${cluster}`,
      method: 'POST',
      path: '/services/search',
      body: { scope: { cluster, namespaces } },
      rows: under('data', 'services'),
      inScope: (item) => namespaces.includes(textOf(item, 'namespace') ?? namespaces[0] ?? ''),
    });
    for (;;) {
      const { done, value } = await walk.next();
      if (done) {
        const completeness = isForbidden ? COMPLETE : value;
        if (!value.complete) failed.set(cluster, completeness);
        return completeness;
      }
      for (const item of value.items) {
        const key = keyOf(cluster, textOf(item, 'namespace') ?? '', textOf(item, 'service') ?? '');
        kinds.set(key, (kinds.get(key) ?? new Set()).add(textOf(item, 'kind') ?? ''));
      }
    }
  }

  return {
    async learn(cluster, namespaces) {
      const failure = failed.get(cluster);
      if (failure !== undefined || isForbidden) return failure ?? COMPLETE;
      const wanted = [...new Set(namespaces)];
      const unknown = wanted.filter((namespace) => !learning.has(keyOf(cluster, namespace)));
      if (unknown.length > 0) {
        const reads = read(cluster, unknown);
        for (const namespace of unknown) learning.set(keyOf(cluster, namespace), reads);
      }
      const all = await Promise.all(wanted.map((namespace) => learning.get(keyOf(cluster, namespace))));
      return all.find((completeness) => completeness?.complete === false) ?? COMPLETE;
    },
    kindOf(cluster, { namespace, name }) {
      const [kind, ...others] = kinds.get(keyOf(cluster, namespace, name)) ?? [];
      return kind === '' || others.length > 0 ? undefined : kind;
    },
  };
}

/** Puts the kind of its service into each item that names one; what is no service that Komodor lists has none. */
export async function* withServiceKinds(kinds: ServiceKinds, walk: Walk): Walk {
  try {
    for (;;) {
      const step = await walk.next();
      if (step.done) return step.value;
      const { items } = step.value;
      for (const [cluster, namespaces] of namespacesOf(items)) {
        const learnt = await kinds.learn(cluster, namespaces);
        if (!learnt.complete) return learnt;
      }
      yield { ...step.value, items: items.map((item) => withServiceKind(kinds, item)) };
    }
  } finally {
    await walk.return(COMPLETE);
  }
}

function namespacesOf(items: readonly RawItem[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { value } of items) {
    const { cluster, about, service } = derivedOf(value);
    if (service === undefined || cluster === undefined || about === undefined) continue;
    found.set(cluster, [...(found.get(cluster) ?? []), about.namespace]);
  }
  return found;
}

function withServiceKind(kinds: ServiceKinds, item: RawItem): RawItem {
  const { cluster, about, service } = derivedOf(item.value);
  if (service === undefined || cluster === undefined || about === undefined) return item;
  const kind = kinds.kindOf(cluster, about);
  const named = kind === undefined ? null : { kind, cluster, ...about };
  const derived = isObject(item.value._) ? item.value._ : {};
  return { ...item, value: withMember(item.value, '_', { ...derived, service: named }) };
}
