import { z } from 'zod';
import type { Place, Walk } from '../../core/source.ts';
import { defineKind, type KindSpec } from '../define-kind.ts';
import { hashOf, textIn, textOf, textsOf } from '../item.ts';
import { isWithin, limited, nameOf, orAny } from '../limits.ts';
import { chain, type Reading } from '../listing.ts';
import { readByCursor } from '../paging.ts';
import { type Question, under } from '../question.ts';
import { names, type Selector, someOf } from '../selector.ts';
import type { Address } from '../subject.ts';

const WORKLOAD_KINDS = ['Deployment', 'DaemonSet', 'StatefulSet', 'Rollout'] as const;
const STATUSES = ['healthy', 'unhealthy', 'unknown'] as const;

interface ServiceSelector extends Selector {
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
  readonly kinds: readonly string[];
  readonly status: readonly string[];
}

const CLUSTER = 'probe-cluster-q7x';
const NAMESPACE = 'probe-namespace-q7x';
const NAME = 'probe-name-q7x';
const MOMENT = 1_767_225_600;
const IDENTITY = ['kind', 'cluster', 'namespace', 'service'];

const SPEC: KindSpec<ServiceSelector> = {
  name: 'komodorService',
  doc: {
    title: 'Services: the workloads that Komodor watches',
    endpoint: 'POST services/search',
    selector: {
      clusters: 'Names of clusters. Default: all.',
      namespaces: 'Names of namespaces. Default: all.',
      kinds: `Kinds of workload, of ${WORKLOAD_KINDS.join(', ')}. Default: all.`,
      status: `Health, of ${STATUSES.join(', ')}. Default: all.`,
    },
    blueprint: '`komodorService`, identifier `KIND-CLUSTER-NAMESPACE-NAME`',
    identity: 'kind, cluster, namespace and name of the service',
    absence: 'gone: deleted once it is confirmed',
    completeness:
      'every page leads to the next, none repeats, the last says so; an absence is confirmed by a search in the cluster and namespace of the entity, or by one search per kind of workload',
  },
  pageSize: 500,
  selector: z.object({
    clusters: names(),
    namespaces: names(),
    kinds: someOf(WORKLOAD_KINDS),
    status: someOf(STATUSES),
  }),
  identify(row) {
    const parts = IDENTITY.map((field) => textIn(row, field));
    const uid = textIn(row, 'uid');
    const identity = !parts.includes(undefined) ? parts : uid === undefined ? hashOf(row) : { uid };
    return { identity, label: parts.map((part) => part ?? '?').join('/') };
  },
  probe: {
    row: {
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
    },
    place: { cluster: CLUSTER, namespace: NAMESPACE, kind: 'Deployment', name: NAME },
  },
  identity: ['kind', 'cluster', 'namespace', 'name'],
  placeOf(item) {
    const { service: name, ...place } = textsOf(item, IDENTITY);
    return name === undefined ? place : { ...place, name };
  },
  scopeParts: ['cluster', 'namespace'],
  limits: ({ cluster, namespace, kind }) => ({ clusters: cluster, namespaces: namespace, kinds: kind }),
  narrow({ cluster, namespace, kind, name }) {
    // A node is no service, and a service has a namespace.
    if (!WORKLOAD_KINDS.some((known) => known === kind) || namespace === '') return undefined;
    return {
      scope: { cluster, namespace },
      holds: (item) => textOf(item, 'kind') === kind && textOf(item, 'service') === name,
      identifiedBy: [{ cluster, namespace, kind, name }],
      confirmWith: { kinds: [kind] },
      around: { clusters: [cluster] },
      deletedWithSubject: true,
    };
  },
  locate,
  read: readServices,
  readScope,
  *recut(selector) {
    for (const kind of selector.kinds.length > 0 ? selector.kinds : WORKLOAD_KINDS)
      yield { ...selector, kinds: [kind] };
  },
};

/** The workloads that Komodor calls services. */
export const komodorService = defineKind(SPEC);

function readScope(reading: Reading, selector: ServiceSelector, { cluster = '', namespace = '' }: Place): Walk {
  return readServices(reading, { ...selector, clusters: [cluster], namespaces: [namespace] });
}

/** The workloads of a name. Komodor's older events do not tell the kind. */
async function locate(reading: Reading, address: Address): Promise<readonly Address[]> {
  const { cluster, namespace, name } = address;
  const found = new Set<string>();
  for await (const { items } of readScope(reading, SPEC.selector.parse({}), { cluster, namespace })) {
    for (const item of items) if (textOf(item, 'service') === name) found.add(textOf(item, 'kind') ?? '');
  }
  const kinds = [...found].filter((kind) => kind !== '');
  // Nothing of that name any more: it may have been of any kind, and its entity may have to go.
  return (kinds.length > 0 ? kinds : WORKLOAD_KINDS).map((kind) => ({ ...address, kind }));
}

/** A listing can be limited to a single cluster and a single status, and to lists of the rest. */
function readServices(reading: Reading, selector: ServiceSelector): Walk {
  const questions = orAny(selector.clusters).flatMap((cluster) =>
    orAny(selector.status).map((status) => questionOf(selector, cluster, status)),
  );
  return chain(questions.map((question) => readByCursor(reading, SPEC, question)));
}

function questionOf({ namespaces, kinds }: ServiceSelector, cluster?: string, status?: string): Question {
  const place = { cluster, namespace: namespaces, kind: kinds };
  return {
    what: nameOf('services', { ...place, status }),
    method: 'POST',
    path: '/services/search',
    // Komodor refuses `kind: []`.
    body: limited({ scope: limited({ cluster, namespaces }), kind: kinds, status }),
    rows: under('data', 'services'),
    inScope: (item) => isWithin(place, item),
  };
}
