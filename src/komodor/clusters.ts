import type { Completeness, RawItem } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { type ItemSpec, textOf } from './item.ts';
import { isWithin, nameOf } from './limits.ts';
import type { Reading } from './listing.ts';
import { readOnce } from './paging.ts';
import { COMPLETE, incomplete } from './proof.ts';
import { type Question, under } from './question.ts';
import { sideBySide } from './side-by-side.ts';

/** The identity of a cluster is its name. `rows`: where answers have their list. */
export const CLUSTER = { identity: ['name'], rows: ['data', 'clusters'] } as const satisfies ItemSpec & {
  readonly rows: readonly string[];
};

/** The question for all clusters, or for those with these names or tags. Only all clusters cannot be an empty list. */
export function clustersQuestion(clusterName: readonly string[] = [], tags: readonly string[] = []): Question {
  return {
    what: nameOf('clusters', { name: clusterName, tag: tags }),
    method: 'GET',
    path: '/clusters',
    query: { clusterName, tags },
    rows: under(...CLUSTER.rows),
    inScope: (item) => isWithin({ name: clusterName }, item),
    mayBeEmpty: clusterName.length + tags.length > 0,
    mayBeMissing: clusterName.length === 1,
  };
}

interface ClusterNames {
  readonly names: readonly string[];
  /** Whether these are provably all. */
  readonly completeness: Completeness;
}

/** The names of all clusters. An empty list counts as incomplete. */
async function readClusterNames(reading: Reading): Promise<ClusterNames> {
  const names = new Set<string>();
  let nameless = 0;
  const walk = readOnce(reading, CLUSTER, clustersQuestion());
  let step = await walk.next();
  for (; !step.done; step = await walk.next()) {
    nameless += step.value.malformed;
    for (const item of step.value.items) {
      const name = textOf(item, 'name');
      if (name === undefined) nameless += 1;
      else names.add(name);
    }
  }
  return {
    names: [...names],
    completeness: step.value.complete && nameless > 0 ? clustersWithoutName(nameless) : step.value,
  };
}

function clustersWithoutName(count: number): Completeness {
  return incomplete('clusters_unknown', `${count} of them have no name`);
}

/** The clusters that a selector names, or all clusters when it names none. @param what what is read of them, for messages */
export async function clustersToRead(
  reading: Reading,
  what: string,
  clusters: readonly string[],
): Promise<ClusterNames> {
  if (clusters.length > 0) return { names: clusters, completeness: COMPLETE };
  const { names, completeness } = await readClusterNames(reading);
  if (completeness.complete) return { names, completeness };
  const why = `the clusters are not all known: ${completeness.detail}`;
  return {
    names,
    completeness: incomplete('clusters_unknown', `${what} have to be read cluster by cluster, but ${why}`),
  };
}

/** Reads a listing once for each cluster that a selector names, or for each cluster when it names none; several at a time. */
export async function* byCluster(
  reading: Reading,
  what: string,
  clusters: readonly string[],
  walkOf: (cluster: string) => Walk,
): Walk {
  const { names, completeness } = await clustersToRead(reading, what, clusters);
  const read = yield* sideBySide(names.map(walkOf));
  return completeness.complete ? read : completeness;
}

const MAX_NAMED_CLUSTERS = 20;

/**
 * A read that a selector limits to clusters. If a cluster gave no item, checks whether Komodor knows the cluster: a misspelt
 * name gives no items, which does not mean that they are gone.
 */
export async function* withKnownClusters(
  reading: Reading,
  clusters: readonly string[],
  walk: Walk,
  clusterOf: (item: RawItem) => string | undefined,
): Walk {
  const silent = new Set(clusters);
  let step = await walk.next();
  for (; !step.done; step = await walk.next()) {
    // Without a selector for clusters there is nothing to look for.
    if (silent.size > 0) for (const item of step.value.items) silent.delete(clusterOf(item) ?? '');
    yield step.value;
  }
  if (!step.value.complete || silent.size === 0) return step.value;
  const { names, completeness } = await readClusterNames(reading);
  const unheard = [...silent].filter((name) => !names.includes(name));
  if (!completeness.complete || unheard.length === 0) return step.value;
  const known = [...names].sort().slice(0, MAX_NAMED_CLUSTERS);
  return incomplete(
    'cluster_unknown',
    `the selector names ${unheard.join(', ')}, which Komodor does not know. Komodor knows: ${known.join(', ')}` +
      `${names.length > known.length ? ' and others' : ''}. Correct the name; a cluster that is gone for good is taken out of the selector`,
  );
}
