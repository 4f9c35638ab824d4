import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { select } from '../src/core/source.ts';
import { createKubernetesApi } from '../src/kubernetes/api.ts';
import { connectionOf } from '../src/kubernetes/connection.ts';
import { createKubernetesSource } from '../src/kubernetes/source.ts';
import { createGovernor } from '../src/net/governor.ts';
import { createBareClient, inParallel } from './bare-client.ts';
import { bulkCalls } from './bulk-calls.ts';
import { BATCHES_IN_FLIGHT, type Entities } from './floor-writer.ts';
import type { TreeUse } from './process-tree.ts';
import { resyncOnce } from './product.ts';
import type { Setup } from './scenarios.ts';
import { startStandInProcess } from './stand-in-process.ts';
import { fixed, heading, table, whole } from './table.ts';

const WORKLOADS = 2_000;
const PODS_OF_EACH = 5;
const PAGE = 500;
const KINDS = ['v1/nodes', 'v1/namespaces', 'apps/v1/deployments', 'v1/pods'];

/** The first list of a cluster to Port, next to a bare client that lists and a bare writer. */
export async function cluster({ latencies, seed }: Setup) {
  const results = [];
  const folder = await mkdtemp(join(tmpdir(), 'komodor-port-bench-'));
  for (const latencyMs of latencies) {
    const standIns = await startStandInProcess({
      ...{ seed, services: 1, risksPerService: 1, clusters: 1, latencyMs },
      cluster: { workloads: WORKLOADS, podsOfEach: PODS_OF_EACH },
    });
    const kubeconfig = join(folder, 'kubeconfig');
    const access = standIns.kubeconfig ?? '';
    await writeFile(kubeconfig, access);
    const environment = {
      ...standIns.environment,
      ...{ KUBERNETES: kubeconfig, CLUSTER_NAME: 'bench', ADD_ONS: 'kubernetes,kubernetes-pods' },
    };
    const reads = { ours: await readOurs(kubeconfig), bare: await timed(() => listBare(access)) };
    const first = await resyncOnce(environment);
    const unchanged = await resyncOnce(environment);
    const floor = await measureBoth(environment, access, await standIns.entities());
    standIns.close();
    heading(`A cluster of ${WORKLOADS * PODS_OF_EACH} pods and ${WORKLOADS} workloads, ${latencyMs} ms an answer`);
    const row = (name: string, seconds: number, ratio: number, use: Partial<TreeUse> = {}) => [
      ...[name, fixed(seconds, 2), fixed(ratio, 2), fixed(use.cpuSeconds), whole(use.peakMiB), whole(use.peakPssMiB)],
    ];
    table(
      ['', 's', 'ratio', 'CPU s', 'RSS MiB', 'PSS MiB'],
      [
        row('a bare client lists', reads.bare, 1),
        row('our client lists, nothing is mapped', reads.ours.seconds, reads.ours.seconds / reads.bare),
        row('a bare client lists and writes', floor, 1),
        row(`first run (${whole(first.entities)} entities)`, first.seconds, first.seconds / floor, first),
        row('unchanged', unchanged.seconds, unchanged.seconds / floor, unchanged),
      ],
    );
    results.push({ latencyMs, reads, floor, first, unchanged });
  }
  await rm(folder, { recursive: true });
  return results;
}

async function readOurs(kubeconfig: string): Promise<{ readonly seconds: number; readonly objects: number }> {
  const api = createKubernetesApi({
    connection: await connectionOf(kubeconfig, {}),
    governor: createGovernor({ side: 'kubernetes', concurrency: 4 }),
    ...{ timeoutMs: 30_000, maxResponseBytes: 100_000_000, secrets: [] },
  });
  const source = createKubernetesSource({ api });
  let objects = 0;
  const seconds = await timed(async () => {
    for (const name of KINDS) {
      const pages = select(source.kind(name), {}).read(new AbortController().signal);
      for await (const { items } of pages) objects += items.length;
    }
  });
  source.close();
  return { seconds, objects };
}

const accessSchema = z.object({
  clusters: z.tuple([z.object({ cluster: z.object({ server: z.string() }) })]),
  users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]),
});
const bareList = z.object({ metadata: z.object({ continue: z.string().default('') }) });

/** @param access a kubeconfig */
async function listBare(access: string): Promise<void> {
  const { clusters, users } = accessSchema.parse(JSON.parse(access));
  const headers = { authorization: `Bearer ${users[0].user.token}` };
  for (const name of KINDS) {
    const path = name.split('/').length === 2 ? `/api/${name}` : `/apis/${name}`;
    let next: string | undefined = '';
    while (next !== undefined) {
      const url: string = `${clusters[0].cluster.server}${path}?limit=${PAGE}&continue=${next}`;
      const answer = await fetch(url, { headers });
      next = bareList.parse(await answer.json()).metadata.continue || undefined;
    }
  }
}

/** Both side by side. The first rounds are for Port, where entities that are new are made in them. */
async function measureBoth(
  environment: Readonly<Record<string, string>>,
  access: string,
  entities: Entities,
): Promise<number> {
  const client = await createBareClient(environment);
  const write = () => inParallel(BATCHES_IN_FLIGHT, bulkCalls(client, environment, entities));
  await write();
  const seconds = await timed(() => Promise.all([listBare(access), write()]));
  client.close();
  return seconds;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}
