import { z } from 'zod';
import { defineKind } from '../define-kind.ts';
import { textOf } from '../item.ts';
import { SERVICE_KINDS } from '../kubernetes-kinds.ts';
import type { Reading } from '../listing.ts';
import { readByCursor } from '../paging.ts';
import { PROBE } from '../probe.ts';
import { names, PLACE_DOC, someOf } from '../selector.ts';
import { SERVICE_PAGES } from '../service-kinds.ts';
import type { Address } from '../subject.ts';
import { workloadSearch } from '../workload-search.ts';

const STATUSES = ['healthy', 'unhealthy', 'unknown'] as const;

const SELECTOR = z.object({
  clusters: names(),
  namespaces: names(),
  kinds: someOf(SERVICE_KINDS),
  status: someOf(STATUSES),
});
const SEARCH = workloadSearch<z.infer<typeof SELECTOR>>({
  what: 'services',
  path: '/services/search',
  nameField: 'service',
  kinds: SERVICE_KINDS,
  kindKey: 'kinds',
  statusKey: 'status',
  kindField: 'kind',
  read: readByCursor,
});

/** The workloads that Komodor calls services. */
export const komodorService = defineKind({
  ...SEARCH,
  name: 'komodorService',
  doc: {
    title: 'Services: the workloads that Komodor watches',
    endpoint: 'POST services/search',
    selector: {
      ...PLACE_DOC,
      kinds: `Kinds of workload, of ${SERVICE_KINDS.join(', ')}. Default: all.`,
      status: `Health, of ${STATUSES.join(', ')}. Default: all.`,
    },
    blueprint: '`komodorService`, identifier `KIND-CLUSTER-NAMESPACE-NAME`',
    identity: 'kind, cluster, namespace and name of the service',
    absence: 'gone: deleted once it is confirmed',
    completeness:
      'every page leads to the next, none repeats, the last says so; an absence is confirmed by a search in the cluster and namespace of the entity, or by one search per kind of workload',
    mayLack: ['uid', 'lastDeploy', 'lastDeploy.endTime', 'lastIssue', 'lastIssue.reasons', 'labels', 'annotations'],
  },
  pageSize: SERVICE_PAGES.first,
  largestPage: SERVICE_PAGES.most,
  selector: SELECTOR,
  probe: {
    row: {
      cluster: PROBE.cluster,
      namespace: PROBE.namespace,
      service: PROBE.name,
      kind: 'Deployment',
      status: 'healthy',
      uid: 'probe-uid-q7x',
      link: 'https://app.komodor.com/services/probe-link-q7x?workspaceId=null&referer=public-api',
      lastDeploy: { startTime: PROBE.moment, endTime: PROBE.moment + 60, status: 'success' },
      lastIssue: {
        startTime: PROBE.moment,
        reasons: ['BackOff'],
        errorMessage: 'probe-error-q7x',
        insights: ['probe-insight-q7x'],
      },
      labels: { app: 'probe-label-q7x' },
      annotations: { note: 'probe-annotation-q7x' },
    },
    place: { cluster: PROBE.cluster, namespace: PROBE.namespace, kind: 'Deployment', name: PROBE.name },
  },
  locate,
});

/** The workloads of a name. Komodor's older events do not tell the kind. */
async function locate(reading: Reading, { cluster, namespace, name }: Address): Promise<readonly Address[]> {
  const found = new Set<string>();
  for await (const { items } of SEARCH.readScope(reading, SELECTOR.parse({}), { cluster, namespace })) {
    for (const item of items) if (textOf(item, 'service') === name) found.add(textOf(item, 'kind') ?? '');
  }
  const kinds = [...found].filter((kind) => kind !== '');
  // Nothing of that name any more: it may have been of any kind, and its entity may have to go.
  return (kinds.length > 0 ? kinds : SERVICE_KINDS).map((kind) => ({ cluster, namespace, kind, name }));
}
