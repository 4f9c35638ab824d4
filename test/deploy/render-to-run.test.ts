import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startKomodor } from '../../src/sandbox/komodor/start-komodor.ts';
import { startKubernetes } from '../../src/sandbox/kubernetes/start-kubernetes.ts';
import { startPort } from '../../src/sandbox/port/server.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { freePort, ownRedis, withoutOwnRedis } from '../queue/redis-server.ts';
import { until } from '../service/caller.ts';
import { CI_FILES, dataOf } from './chart.ts';
import { besides, CREDENTIALS, REDIS_PASSWORD, secretOf } from './in-the-namespace.ts';
import { type Manifest, template } from './manifests.ts';
import { podsOf, type Running, startPod } from './render-to-run.ts';
import { type StockOptions, stockChart } from './stock-chart.ts';
import { describeWith } from './tools.ts';

const SERVICES = 12;
const folder = mkdtempSync(join(tmpdir(), 'render-to-run-'));
const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  rmSync(folder, { recursive: true, force: true });
});

/** Both APIs, with the credentials of the values files. */
async function standIns() {
  const { apiKey, ...credentials } = CREDENTIALS;
  const world = createWorld({ seed: 1, services: SERVICES, risksPerService: 1, clusters: 2 });
  const [komodor, port] = await Promise.all([startKomodor({ world, apiKey }), startPort(credentials)]);
  closing.push(komodor.close, port.close);
  return {
    portUrl: port.url,
    komodorUrl: komodor.apiUrl,
    values: { port: { baseUrl: port.url }, integration: { config: { komodorBaseUrl: komodor.apiUrl } } },
    isFull: () => port.store.entitiesOf('komodorService').length >= SERVICES,
    namesOf: (blueprint: string) => port.store.entitiesOf(blueprint).map(({ identifier }) => identifier),
  };
}

/** A Redis with a password, in the place of the one in the cluster. */
async function redisWithPassword(): Promise<string> {
  const port = await freePort();
  const redis = await ownRedis(['--port', String(port), '--bind', '127.0.0.1']);
  closing.push(() => redis.remove());
  await redis.start();
  const client = new Redis(port);
  await client.config('SET', 'requirepass', REDIS_PASSWORD);
  client.disconnect();
  return `127.0.0.1:${port}`;
}

const roleSchema = z.looseObject({
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});

/** The cluster, where these manifests read it, with what they may do there: instead of `in-cluster`, a kubeconfig. */
async function cluster(manifests: readonly Manifest[]): Promise<Readonly<Record<string, string>>> {
  const settings = manifests.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
  if (settings.every((name) => dataOf(manifests, 'ConfigMap', name).KUBERNETES === undefined)) return {};
  const rights = manifests.filter(({ kind }) => kind === 'ClusterRole').flatMap((role) => roleSchema.parse(role).rules);
  const kubernetes = await startKubernetes({ rights });
  closing.push(kubernetes.close);
  const kubeconfig = join(mkdtempSync(join(folder, 'cluster-')), 'kubeconfig');
  writeFileSync(kubeconfig, kubernetes.kubeconfig());
  return { 'in-cluster': kubeconfig };
}

async function start(name: string, manifests: readonly Manifest[], hosts = {}): Promise<Running> {
  const found = podsOf(manifests, ['Deployment', 'Job', 'CronJob']).find(([each]) => each === name);
  if (found === undefined) throw new Error(`No ${name}`);
  const running = await startPod(...found, { manifests, hosts, folder });
  closing.push(() => running.process.kill());
  return running;
}

async function untilReady({ url, process }: Running): Promise<void> {
  let answer = '';
  await until(async () => {
    const ready = await fetch(`${url}/health/ready`).catch((error: Error) => error);
    answer = ready instanceof Error ? ready.message : `${ready.status} ${await ready.text()}`;
    return answer.startsWith('200') || process.output().includes('"level":"fatal"');
  }, 60_000).catch(() => undefined);
  expect(answer, process.output()).toMatch(/^200/);
}

async function expectDone(name: string, manifests: readonly Manifest[], hosts = {}): Promise<Running> {
  const job = await start(name, manifests, hosts);
  const { code } = await job.process.ended();
  expect(code, `${name}\n${job.process.output()}`).toBe(0);
  return job;
}

/** Runs everything that a release has: its Deployments until they are ready and stopped, its Jobs until they are done. */
async function runAll(manifests: readonly Manifest[], isFull: () => boolean, hosts = {}): Promise<readonly Running[]> {
  const names = (kinds: readonly string[]) => podsOf(manifests, kinds).map(([name]) => name);
  const deployments = await Promise.all(names(['Deployment']).map((name) => start(name, manifests, hosts)));
  await Promise.all(deployments.map(untilReady));
  if (deployments.length > 0) {
    const told = () => deployments.map(({ name, process }) => `${name}\n${process.output()}`).join('\n');
    await until(isFull, 45_000).catch(() => expect(told()).toBe('that Port got all services'));
  }
  const jobs: Running[] = [];
  for (const name of names(['Job', 'CronJob'])) jobs.push(await expectDone(name, manifests, hosts));
  expect(isFull()).toBe(true);
  for (const { name, process } of deployments) {
    const { code, signal } = await process.end('SIGTERM');
    expect({ code, signal }, `${name}\n${process.output()}`).toEqual({ code: 0, signal: null });
  }
  expect(deployments.length + jobs.length).toBeGreaterThan(0);
  return [...deployments, ...jobs];
}

