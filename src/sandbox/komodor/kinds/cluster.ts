import { z } from 'zod';
import { createRandom } from '../../random.ts';
import type { World, WorldCluster } from '../../world/model.ts';
import { replaceOne } from '../../world/rows-of.ts';
import { onlyPage } from '../pages.ts';
import { allows, readQuery } from '../requests.ts';
import type { StandIn } from '../stand-in.ts';

const queryShape = z.object({ clusterName: z.array(z.string()), tags: z.array(z.string()) });

function hasTag({ tags }: WorldCluster, tag: string): boolean {
  const [key = '', ...value] = tag.split(':');
  return tags[key] === value.join(':');
}

/** Gives a cluster a tag, or another value of it. */
function change(world: World, step: number): string[] {
  const random = createRandom(world.seed, 'clusters', 'step', step);
  const tier = `tier-${random.int(1, 3)}`;
  return replaceOne(world.clusters, random, (cluster) => [
    { ...cluster, tags: { ...cluster.tags, tier } },
    `The cluster ${cluster.name} was tagged tier:${tier}.`,
  ]);
}

/** `GET clusters`: all in one answer. */
export const standIn: StandIn = {
  kind: 'komodorCluster',
  listing: {
    method: 'GET',
    path: 'clusters',
    name: 'clusters',
    about: 'list of clusters',
    scopedAbout: 'list of clusters of given names',
    isScoped: ({ query }) => query.has('clusterName'),
    pageOf: () => 1,
    open:
      ({ world }) =>
      (request, ask) => {
        const { asked, refusal } = readQuery(request, queryShape);
        if (refusal !== undefined) return refusal;
        const names = ask('ignore-scope') === undefined ? asked.clusterName : [];
        const rows = world.clusters.filter(
          (cluster) => allows(names, cluster.name) && asked.tags.every((tag) => hasTag(cluster, tag)),
        );
        const placeOf = ({ name }: WorldCluster) => ({ cluster: name, namespace: '' });
        const { list, meta } = onlyPage({ rows, placeOf, ask });
        return { status: 200, body: { data: { clusters: list }, ...(meta && { meta }) } };
      },
  },
  rows: ({ clusters }) => clusters.map((cluster) => ({ identity: cluster.name, value: cluster })),
  change,
};
