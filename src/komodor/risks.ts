import { z } from 'zod';
import type { RawItem } from '../core/model.ts';
import { isTooSlow } from '../net/page-size.ts';
import { readClusterNames } from './clusters.ts';
import { textOf, toItem } from './item.ts';
import { chain, givenUp, orIncomplete, type Reading, weighed } from './listing.ts';
import { walkByOffset } from './offset-walk.ts';
import type { Walk } from './proof.ts';
import type { RiskSelector } from './selector.ts';

const Answer = z
  .looseObject({
    violations: z.unknown().optional(),
    hasMoreResults: z.unknown().optional(),
    totalResults: z.unknown().optional(),
  })
  .catch({ violations: undefined, hasMoreResults: undefined, totalResults: undefined });

/** All risks that a selector names: in one listing, or cluster by cluster where Komodor cannot answer that in time. */
export async function* readRisks(reading: Reading, selector: RiskSelector): Walk {
  if (selector.clusters.length === 1) return yield* orIncomplete(reading, readListing(reading, selector, {}));
  try {
    return yield* readListing(reading, selector, { slowQuery: true });
  } catch (error) {
    if (!isTooSlow(error)) return givenUp(reading, error);
    return yield* byCluster({ ...reading, size: reading.size.restarted() }, selector);
  }
}

/** The risks of one resource. */
export function readRisksOf(reading: Reading, selector: RiskSelector, komodorUid: string): Walk {
  return orIncomplete(reading, readListing(reading, selector, { komodorUid }));
}

async function* byCluster(reading: Reading, selector: RiskSelector): Walk {
  const known = selector.clusters.length > 0;
  const { names, completeness } = known
    ? { names: selector.clusters, completeness: { complete: true } as const }
    : await readClusterNames(reading);
  const read = yield* chain(clusterListings(reading, selector, names));
  return completeness.complete ? read : completeness;
}

function* clusterListings(reading: Reading, selector: RiskSelector, names: readonly string[]): Generator<Walk> {
  for (const name of names) yield orIncomplete(reading, readListing(reading, { ...selector, clusters: [name] }, {}));
}

function readListing(
  { api, size, signal, maxPages }: Reading,
  selector: RiskSelector,
  { komodorUid, slowQuery = false }: { readonly komodorUid?: string; readonly slowQuery?: boolean },
): Walk {
  return walkByOffset({
    what: nameOf(selector, komodorUid),
    toItem: (row) => toItem('komodorHealthMonitoring', row),
    inScope: (item) => matches(selector, komodorUid, item),
    maxPages,
    ask: (offset) =>
      size.ask({
        hostAnswered: api.hostAnswered,
        slowQuery,
        async ask(pageSize, attempts) {
          const { body, bytes } = await api.call({
            method: 'GET',
            path: '/health/risks',
            query: {
              pageSize,
              offset,
              impactGroupType: selector.impactGroupType,
              checkCategory: selector.checkCategory,
              checkType: selector.checkTypes,
              severity: selector.severity,
              status: selector.status,
              clusterName: selector.clusters,
              namespace: selector.namespaces,
              komodorUid: komodorUid === undefined ? undefined : [komodorUid],
            },
            signal,
            ...(attempts === undefined ? {} : { attempts }),
            // Komodor's gateway gives up on the same query again and again; each time costs a minute.
            ...(slowQuery ? { finalStatuses: [504] } : {}),
          });
          const { violations, hasMoreResults, totalResults } = Answer.parse(body);
          return weighed({ rows: violations, more: hasMoreResults, total: totalResults }, bytes);
        },
      }),
  });
}

/** What an item does not say is given the benefit of the doubt. */
function matches({ clusters, severity }: RiskSelector, komodorUid: string | undefined, item: RawItem): boolean {
  const uid = textOf(item, 'komodorUid');
  const itsCluster = uid?.split('|')[1];
  const itsSeverity = textOf(item, 'severity');
  return (
    (komodorUid === undefined || uid === undefined || uid === komodorUid) &&
    (clusters.length === 0 || itsCluster === undefined || clusters.includes(itsCluster)) &&
    (severity.length === 0 || itsSeverity === undefined || severity.some((wanted) => wanted === itsSeverity))
  );
}

function nameOf({ clusters, severity }: RiskSelector, komodorUid: string | undefined): string {
  const limits = [
    clusters.length === 0 ? [] : [`cluster ${clusters.join(', ')}`],
    severity.length === 0 ? [] : [`severity ${severity.join(', ')}`],
    komodorUid === undefined ? [] : [komodorUid],
  ].flat();
  return limits.length === 0 ? 'risks' : `risks of ${limits.join(', ')}`;
}
