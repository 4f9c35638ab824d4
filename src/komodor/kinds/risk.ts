import { z } from 'zod';
import { numberText } from '../../core/exact-json.ts';
import type { RawItem } from '../../core/model.ts';
import type { Walk } from '../../core/source.ts';
import { isTooSlow } from '../../net/page-size.ts';
import { readClusterNames } from '../clusters.ts';
import { defineKind, itemOf, type KindSpec } from '../define-kind.ts';
import { hashOf, textIn, textOf, textsOf } from '../item.ts';
import { chain, givenUp, orIncomplete, type Reading, weighed } from '../listing.ts';
import { walkByOffset } from '../offset-walk.ts';
import { names, type Selector, someOf } from '../selector.ts';

const SEVERITIES = ['high', 'medium', 'low'] as const;
const STATUSES = ['open', 'confirmed', 'resolved', 'dismissed', 'ignored', 'manually_resolved'] as const;
const CHECK_CATEGORIES = ['workload', 'infrastructure'] as const;
const IMPACT_GROUP_TYPES = ['static', 'dynamic', 'realtime'] as const;

interface RiskSelector extends Selector {
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
  readonly checkTypes: readonly string[];
  readonly severity: readonly string[];
  readonly status: readonly string[];
  readonly checkCategory: readonly string[];
  readonly impactGroupType: readonly string[];
}

const CLUSTER = 'probe-cluster-q7x';
const NAMESPACE = 'probe-namespace-q7x';
const NAME = 'probe-name-q7x';
const RISK_ID = '5eed0000-7a7a-4b4b-8c8c-9d9d0e0e1f1f';
const UID = `Deployment|${CLUSTER}|${NAMESPACE}|${NAME}`;
const MOMENT = 1_767_225_600;

