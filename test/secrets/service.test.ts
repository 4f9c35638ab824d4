import { Redis } from 'ioredis';
import { describe, expect } from 'vitest';
import { z } from 'zod';
import { freePort, ownRedis, withoutOwnRedis } from '../queue/redis-server.ts';
import { Caller, until } from '../service/caller.ts';
import { eventOf } from '../service/komodor-events.ts';
import { startProcess } from '../service/service-process.ts';
import { echoed } from './canaries.ts';
import { dumpRedis } from './dump-redis.ts';
import { it, type Scene, SECRETS, STRANGER } from './scene.ts';

const { apiToken, webhookSecret, redisPassword } = SECRETS;
const EVERYTHING = echoed([...Object.values(SECRETS), STRANGER]);
const hook = `/webhooks/komodor/${encodeURIComponent(webhookSecret.value)}`;

describe('a service whose settings, callers and APIs are full of secrets', () => {
  it.skipIf(withoutOwnRedis !== undefined)('tells none of them to anybody', async ({ scene }) => {
    const redis = await redisWithPassword(scene);
    const port = new URL(redis.url).port;
    const options = `--import=${scene.crashModule}`;
    const env = { ...scene.env, REDIS_URL: redis.url, EVENT_LISTENER_INTERVAL: '1', NODE_OPTIONS: options };
    const started = await startProcess('start', scene.folder, env);
    const answers: string[] = [];
    try {
      const service = new Recording(await started.listening(), apiToken.value, answers);
      await service.settled(1, 20_000);
      await everythingIsSaidBack(scene, service);
      await mappingTalks(scene, service);
      await callEverything(service);
      await service.call('POST', '/v1/runs', { mode: 'plan' });
      await service.settled(3);
      for (const { href } of await service.runs()) await service.call('GET', href);

      const client = new Redis(Number(port), { password: redisPassword.value });
      const kept = await dumpRedis(client);
      // The journal was unpacked, or this shows little.
      expect(kept).toContain('"outcome\\":\\"done');
      scene.expectClean('Redis', kept);
      await client.config('SET', 'requirepass', 'another-password');
      await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await until(async () => (await service.call('GET', '/health/ready')).status === 503);
      expect((await service.call('POST', '/v1/runs', {})).status).toBe(503);
      expect((await service.call('POST', hook, eventOf(firstOf(scene)))).status).toBe(503);
      client.disconnect();
      expect(await started.end('SIGUSR2')).toMatchObject({ code: 1 });
      expect(started.output()).toContain('It failed with');
    } finally {
      await started.kill();
      await redis.remove();
    }
    scene.expectClean('answers', answers.join('\n'));
    scene.expectClean('log', started.output());
    const told = scene.mirror.received.filter(({ url }) => url.startsWith(scene.chat.url)).map(({ body }) => body);
    scene.expectClean('notifications', told.join('\n'));
    scene.expectClean('what Port keeps', JSON.stringify(scene.port.store.ingested));
    expect(scene.collector.received.length).toBeGreaterThan(0);
    scene.expectSentClean();
  });
});

/** Keeps every answer that it gets, with its headers. */
class Recording extends Caller {
  readonly #answers: string[];

  constructor(url: string, token: string, answers: string[]) {
    super(url, token);
    this.#answers = answers;
  }

  override async call(...args: Parameters<Caller['call']>): ReturnType<Caller['call']> {
    const answer = await super.call(...args);
    this.#answers.push(`${answer.status} ${JSON.stringify([...answer.headers])} ${answer.text}`);
    return answer;
  }
}

/** What is refused together: each of these makes a run end, or go on, in a way of its own. */
const REFUSED = [
  ['/services/search', '/health/risks'],
  [
    '/komodorService/entities',
    '/komodorHealthMonitoring/entities',
    '/v1/entities',
    '/integration/',
    '/logs/',
    '/metrics/',
  ],
  ['/blueprints'],
  ['/auth/access_token'],
];

/** Both APIs answer every kind of request with all that they were told, and more. */
async function everythingIsSaidBack(scene: Scene, service: Recording): Promise<void> {
  const { mirror, world } = scene;
  const runs: string[] = [];
  for (const status of [302, 401, 403, 422, 500]) {
    for (const places of REFUSED) {
      for (const place of places)
        mirror.echo(place, status, status === 302 ? 'text' : status < 422 ? 'json' : 'komodor');
      const first = firstOf(scene);
      world.services[0] = { ...first, status: first.status === 'healthy' ? 'unhealthy' : 'healthy' };
      await service.call('POST', hook, eventOf(first));
      const { runId } = await service.request();
      const stream = service.events(runId);
      runs.push((await service.ended(runId)).status);
      await stream;
      mirror.forget();
    }
  }
  expect([...new Set(runs)].sort()).toEqual(['completed', 'degraded', 'failed']);
}

