/**
 * How a watch keeps up: 100 changes a second of 2,000 pods for a minute, and what Port has of them, when, at what price.
 *
 *   npm run build && npx tsx bench/cluster-watch.ts [seconds] [changes a second]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startStandIns } from '../src/cli/stand-ins.ts';
import { startKubernetes } from '../src/sandbox/kubernetes/start-kubernetes.ts';
import { createRandom } from '../src/sandbox/random.ts';

const SECONDS = Number(process.argv[2] ?? 60);
const PER_SECOND = Number(process.argv[3] ?? 100);
const PODS = 2_000;
const TICKS = 20;

const MAPPING = `
entityDeletionThreshold: 0.9
resources:
  - kind: v1/Pod
    selector: { query: 'true' }
    port:
      entity:
        mappings:
          identifier: .metadata.namespace + "-" + .metadata.name
          blueprint: '"pod"'
          title: .metadata.name
          properties: { phase: .status.phase, namespace: .metadata.namespace, step: .status.step }
`;

function pod(number: number, step: number) {
  const containers = [{ name: 'main', image: `registry.example/app-${number % 50}:1.${number % 7}` }];
  const metadata = { name: `pod-${number}`, namespace: `team-${number % 20}`, labels: { app: `app-${number % 50}` } };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers }, status: { phase: 'Running', step } };
}

function residentMiB(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
}

const objects = Array.from({ length: PODS }, (_, number) => pod(number, 0));
const cluster = await startKubernetes({ objects });
const small = { seed: 1, services: 10, risksPerService: 0, clusters: 1 };
const standIns = await startStandIns({ ...small, komodorPort: 0, portPort: 0, latencyMs: 100, faults: [] });
const { port } = standIns;
const property = { type: 'string' };
port.store.putBlueprint({
  identifier: 'pod',
  title: 'Pod',
  schema: { properties: { phase: property, namespace: property, step: { type: 'number' } }, required: [] },
  relations: {},
});
const folder = mkdtempSync(join(tmpdir(), 'cluster-watch-'));
writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfig());
writeFileSync(join(folder, 'mapping.yaml'), MAPPING);

const service = spawn(process.execPath, ['dist/cli.js', 'start'], {
  env: {
    ...process.env,
    ...standIns.environment,
    ...{ KUBERNETES: join(folder, 'kubeconfig'), MAPPING_PATH: join(folder, 'mapping.yaml'), MAPPING_SOURCE: 'file' },
    ...{ RESYNC_INTERVAL: 'off', HTTP_PORT: '0', HTTP_HOST: '127.0.0.1', LOG_LEVEL: 'warn' },
  },
  stdio: ['ignore', 'inherit', 'inherit'],
});
const ours = () => port.store.entitiesOf('pod').length;
while (ours() < PODS || cluster.watchers === 0) await sleep(100);
await sleep(3_000);

const changedAt = new Map<string, { readonly step: number; readonly at: number }>();
const lags: number[] = [];
port.store.onWrite = ({ identifier, after }) => {
  const known = changedAt.get(identifier);
  if (known === undefined || after.properties.step !== known.step) return;
  changedAt.delete(identifier);
  lags.push(performance.now() - known.at);
};
const random = createRandom('bench');
const before = { requests: port.log.length, lists: cluster.log.length };
const memory: number[] = [];
let step = 0;
const startedAt = performance.now();
for (let tick = 0; tick < SECONDS * TICKS; tick += 1) {
  for (let each = 0; each < PER_SECOND / TICKS; each += 1) {
    step += 1;
    const number = random.int(0, PODS - 1);
    const object = pod(number, step);
    cluster.put(object);
    changedAt.set(`${object.metadata.namespace}-${object.metadata.name}`, { step, at: performance.now() });
  }
  if (tick % (TICKS * 5) === 0) memory.push(residentMiB(service.pid ?? 0));
  await sleep(Math.max(0, startedAt + (tick + 1) * (1_000 / TICKS) - performance.now()));
}
const endedAt = performance.now();
while (changedAt.size > 0 && performance.now() - endedAt < 30_000) await sleep(20);
memory.push(residentMiB(service.pid ?? 0));
lags.sort((a, b) => a - b);
const at = (share: number) => Math.round(lags[Math.floor((lags.length - 1) * share)] ?? Number.NaN);
const lines = [
  `${step} changes in ${Math.round((endedAt - startedAt) / 1000)} s, ${lags.length} writes that were the newest`,
  `behind: half ${at(0.5)} ms, 99 % ${at(0.99)} ms, at most ${at(1)} ms; after the end ${Math.round(performance.now() - endedAt)} ms`,
  `requests: ${port.log.length - before.requests} to Port, ${cluster.log.length - before.lists} to the API server`,
  `memory (MiB), every 5 s: ${memory.join(' ')}`,
];
process.stdout.write(`${lines.join('\n')}\n`);
service.kill('SIGTERM');
await Promise.all([standIns.close(), cluster.close()]);
rmSync(folder, { recursive: true, force: true });
