import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from '../faults.ts';
import type { World } from '../world/model.ts';
import { type KubernetesStandIn, startKubernetes } from './start-kubernetes.ts';
import { startChurn } from './world/churn.ts';
import { clusterObjects } from './world/cluster-objects.ts';

export interface KubernetesStandInOptions {
  /** Absent: there is no such stand-in. */
  readonly kubernetesPort?: number;
  /** How many pods the workloads have together. */
  readonly pods?: number;
  /** How many changes a second there are. */
  readonly churn?: number;
  readonly latencyMs: number;
}

export interface ClusterStandIn {
  readonly kubernetes: KubernetesStandIn;
  /** The name under which Komodor knows the cluster. */
  readonly cluster: string;
  readonly kubeconfig: string;
  /** Settings with which the program reads it. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts the stand-in for the API of the first of the world's clusters, and writes a kubeconfig for it. */
export async function startCluster(
  world: World,
  faults: readonly Fault[],
  { kubernetesPort = 0, pods, churn, latencyMs }: KubernetesStandInOptions,
): Promise<ClusterStandIn> {
  const [first] = world.clusters;
  if (first === undefined) throw new Error('The world has no cluster.');
  const cluster = first.name;
  const objects = clusterObjects({ world, cluster, ...(pods !== undefined && { pods }) });
  const folder = await mkdtemp(join(tmpdir(), 'komodor-port-sandbox-'));
  const kubeconfig = join(folder, 'kubeconfig.json');
  const write = () => writeFileSync(kubeconfig, kubernetes.kubeconfig(), { mode: 0o600 });
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  const starting = startKubernetes({ port: kubernetesPort, objects, faults, latencyMs, onToken: () => write() });
  const kubernetes = await starting.catch(async (error: unknown) => {
    await removeFolder();
    throw error;
  });
  write();
  const stopChurn = churn === undefined || churn === 0 ? () => {} : startChurn(kubernetes.store, churn);
  return {
    kubernetes,
    cluster,
    kubeconfig,
    environment: { KUBERNETES: kubeconfig, CLUSTER_NAME: cluster },
    async close() {
      stopChurn();
      await kubernetes.close();
      await removeFolder();
    },
  };
}
