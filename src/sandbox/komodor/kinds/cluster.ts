import type { World } from '../../world/model.ts';
import type { StandIn } from '../stand-in.ts';

function listClusters({ clusters }: World, query: URLSearchParams): World['clusters'] {
  const names = query.getAll('clusterName');
  const tags = query.getAll('tags').map((tag) => tag.split(':'));
  return clusters.filter(
    (cluster) =>
      (names.length === 0 || names.includes(cluster.name)) &&
      tags.every(([key = '', ...value]) => cluster.tags[key] === value.join(':')),
  );
}

export const standIn: StandIn = {
  kind: 'komodorCluster',
  listing: {
    method: 'GET',
    path: 'clusters',
    name: 'clusters',
    open:
      ({ world }) =>
      ({ query }) => ({ status: 200, body: { data: { clusters: listClusters(world, query) } } }),
  },
  rows: ({ clusters }) => clusters.map((cluster) => ({ identity: cluster.name, value: cluster })),
};
