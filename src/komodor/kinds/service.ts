import { z } from 'zod';
import type { RawItem } from '../../core/model.ts';
import type { Place, Walk } from '../../core/source.ts';
import { type Place as Position, walkByCursor } from '../cursor-walk.ts';
import { defineKind, itemOf, type KindSpec } from '../define-kind.ts';
import { hashOf, textIn, textOf, textsOf } from '../item.ts';
import { chain, orIncomplete, type Reading, weighed } from '../listing.ts';
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
  scope: ({ cluster, namespace }) => (cluster && namespace ? { cluster, namespace } : undefined),
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
  read: (reading, selector) => chain(listings(reading, selector)),
  readScope,
  *recut(selector) {
    for (const kind of selector.kinds.length > 0 ? selector.kinds : WORKLOAD_KINDS)
      yield { ...selector, kinds: [kind] };
  },
};

/** The workloads that Komodor calls services. */
export const komodorService = defineKind(SPEC);

function readScope(reading: Reading, selector: ServiceSelector, { cluster = '', namespace = '' }: Place): Walk {
  return chain(listings(reading, { ...selector, clusters: [cluster], namespaces: [namespace] }));
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

/** What one `POST /services/search` listing can be limited to: a single cluster and a single status, lists of the rest. */
interface ServiceFilter {
  readonly cluster?: string | undefined;
  readonly status?: string | undefined;
  readonly namespaces: readonly string[];
  readonly kinds: readonly string[];
}

const Answer = z
  .looseObject({
    data: z.looseObject({ services: z.unknown().optional() }).catch({ services: undefined }),
    meta: z.unknown().optional(),
  })
  .catch({ data: { services: undefined }, meta: undefined });

function* listings(reading: Reading, selector: ServiceSelector): Generator<Walk> {
  for (const cluster of orAny(selector.clusters)) {
    for (const status of orAny(selector.status)) {
      const filter = { cluster, status, namespaces: selector.namespaces, kinds: selector.kinds };
      yield orIncomplete(reading, readListing(reading, filter));
    }
  }
}

function orAny(values: readonly string[]): readonly (string | undefined)[] {
  return values.length > 0 ? values : [undefined];
}

function readListing(reading: Reading, filter: ServiceFilter): Walk {
  const { api, size, signal, maxPages } = reading;
  return walkByCursor({
    what: nameOf(filter),
    toItem: (row) => itemOf(SPEC, row),
    inScope: (item) => matches(filter, item),
    maxPages,
    ask: (place, most) =>
      size.ask({
        hostAnswered: api.hostAnswered,
        // A page number means another place as soon as pages have another size; and who says how many means it.
        fixed: place.type === 'page' || most !== undefined,
        async ask(wanted, attempts) {
          const pageSize = most ?? wanted;
          const { body, bytes } = await api.call({
            method: 'POST',
            path: '/services/search',
            body: bodyOf(filter, place, pageSize),
            signal,
            ...(attempts === undefined ? {} : { attempts }),
          });
          const { data, meta } = Answer.parse(body);
          return weighed({ rows: data.services, meta, askedFor: pageSize }, bytes);
        },
      }),
  });
}

/** Empty lists are left out: Komodor refuses `kind: []`. */
function bodyOf({ cluster, status, namespaces, kinds }: ServiceFilter, place: Position, pageSize: number): unknown {
  const scope = {
    ...(cluster === undefined ? {} : { cluster }),
    ...(namespaces.length === 0 ? {} : { namespaces }),
  };
  return {
    ...(Object.keys(scope).length === 0 ? {} : { scope }),
    ...(kinds.length === 0 ? {} : { kind: kinds }),
    ...(status === undefined ? {} : { status }),
    pagination: {
      pageSize,
      ...(place.type === 'token' ? { token: place.token } : {}),
      ...(place.type === 'page' ? { page: place.page } : {}),
    },
  };
}

/** An item without the field is given the benefit of the doubt. */
function matches({ cluster, namespaces, kinds }: ServiceFilter, item: RawItem): boolean {
  const itsCluster = textOf(item, 'cluster') ?? cluster;
  const itsNamespace = textOf(item, 'namespace');
  const itsKind = textOf(item, 'kind');
  if (cluster !== undefined && itsCluster !== cluster) return false;
  if (kinds.length > 0 && itsKind !== undefined && !kinds.includes(itsKind)) return false;
  return namespaces.length === 0 || itsNamespace === undefined || namespaces.includes(itsNamespace);
}

function nameOf({ cluster, status, namespaces, kinds }: ServiceFilter): string {
  const limits = [
    cluster === undefined ? [] : [`cluster ${cluster}`],
    namespaces.length === 0 ? [] : [`namespace ${namespaces.join(', ')}`],
    kinds.length === 0 ? [] : [`kind ${kinds.join(', ')}`],
    status === undefined ? [] : [`status ${status}`],
  ].flat();
  return limits.length === 0 ? 'services' : `services of ${limits.join(', ')}`;
}
