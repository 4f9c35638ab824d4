import type { Kind, RawItem } from '../core/model.ts';
import type { Addressing, Scope } from '../core/ports.ts';
import { textOf, toItem } from './item.ts';
import { WORKLOAD_KINDS } from './selector.ts';

type Parts = { readonly [part: string]: string };

const CLUSTER = 'probe-cluster-q7x';
const NAMESPACE = 'probe-namespace-q7x';
const NAME = 'probe-name-q7x';
const RISK_ID = '5eed0000-7a7a-4b4b-8c8c-9d9d0e0e1f1f';
const UID = `Deployment|${CLUSTER}|${NAMESPACE}|${NAME}`;
const MOMENT = 1_767_225_600;

/** A service with every field that Komodor may send. */
const PROBE_SERVICE = {
  cluster: CLUSTER,
  namespace: NAMESPACE,
  service: NAME,
  kind: 'Deployment',
  status: 'healthy',
  uid: 'probe-uid-q7x',
  link: 'https://app.komodor.com/services/probe-link-q7x?workspaceId=null&referer=public-api',
  lastDeploy: { startTime: MOMENT, endTime: MOMENT + 60, status: 'success' },
  lastIssue: {
    startTime: MOMENT,
    reasons: ['BackOff'],
    errorMessage: 'probe-error-q7x',
    insights: ['probe-insight-q7x'],
  },
  labels: { app: 'probe-label-q7x' },
  annotations: { note: 'probe-annotation-q7x' },
};

/** A risk with every field that all risks have. */
const PROBE_RISK = {
  id: RISK_ID,
  checkType: 'restartingContainers',
  komodorUid: UID,
  createdAt: MOMENT,
  lastEvaluatedAt: MOMENT,
  severity: 'high',
  status: 'open',
  link: 'https://app.komodor.com/health/risks/drawer?checkCategory=workload-health&violationId=probe-link-q7x',
  supportingData: { restartingContainers: { containers: [{ name: 'probe-container-q7x', restarts: 3 }] } },
};

/** How the place of an item can be found again in what was mapped from it; see Addressing. */
export function addressingOf(kind: Kind): Addressing {
  return kind === 'komodorService' ? SERVICES : RISKS;
}

const SERVICE_PARTS = ['kind', 'cluster', 'namespace', 'service'];

const SERVICES: Addressing = {
  probe: itemOf('komodorService', PROBE_SERVICE),
  parts: { cluster: CLUSTER, namespace: NAMESPACE, kind: 'Deployment', service: NAME },
  scope: ({ cluster, namespace }) => serviceScope(cluster, namespace),
  identity: SERVICE_PARTS,
  partsOf: (item) => partsIn(item, SERVICE_PARTS),
  scopeOf: (item) => serviceScope(textOf(item, 'cluster'), textOf(item, 'namespace')),
  narrow({ cluster, namespace, kind, name }) {
    if (!isServiceKind(kind) || namespace === '') return undefined;
    return {
      scope: { cluster, namespace },
      holds: (item) => textOf(item, 'kind') === kind && textOf(item, 'service') === name,
      parts: [{ cluster, namespace, kind, service: name }],
      secondLook: { kinds: [kind] },
      around: { clusters: [cluster] },
      goesWithWorkload: true,
    };
  },
};

const RISKS: Addressing = {
  probe: itemOf('komodorHealthMonitoring', PROBE_RISK),
  parts: { komodorUid: UID, kind: 'Deployment', cluster: CLUSTER, namespace: NAMESPACE, name: NAME, id: RISK_ID },
  scope: riskScope,
  identity: ['id'],
  partsOf: (item) => partsIn(item, ['id']),
  scopeOf: (item) => riskScope({ komodorUid: textOf(item, 'komodorUid') ?? '' }),
  narrow: ({ cluster, namespace, kind, name }) => {
    const komodorUid = [kind, cluster, namespace, name].join('|');
    return {
      scope: { komodorUid },
      holds: (item) => textOf(item, 'komodorUid') === komodorUid,
      parts: [{ komodorUid }, { kind, cluster, namespace, name }],
      // A risk outlives its workload as history; the resync removes it when Komodor has forgotten it.
      secondLook: {},
      around: { clusters: [cluster] },
      goesWithWorkload: false,
    };
  },
};

function partsIn(item: RawItem, fields: readonly string[]): Parts {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = textOf(item, field);
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

function isServiceKind(kind: string): boolean {
  return WORKLOAD_KINDS.some((known) => known === kind);
}

function serviceScope(cluster: string | undefined, namespace: string | undefined): Scope | undefined {
  return cluster && namespace ? { cluster, namespace } : undefined;
}

/** The uid itself, or joined: cluster-scoped resources have empty parts, but kind and cluster are always there. */
function riskScope({ komodorUid, kind, cluster, namespace, name }: Parts): Scope | undefined {
  if (komodorUid) return { komodorUid };
  if (!kind || !cluster || namespace === undefined || name === undefined) return undefined;
  return { komodorUid: [kind, cluster, namespace, name].join('|') };
}

function itemOf(kind: Kind, value: { readonly [key: string]: unknown }) {
  return toItem(kind, value) ?? { key: '', label: '', value };
}
