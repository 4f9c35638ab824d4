import { z } from 'zod';
import type { Completeness, RawItem } from '../core/model.ts';
import type { Walk } from '../core/source.ts';
import { walkByCursor } from './cursor-walk.ts';
import { isObject } from './item.ts';
import { givenUp, type Reading } from './listing.ts';
import { COMPLETE, incomplete } from './proof.ts';

const Answer = z
  .looseObject({
    data: z.looseObject({ clusters: z.unknown().optional() }).catch({ clusters: undefined }),
    meta: z.unknown().optional(),
  })
  .catch({ data: { clusters: undefined }, meta: undefined });

/** The names of all clusters, and whether these are surely all; none at all cannot be, where there is something to list. */
export async function readClusterNames(
  reading: Reading,
): Promise<{ readonly names: readonly string[]; readonly completeness: Completeness }> {
  const { api, maxPages, signal } = reading;
  const names = new Set<string>();
  let malformed = 0;
  const walk = walkByCursor({
    what: 'clusters',
    maxPages,
    toItem: (row) =>
      isObject(row) && typeof row.name === 'string' && row.name !== ''
        ? { key: row.name, label: row.name, value: row }
        : undefined,
    async ask(place) {
      const query = place.type === 'token' ? { token: place.token } : place.type === 'page' ? { page: place.page } : {};
      const { body } = await api.call({ method: 'GET', path: '/clusters', query, signal });
      const { data, meta } = Answer.parse(body);
      return { rows: data.clusters, meta, askedFor: undefined };
    },
  });
  try {
    let step = await walk.next();
    for (; !step.done; step = await walk.next()) {
      for (const { key } of step.value.items) names.add(key);
      malformed += step.value.malformed;
    }
    return { names: [...names], completeness: judge(step.value, names.size, malformed) };
  } catch (error) {
    return { names: [], completeness: unknown(givenUp(reading, error).detail) };
  }
}

function judge(walked: Completeness, count: number, malformed: number): Completeness {
  if (!walked.complete) return unknown(walked.detail);
  if (count === 0) return unknown('the list is empty');
  return malformed === 0 ? COMPLETE : unknown(`${malformed} of them have no name`);
}

function unknown(why: string): Completeness {
  return incomplete(
    'clusters_unknown',
    `risks have to be read cluster by cluster, but the clusters are not all known: ${why}`,
  );
}

const NAMED_CLUSTERS = 20;

/**
 * A read that a selector limits to clusters. Where one of them gave nothing it is asked whether Komodor knows it: a misspelt
 * name finds nothing, and that is no sign that everything is gone.
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
    for (const item of step.value.items) silent.delete(clusterOf(item) ?? '');
    yield step.value;
  }
  if (!step.value.complete || silent.size === 0) return step.value;
  const { names, completeness } = await readClusterNames(reading);
  const unheard = [...silent].filter((name) => !names.includes(name));
  if (!completeness.complete || unheard.length === 0) return step.value;
  const known = [...names].sort().slice(0, NAMED_CLUSTERS);
  return incomplete(
    'cluster_unknown',
    `the selector names ${unheard.join(', ')}, which Komodor does not know. Komodor knows: ${known.join(', ')}` +
      `${names.length > known.length ? ' and others' : ''}. Correct the name; a cluster that is gone for good is taken out of the selector`,
  );
}