const SPEC: KindSpec<RiskSelector> = {
  name: 'komodorHealthMonitoring',
  doc: {
    title: 'Health risks: what the health checks found',
    endpoint: 'GET health/risks',
    selector: {
      clusters: 'Names of clusters. Default: all.',
      namespaces: 'Names of namespaces. Default: all.',
      checkTypes: 'Names of check types, as Komodor has them. Default: all.',
      severity: `Severities, of ${SEVERITIES.join(', ')}. Default: all.`,
      status: `Statuses, of ${STATUSES.join(', ')}. Default: all.`,
      checkCategory: `Categories, of ${CHECK_CATEGORIES.join(', ')}. Default: all.`,
      impactGroupType: `Groups, of ${IMPACT_GROUP_TYPES.join(', ')}. Default: dynamic and realtime; static ones are best-practice checks by the thousand.`,
    },
    blueprint: '`komodorHealthMonitoring`, identifier: the id of the risk',
    identity: 'the id of the risk',
    absence: 'gone: deleted once it is confirmed',
    completeness:
      'every page advances, the rows that were seen are as many as Komodor says; an absence is confirmed by the list for its resource, or by one list per severity',
  },
  pageSize: 200,
  selector: z.object({
    clusters: names(),
    namespaces: names(),
    // Open: Komodor adds check types as it likes.
    checkTypes: names(),
    severity: someOf(SEVERITIES),
    status: someOf(STATUSES),
    checkCategory: someOf(CHECK_CATEGORIES).transform((set) => (set.length > 0 ? set : [...CHECK_CATEGORIES])),
    // Komodor requires it; `static` are best-practice checks by the thousand, so they come only when asked for.
    impactGroupType: someOf(IMPACT_GROUP_TYPES).transform((set) => (set.length > 0 ? set : ['dynamic', 'realtime'])),
  }),
  widest: { impactGroupType: [...IMPACT_GROUP_TYPES] },
  identify(row) {
    const id = textIn(row, 'id') ?? numberText(row, 'id');
    const checkType = textIn(row, 'checkType');
    const komodorUid = textIn(row, 'komodorUid');
    const address = checkType === undefined || komodorUid === undefined ? hashOf(row) : [komodorUid, checkType];
    const label = `${checkType ?? '?'} on ${komodorUid ?? '?'} (${id ?? '?'})`;
    return { identity: id === undefined ? address : [id], label };
  },
  // The fields that all risks have.
  probe: {
    row: {
      id: RISK_ID,
      checkType: 'restartingContainers',
      komodorUid: UID,
      createdAt: MOMENT,
      lastEvaluatedAt: MOMENT,
      severity: 'high',
      status: 'open',
      link: 'https://app.komodor.com/health/risks/drawer?checkCategory=workload-health&violationId=probe-link-q7x',
      supportingData: { restartingContainers: { containers: [{ name: 'probe-container-q7x', restarts: 3 }] } },
    },
    place: { komodorUid: UID, kind: 'Deployment', cluster: CLUSTER, namespace: NAMESPACE, name: NAME, id: RISK_ID },
  },
  identity: ['id'],
  placeOf(item) {
    const place = textsOf(item, ['id', 'komodorUid']);
    const [kind, cluster, namespace, name] = place.komodorUid?.split('|') ?? [];
    const isWhole = kind !== undefined && cluster !== undefined && namespace !== undefined && name !== undefined;
    return isWhole ? { ...place, kind, cluster, namespace, name } : place;
  },
  /** The uid itself, or joined: cluster-scoped resources have empty parts, but kind and cluster are always there. */
  scope({ komodorUid, kind, cluster, namespace, name }) {
    if (komodorUid) return { komodorUid };
    if (!kind || !cluster || namespace === undefined || name === undefined) return undefined;
    return { komodorUid: [kind, cluster, namespace, name].join('|') };
  },
  scopeParts: ['komodorUid'],
  limits({ komodorUid, cluster, namespace }) {
    const [, itsCluster, itsNamespace] = komodorUid?.split('|') ?? [];
    return { clusters: cluster ?? itsCluster, namespaces: namespace ?? itsNamespace };
  },
  narrow({ cluster, namespace, kind, name }) {
    const komodorUid = [kind, cluster, namespace, name].join('|');
    return {
      scope: { komodorUid },
      holds: (item) => textOf(item, 'komodorUid') === komodorUid,
      identifiedBy: [{ komodorUid }, { kind, cluster, namespace, name }],
      // A risk outlives its workload as history; the resync removes it when Komodor has forgotten it.
      confirmWith: {},
      around: { clusters: [cluster] },
      deletedWithSubject: false,
    };
  },
  read: readRisks,
  readScope: (reading, selector, { komodorUid }) =>
    orIncomplete(reading, readListing(reading, selector, { komodorUid })),
  *recut(selector) {
    for (const severity of selector.severity.length > 0 ? selector.severity : SEVERITIES) {
      yield { ...selector, severity: [severity] };
    }
  },
};

/** The risks that Komodor's health checks found. */
export const komodorHealthMonitoring = defineKind(SPEC);

const Answer = z
  .looseObject({
    violations: z.unknown().optional(),
    hasMoreResults: z.unknown().optional(),
    totalResults: z.unknown().optional(),
  })
  .catch({ violations: undefined, hasMoreResults: undefined, totalResults: undefined });

/** All risks that a selector names: in one listing, or cluster by cluster where Komodor cannot answer that in time. */
async function* readRisks(reading: Reading, selector: RiskSelector): Walk {
  if (selector.clusters.length === 1) return yield* orIncomplete(reading, readListing(reading, selector, {}));
  try {
    return yield* readListing(reading, selector, { slowQuery: true });
  } catch (error) {
    if (!isTooSlow(error)) return givenUp(reading, error);
    return yield* byCluster({ ...reading, size: reading.size.restarted() }, selector);
  }
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
  { komodorUid, slowQuery = false }: { readonly komodorUid?: string | undefined; readonly slowQuery?: boolean },
): Walk {
  return walkByOffset({
    what: nameOf(selector, komodorUid),
    toItem: (row) => itemOf(SPEC, row),
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
