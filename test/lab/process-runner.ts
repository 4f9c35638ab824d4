import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { followClaims } from './claims.ts';
import type { Cluster } from './cluster.ts';
import { PodFiles } from './pod-files.ts';
import { forget, type NodeParts, PodLife } from './pod-life.ts';
import { type Pod, PodSchema } from './pod-model.ts';
import { ServiceNames } from './services.ts';

const NODE = 'lab';
const CAPACITY = { cpu: '64', memory: '256Gi', pods: '250', 'ephemeral-storage': '100Gi' };

/** The one node of the lab. */
export interface Runner {
  /** Ends all pods that run, and leaves them to the API server. */
  stop(): Promise<void>;
}

/** Registers a node, and runs the pods that are bound to it as processes of this machine. */
export async function startRunner(cluster: Cluster): Promise<Runner> {
  const { api, network, directory, url } = cluster;
  const stopping = new AbortController();
  const names = new ServiceNames(join(directory, 'names'));
  const claims = join(directory, 'claims');
  await mkdir(claims, { recursive: true });
  await registerNode(cluster);
  const lives = new Lives({
    ...{ api, network, names, folder: directory },
    files: new PodFiles(api, claims),
    everywhere: { KUBERNETES_SERVICE_HOST: network.hostAddress, KUBERNETES_SERVICE_PORT: new URL(url).port },
  });
  const { signal } = stopping;
  const pods = `/api/v1/pods?fieldSelector=spec.nodeName%3D${NODE}`;
  const following = [
    names.follow(api, signal),
    followClaims(api, claims, signal),
    api.follow(pods, PodSchema, signal, (type, pod) => lives.tell(type, pod)),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all([lives.endAll(), ...following]);
    },
  };
}

/** The pods of the node that live, by uid. */
class Lives {
  readonly #parts: NodeParts;
  readonly #alive = new Map<string, PodLife>();
  readonly #going = new Set<string>();

  constructor(parts: NodeParts) {
    this.#parts = parts;
  }

  tell(type: 'THERE' | 'GONE', pod: Pod): void {
    const { uid, deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    const life = this.#alive.get(uid);
    if (type === 'GONE' || deletionTimestamp !== undefined) {
      this.#end(pod, life, type === 'GONE' ? 0 : (deletionGracePeriodSeconds ?? 30));
    } else if (life === undefined && !['Succeeded', 'Failed'].includes(pod.status.phase)) {
      this.#alive.set(uid, new PodLife(this.#parts, pod));
    }
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#alive.values()].map((life) => life.end(5)));
  }

  #end(pod: Pod, life: PodLife | undefined, graceSeconds: number): void {
    const { uid } = pod.metadata;
    if (this.#going.has(uid)) return;
    this.#going.add(uid);
    const ended = life?.end(graceSeconds) ?? Promise.resolve();
    ended
      .then(() => forget(this.#parts.api, pod))
      .catch((error: unknown) => {
        process.stderr.write(`lab: ${pod.metadata.namespace}/${pod.metadata.name}: ${String(error)}\n`);
      })
      .finally(() => this.#alive.delete(uid));
  }
}

async function registerNode({ api, network }: Cluster): Promise<void> {
  await api.create('/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: NODE, labels: { 'kubernetes.io/hostname': NODE, 'kubernetes.io/os': 'linux' } },
  });
  await api.merge(`/api/v1/nodes/${NODE}/status`, {
    status: {
      capacity: CAPACITY,
      allocatable: CAPACITY,
      addresses: [{ type: 'InternalIP', address: network.hostAddress }],
      conditions: [{ type: 'Ready', status: 'True', reason: 'LabReady' }],
    },
  });
  // Admission gives it to every new node, and nobody here watches whether nodes are ready.
  await api.merge(`/api/v1/nodes/${NODE}`, { spec: { taints: null } });
}
