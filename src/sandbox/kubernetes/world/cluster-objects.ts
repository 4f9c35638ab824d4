import { createRandom } from '../../random.ts';
import { jobsOf } from '../../world/jobs.ts';
import type { World } from '../../world/model.ts';
import type { KubernetesObject } from '../model.ts';
import { catalogObjects } from './catalog-objects.ts';
import { deployerObjects, deployerOf } from './deployers.ts';
import { jobObjects } from './job-objects.ts';
import { namespaceObject, nodeName, nodeObject } from './node-objects.ts';
import type { Setting } from './setting.ts';
import { workloadObjects } from './workload-objects.ts';

export interface ClusterOptions {
  readonly world: World;
  /** Which of the world's clusters. */
  readonly cluster: string;
  /** How many pods the workloads have together; two or three each when absent. Those of jobs come on top. */
  readonly pods?: number;
}

const PODS_PER_NODE = 40;
const SYSTEM = ['default', 'kube-system', 'flux-system', 'argocd'];

/**
 * The objects of one of the world's clusters, owners before what they own. Its workloads and jobs are those that Komodor
 * tells of, with the same names, labels and uids. The same world gives the same objects.
 */
export function* clusterObjects({ world, cluster, pods }: ClusterOptions): Generator<KubernetesObject> {
  const services = world.services.filter((service) => service.cluster === cluster);
  const jobs = jobsOf(world).filter((job) => job.cluster === cluster);
  const replicas = replicasOf(world.seed, services.length, pods);
  const podCount = replicas.reduce((sum, one) => sum + one, 0);
  const setting: Setting = {
    seed: world.seed,
    cluster,
    now: world.now,
    nodes: Math.max(3, Math.ceil(podCount / PODS_PER_NODE)),
  };
  const namespaces = new Set([...services, ...jobs].map(({ namespace }) => namespace));
  for (const name of [...SYSTEM, ...namespaces].toSorted()) yield namespaceObject(setting, name);
  for (let at = 0; at < setting.nodes; at += 1) yield nodeObject(setting, nodeName(at), at);
  yield* deployerObjects(setting, services);
  for (const [at, service] of services.entries()) {
    yield* workloadObjects(setting, service, replicas[at] ?? 0, deployerOf(setting, service));
  }
  for (const job of jobs) yield* jobObjects(setting, job);
  yield* catalogObjects(setting, services);
}

/** How many pods each workload has, so that all together have as many as were asked for. */
function replicasOf(seed: number, count: number, pods: number | undefined): readonly number[] {
  const random = createRandom(seed, 'replicas');
  const weights = Array.from({ length: count }, () =>
    random.weighted([
      [1, 25],
      [2, 40],
      [3, 25],
      [6, 8],
      [20, 2],
    ] as const),
  );
  const total = weights.reduce<number>((sum, one) => sum + one, 0);
  const factor = pods === undefined ? 1 : pods / total;
  let before = 0;
  return weights.map((weight) => {
    const after = before + weight * factor;
    const replicas = Math.round(after) - Math.round(before);
    before = after;
    return replicas;
  });
}
