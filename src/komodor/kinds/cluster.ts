import { z } from 'zod';
import { CLUSTER, clustersQuestion } from '../clusters.ts';
import { defineKind } from '../define-kind.ts';
import { readOnce } from '../paging.ts';
import { PROBE } from '../probe.ts';
import { names, PLACE_DOC } from '../selector.ts';

/** The clusters that Komodor watches. */
export const komodorCluster = defineKind({
  ...CLUSTER,
  name: 'komodorCluster',
  doc: {
    title: 'Clusters',
    endpoint: 'GET clusters',
    selector: {
      clusters: PLACE_DOC.clusters,
      tags: 'Tags that a cluster must have, each as `key:value`. Default: none.',
    },
    blueprint: '`komodorCluster`, identifier: the name of the cluster',
    addOn: 'clusters',
    identity: 'the name of the cluster',
    absence: 'gone: deleted once it is confirmed',
    completeness:
      'one answer, which is not empty and speaks of no further page; an absence is confirmed by asking for the cluster by its name',
    mayLack: ['clusterId'],
  },
  pageSize: 100,
  selector: z.object({ clusters: names(), tags: names() }),
  probe: {
    row: {
      name: PROBE.cluster,
      tags: { environment: 'probe-tag-q7x' },
      apiServerUrl: 'https://probe-server-q7x.example.com',
      clusterId: 'probe-id-q7x',
    },
    place: { name: PROBE.cluster },
  },
  scopeParts: ['name'],
  limits: ({ name }) => ({ clusters: name }),
  read: (reading, { clusters, tags }) => readOnce(reading, CLUSTER, clustersQuestion(clusters, tags)),
  readScope: (reading, { tags }, { name = '' }) => readOnce(reading, CLUSTER, clustersQuestion([name], tags)),
});