/** The mapping that Port keeps has secrets in it, and fails with them. */
async function mappingTalks(scene: Scene, service: Recording): Promise<void> {
  const { integrations } = scene.port.store;
  const config = JSON.stringify(integrations.get('with-secrets')?.config);
  for (const { value } of Object.values(SECRETS)) {
    const talking = JSON.stringify(`error(${JSON.stringify(value)})`);
    const changed = JSON.parse(config.replace('".status"', () => talking));
    integrations.change('with-secrets', { config: changed });
    const { runId } = await service.request();
    expect((await service.ended(runId)).problems.length).toBeGreaterThan(0);
    await service.call('POST', hook, eventOf(firstOf(scene)));
  }
  integrations.change('with-secrets', { config: JSON.parse(config) });
}

/** Every route, as it should be called and as it should not. */
async function callEverything(service: Recording): Promise<void> {
  const text = encodeURIComponent(EVERYTHING).slice(0, 6_000);
  const { value } = apiToken;
  const inPath = encodeURIComponent(value);
  for (const path of ['/', '/health/live', '/health/ready', '/metrics', '/openapi.json', '/docs', '/docs/json']) {
    await service.call('GET', path);
    await service.call('GET', `${path}?all=${text}`);
    await service.call('POST', path, EVERYTHING);
  }
  for (const path of ['', '/static/x', '/api/queues', '/api/queues?activeQueue=runs&status=completed', '/queue/runs']) {
    await service.call('GET', `/admin/queues${path}`);
  }
  const wrong = {
    authorization: `Bearer ${STRANGER.value}`,
    'x-webhook-token': EVERYTHING,
    'x-request-id': STRANGER.value,
  };
  for (const path of ['/v1/runs', `/v1/runs/${inPath}`, `/v1/runs/${inPath}/events`, '/nowhere', '/resync', hook]) {
    for (const method of ['GET', 'POST', 'DELETE', 'PUT']) {
      const body = method === 'POST' ? { all: EVERYTHING } : undefined;
      await service.call(method, path, body);
      await service.call(method, `${path}?limit=${text}`, body, path === '/nowhere' ? {} : wrong);
    }
  }
  await callDocumented(service);
  await service.call('POST', '/v1/runs', { kinds: [EVERYTHING], approveDeletions: [value], [value]: 1 });
  await service.call('POST', '/v1/runs', `{"broken": "${EVERYTHING}`);
  await service.call('POST', '/resync', {}, { 'x-port-signature': value, 'x-port-timestamp': value });
  await service.call('POST', '/integration/webhook/flux', { all: EVERYTHING }, { 'x-signature': `sha256=${value}` });
  await service.call('POST', hook, { status: EVERYTHING, issueURL: EVERYTHING, token: STRANGER.value });
  await service.call('POST', hook, [EVERYTHING]);
  await service.call('POST', `${hook}/further`, {});
}

/** Every route of the OpenAPI document, with names that exist and with names that do not. */
async function callDocumented(service: Recording): Promise<void> {
  const { paths } = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(JSON.parse((await service.call('GET', '/openapi.json')).text));
  const [run] = await service.runs();
  const known: Record<string, string> = { id: run?.runId ?? '', blueprint: 'komodorService', identifier: 'x' };
  for (const [path, methods] of Object.entries(paths)) {
    if (path.endsWith('/events')) continue;
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(known[name] ?? 'x'));
    const strange = path.replaceAll(/\{\w+\}/g, encodeURIComponent(apiToken.value));
    const halfStrange = path
      .replace('{blueprint}', 'komodorService')
      .replaceAll(/\{\w+\}/g, encodeURIComponent(apiToken.value));
    for (const method of Object.keys(methods).filter((name) => name !== 'delete')) {
      const body = method === 'get' ? undefined : { all: EVERYTHING };
      for (const each of [filled, strange, halfStrange]) await service.call(method.toUpperCase(), each, body);
    }
    if ('get' in methods) await service.call('GET', `${filled}?q=${encodeURIComponent(apiToken.value)}`);
  }
}

async function redisWithPassword({ env }: Scene) {
  const address = new URL(env.REDIS_URL ?? '');
  const tcp = await freePort();
  const redis = await ownRedis(['--port', String(tcp), '--bind', '127.0.0.1']);
  await redis.start();
  const client = new Redis(redis.url.replace('unix://', ''));
  await client.config('SET', 'requirepass', redisPassword.value);
  client.disconnect();
  address.port = String(tcp);
  return { ...redis, url: address.href };
}

function firstOf({ world }: Scene) {
  const [first] = world.services;
  if (first === undefined) throw new Error('An empty world');
  return first;
}
