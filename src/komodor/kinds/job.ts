import { z } from 'zod';
import { defineKind } from '../define-kind.ts';
import { readByPage } from '../paging.ts';
import { PROBE } from '../probe.ts';
import { names, PLACE_DOC, someOf } from '../selector.ts';
import { workloadSearch } from '../workload-search.ts';

const TYPES = ['job', 'cronjob'] as const;
const STATUSES = ['failed', 'running', 'completed', 'resumed', 'suspended', 'unknown'] as const;

const SELECTOR = z.object({
  clusters: names(),
  namespaces: names(),
  types: someOf(TYPES),
  statuses: someOf(STATUSES),
});

/** The jobs and cronjobs of the clusters. */
export const komodorJob = defineKind({
  ...workloadSearch<z.infer<typeof SELECTOR>>({
    what: 'jobs',
    path: '/jobs/search',
    nameField: 'name',
    kinds: ['Job', 'CronJob'],
    spelling: (kind) => kind.toLowerCase(),
    kindKey: 'types',
    statusKey: 'statuses',
    kindField: 'types',
    read: readByPage,
  }),
  name: 'komodorJob',
  doc: {
    title: 'Jobs and cronjobs',
    endpoint: 'POST jobs/search',
    selector: {
      ...PLACE_DOC,
      types: `Types, of ${TYPES.join(', ')}. Default: both.`,
      statuses: `Statuses, of ${STATUSES.join(', ')}. Default: all.`,
    },
    blueprint: '`komodorJob`, identifier `KIND-CLUSTER-NAMESPACE-NAME`',
    addOn: 'jobs',
    identity: 'kind, cluster, namespace and name of the job',
    absence: 'gone: deleted once it is confirmed',
    completeness:
      'page numbers advance, no page repeats, the last one says so or the one behind it is empty; an absence is confirmed by a search in the cluster and namespace of the entity, or by one search per type',
    mayLack: ['uid', 'startTime', 'issueData'],
  },
  after: ['komodorCluster'],
  pageSize: 500,
  largestPage: 2_000,
  selector: SELECTOR,
  probe: {
    row: {
      cluster: PROBE.cluster,
      namespace: PROBE.namespace,
      name: PROBE.name,
      kind: 'CronJob',
      status: 'failed',
      uid: 'probe-uid-q7x',
      link: 'https://app.komodor.com/jobs/probe-link-q7x?referer=public-api',
      startTime: PROBE.moment,
      issueData: { reason: 'probe-reason-q7x', errorMessage: 'probe-error-q7x', podStatus: 'Error' },
    },
    place: { cluster: PROBE.cluster, namespace: PROBE.namespace, kind: 'CronJob', name: PROBE.name },
  },
});
