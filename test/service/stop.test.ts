import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect } from 'vitest';
import { type OwnRedis, withoutOwnRedis } from '../queue/redis-server.ts';
import { Caller, until } from './caller.ts';
import { API_TOKEN, type Env, it, type Stage, statusesOf } from './stage.ts';

/** A run lasts longer than this; so all moments lie within the start, the run, or the time after it. */
const MOMENTS_MS = 3_000;

interface State {
  readonly name: string;
  readonly hang: (stage: Stage, redis: OwnRedis, url: string) => Promise<void>;
  readonly env?: Env;
  /** Whether there is one; undefined: none is wanted. */
  readonly needsRedis?: boolean;
}

async function hangPort({ port, komodor }: Stage): Promise<void> {
  komodor.faults.add('risks -> slow 1500 once');
  await until(() => komodor.log.some(({ route }) => route === 'risks'));
  port.faults.add('* -> hang');
}

/** A request whose body does not come. */
async function slowPost(url: string): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  const head = ['POST /v1/runs HTTP/1.1', 'host: 127.0.0.1', `authorization: Bearer ${API_TOKEN}`];
  socket.write([...head, 'content-type: application/json', 'content-length: 500', '', '{'].join('\r\n'));
  await sleep(200);
}

const STATES: readonly State[] = [
  { name: 'nothing', hang: async () => undefined },
  { name: 'Port', hang: hangPort },
  { name: 'Port from the start', hang: async ({ port }) => void port.faults.add('* -> hang') },
  {
    name: 'Port, and a slow POST',
    async hang(stage, _redis, url) {
      await hangPort(stage);
      await slowPost(url);
    },
  },
  {
    name: 'Komodor',
    async hang({ komodor }) {
      komodor.faults.add('* -> hang');
      await until(() => komodor.log.length > 0);
    },
  },
  {
    name: 'Port, a slow POST and a place for traces, with Redis',
    needsRedis: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://192.0.2.1:4318' },
    async hang(stage, _redis, url) {
      await hangPort(stage);
      await slowPost(url);
    },
  },
  { name: 'Redis, in a run', needsRedis: true, hang: async (stage, redis) => hangPort(stage).then(redis.freeze) },
  {
    name: 'no more, but Redis takes nothing',
    needsRedis: true,
    async hang(stage, redis, url) {
      await until(() => stage.komodor.log.length > 0);
      const admin = new Redis(redis.url);
      await admin.call('ACL', 'SETUSER', 'default', '-@dangerous', '-@scripting', '-@blocking', '-@write');
      admin.disconnect();
      const caller = new Caller(url, API_TOKEN);
      const ready = () => caller.call('GET', '/health/ready');
      await until(async () => (await ready()).status === 503);
      expect((await ready()).text).toContain('EVALSHA');
      expect((await caller.call('GET', '/health/live')).status).toBe(200);
    },
  },
  {
    name: 'Redis, which was never there, and Port',
    needsRedis: false,
    hang: async ({ port }) => void port.faults.add('* -> hang'),
  },
];

describe.concurrent('SIGTERM', () => {
  it.for([1, 2, 3])('at any moment ends the process soon, with Port told: inline queue, %i', async (_, { open }) => {
    await stopAtAnyMoment(await open(), {});
  });

  it.skipIf(withoutOwnRedis !== undefined).for([1, 2, 3])(
    'at any moment ends the process soon, with Port told: Redis, %i',
    async (_, { open }) => {
      const stage = await open();
      const redis = await stage.redis();
      await redis.start();
      await stopAtAnyMoment(stage, { REDIS_URL: redis.url });
    },
  );

  it.for([1, 2])('during the start leaves nothing running in Port, %i', async (_, { open }) => {
    const stage = await open();
    const started = await stage.process();
    const delay = 200 + Math.random() * 1_500;
    await sleep(delay);
    const exit = await started.end('SIGTERM');
    expect(exit.code === 0 || exit.signal === 'SIGTERM', `after ${delay} ms: ${started.output()}`).toBe(true);
    expect(stage.state().status).not.toBe('running');
  });

  it('is not needed: after a kill the next start tells Port that the run was stopped', async ({ open }) => {
    const stage = await open();
    stage.komodor.faults.add('services -> hang');
    const started = await stage.process();
    await until(() => stage.state().status === 'running', 30_000);
    await started.kill();
    const service = await stage.service({ EVENT_LISTENER: 'WEBHOOKS_ONLY' });
    await until(() => stage.state().status === 'aborted');
    expect(await service.runs()).toEqual([]);
  });

  it.skipIf(withoutOwnRedis !== undefined)('of one replica gives its run to another at once', async ({ open }) => {
    const stage = await open();
    const redis = await stage.redis();
    await redis.start();
    const env = { REDIS_URL: redis.url };
    stage.komodor.faults.add('risks -> hang once');
    const leaving = await stage.process(env);
    const { runId } = await new Caller(await leaving.listening(), API_TOKEN).running();
    await until(() => stage.komodor.log.some(({ route }) => route === 'risks'));
    const staying = await stage.service(env);
    expect(await leaving.end('SIGTERM')).toMatchObject({ code: 0 });
    expect(await staying.ended(runId, 15_000)).toMatchObject({ status: 'completed' });
    stage.expectTruth();
    await until(() => stage.state().status === 'completed');
    expect(statusesOf(stage)).toEqual(['running', 'aborted', 'running', 'completed']);
  });

  // A service that takes longer than its 10 s ends itself with 1.
  it.for(STATES)(
    'ends the process well, whatever hangs: $name',
    async ({ hang, env = {}, needsRedis }, { open, skip }) => {
      skip(needsRedis === true && withoutOwnRedis !== undefined);
      const stage = await open();
      const redis = await stage.redis();
      if (needsRedis) await redis.start();
      const started = await stage.process({ ...(needsRedis === undefined ? {} : { REDIS_URL: redis.url }), ...env });
      const url = await started.listening();
      await hang(stage, redis, url);
      const exit = await started.end('SIGTERM');
      redis.thaw();
      expect(exit, started.output()).toMatchObject({ code: 0 });
    },
  );
});

async function stopAtAnyMoment(stage: Stage, env: Env): Promise<void> {
  stage.komodor.faults.add('services -> slow 700 once');
  stage.komodor.faults.add('risks -> slow 700 once');
  const started = await stage.process(env);
  await started.listening();
  const delay = Math.random() * MOMENTS_MS;
  await sleep(delay);
  const exit = await started.end('SIGTERM');
  const story = `after ${delay} ms: ${JSON.stringify(stage.states, null, 1)}\n${started.output()}`;
  expect(exit.code, story).toBe(0);
  expect(stage.state().status, story).not.toBe('running');
  expect(stage.store.deletions).toEqual([]);

  // The next start makes up for it.
  const service = await stage.service(env);
  await service.settled();
  stage.expectTruth();
}