describeWith(['helm4'], 'the service, with nothing but what the chart gives it', () => {
  it.each(CI_FILES)('comes up and ends well: %s', async (file) => {
    const { values, isFull } = await standIns();
    const rendered = await template({ files: [file], values });
    const manifests = [...rendered, ...besides(rendered)];
    const needsRedis = JSON.stringify(rendered).includes('-redis:6379');
    if (needsRedis && withoutOwnRedis !== undefined) throw new Error(`${file} ${withoutOwnRedis}`);
    const redis = needsRedis ? { 'komodor-port-redis:6379': await redisWithPassword() } : {};
    await runAll(manifests, isFull, { ...redis, ...(await cluster(manifests)) });
  });

  it('ends with 1 and names the keys that its Secrets lack', async () => {
    const { values } = await standIns();
    const rendered = await template({ values: { ...values, existingSecret: 'credentials' } });
    const manifests = [...rendered, secretOf('credentials', { PORT_CLIENT_ID: CREDENTIALS.clientId })];
    const { process } = await start('Deployment/komodor-port', manifests);
    expect(await process.ended()).toEqual({ code: 1, signal: null });
    expect(process.output()).toMatch(/KOMODOR_API_KEY.*Secret/);
    expect(process.output()).toMatch(/PORT_CLIENT_SECRET.*Secret/);
    expect(process.output()).not.toMatch(/PORT_CLIENT_ID|at .*\.js:/);
  });
});

describe("the service, with what Port's own chart gives it", () => {
  const stock = async (options: Omit<StockOptions, 'portUrl' | 'komodorUrl'>) => {
    const { portUrl, komodorUrl, isFull } = await standIns();
    return { manifests: stockChart({ portUrl, komodorUrl, ...options }), isFull };
  };
  const deployment = 'Deployment/ocean-komodor-my-komodor-integration-deployment';

  it('comes up by the defaults: KAFKA is replaced, with one warning', async () => {
    const { manifests, isFull } = await stock({ kind: 'Deployment' });
    const [running] = await runAll(manifests, isFull);
    const warnings = linesOf(running, 40);
    expect(warnings.filter((line) => line.includes('KAFKA'))).toHaveLength(1);
    expect(warnings.join('\n')).toContain('POLLING is used instead');
  });

  it('names each variable without effect once, and none of those with effect', async () => {
    const { manifests, isFull } = await stock({ kind: 'Deployment' });
    const [running] = await runAll(manifests, isFull);
    const text = linesOf(running, 30).join('\n');
    // OCEAN__EVENT_LISTENER has an effect; it is named with its type and with its brokers.
    const named = [...text.matchAll(/\bOCEAN__(?!EVENT_LISTENER\b)[A-Z_]+/g)].map(([name]) => name).toSorted();
    expect(named).toEqual([...new Set(named)]);
    expect(named).toEqual(expect.arrayContaining(['OCEAN__LAKEHOUSE_ENABLED', 'OCEAN__PROCESSING_MODE']));
    expect(named).not.toContain('OCEAN__PORT__CLIENT_ID');
    expect(text).not.toMatch(/_SERVICE_(HOST|PORT)|_TCP/);
  });

  it('takes a Secret that exists (secret.create: false)', async () => {
    const { manifests, isFull } = await stock({ kind: 'Deployment', existingSecrets: ['komodor-port-credentials'] });
    await runAll([...manifests, ...besides(manifests)], isFull);
  });

  it('runs once as a CronJob', async () => {
    const { manifests, isFull } = await stock({ kind: 'CronJob' });
    await runAll(manifests, isFull);
  });

  it('ends with 1 and names the keys that the Secret lacks', async () => {
    const { manifests } = await stock({ kind: 'Deployment', existingSecrets: ['empty'] });
    const { process } = await start(deployment, [...manifests, secretOf('empty', {})]);
    expect(await process.ended()).toEqual({ code: 1, signal: null });
    for (const key of ['KOMODOR_API_KEY', 'PORT_CLIENT_ID', 'PORT_CLIENT_SECRET']) {
      expect(process.output()).toMatch(new RegExp(`${key}.*OCEAN__\\w+.*Secret`));
    }
  });

  it('is not started where the Secret is absent, as in a cluster', async () => {
    const { manifests } = await stock({ kind: 'Deployment', existingSecrets: ['nobody-made-it'] });
    await expect(start(deployment, manifests)).rejects.toThrow('secret "nobody-made-it" not found');
  });
});

/** What it logged from this level of pino on. */
function linesOf(running: Running | undefined, level: number): readonly string[] {
  return (running?.process.output() ?? '')
    .split('\n')
    .filter((line) => Number(/^\{"level":(\d+)/.exec(line)?.[1]) >= level);
}
