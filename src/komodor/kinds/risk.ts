import { z } from 'zod';
import { numberText } from '../../core/exact-json.ts';
import type { Selector } from '../../core/selector.ts';
import type { Walk } from '../../core/source.ts';
import { byCluster } from '../clusters.ts';
import { defineKind, type KindSpec } from '../define-kind.ts';
import { hashOf, textIn, textOf, textsOf } from '../item.ts';
import { isWithin, nameOf } from '../limits.ts';
import type { Reading } from '../listing.ts';
import { readByOffset, readOnce } from '../paging.ts';
import { PROBE } from '../probe.ts';
import { type Question, under } from '../question.ts';
import { names, PLACE_DOC, someOf } from '../selector.ts';

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

const RISK_ID = '5eed0000-7a7a-4b4b-8c8c-9d9d0e0e1f1f';
const UID = `Deployment|${PROBE.cluster}|${PROBE.namespace}|${PROBE.name}`;

const SPEC: KindSpec<RiskSelector> = {
  name: 'komodorHealthMonitoring',
  doc: {
    title: 'Health risks: what the health checks found',
    endpoint: 'GET health/risks',
    selector: {
      ...PLACE_DOC,
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
    mayLack: ['supportingData'],
  },
  pageSize: 250,
  // Komodor names no limit.
  largestPage: 1_000,
  rows: ['violations'],
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
      createdAt: PROBE.moment,
      lastEvaluatedAt: PROBE.moment,
      severity: 'high',
      status: 'open',
      link: 'https://app.komodor.com/health/risks/drawer?checkCategory=workload-health&violationId=probe-link-q7x',
      supportingData: { restartingContainers: { containers: [{ name: 'probe-container-q7x', restarts: 3 }] } },
    },
    place: {
      komodorUid: UID,
      kind: 'Deployment',
      cluster: PROBE.cluster,
      namespace: PROBE.namespace,
      name: PROBE.name,
      id: RISK_ID,
    },
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
  readScope: (reading, selector, { komodorUid }) => readByOffset(reading, SPEC, questionOf(selector, komodorUid)),
  readOne: (reading, { id = '' }) => readOnce(reading, SPEC, single(id)),
  *recut(selector) {
    for (const severity of selector.severity.length > 0 ? selector.severity : SEVERITIES) {
      yield { ...selector, severity: [severity] };
    }
  },
};

/** The risks that Komodor's health checks found. */
export const komodorHealthMonitoring = defineKind(SPEC);

/** One risk by its id. Komodor answers 404 for one that it does not have. */
function single(id: string): Question {
  return {
    what: `risk ${id}`,
    method: 'GET',
    path: `/health/risks/${encodeURIComponent(id)}`,
    rows: (answer) => [under('violation')(answer) ?? answer],
    inScope: (item) => textOf(item, 'id') === id,
    mayBeMissing: true,
  };
}

/** All risks that a selector names: in one listing, or cluster by cluster where Komodor cannot answer that in time. */
function readRisks(reading: Reading, selector: RiskSelector): Walk {
  const whole = questionOf(selector);
  if (selector.clusters.length === 1) return readByOffset(reading, SPEC, whole);
  const smaller = { ...reading, size: reading.size.fresh() };
  const tooSlow = () =>
    byCluster(smaller, 'risks', selector.clusters, (cluster) =>
      readByOffset(smaller, SPEC, questionOf({ ...selector, clusters: [cluster] })),
    );
  return readByOffset(reading, SPEC, { ...whole, tooSlow });
}

function questionOf(selector: RiskSelector, komodorUid?: string): Question {
  const { clusters, namespaces, severity } = selector;
  return {
    what: nameOf('risks', { cluster: clusters, severity, komodorUid }),
    method: 'GET',
    path: '/health/risks',
    query: {
      impactGroupType: selector.impactGroupType,
      checkCategory: selector.checkCategory,
      checkType: selector.checkTypes,
      severity,
      status: selector.status,
      clusterName: clusters,
      namespace: namespaces,
      komodorUid,
    },
    rows: under(...SPEC.rows),
    inScope(item) {
      const itsCluster = textOf(item, 'komodorUid')?.split('|')[1];
      const isElsewhere = itsCluster !== undefined && clusters.length > 0 && !clusters.includes(itsCluster);
      return !isElsewhere && isWithin({ komodorUid, severity }, item);
    },
  };
}
