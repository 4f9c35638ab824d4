import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { changeWorld } from '../../src/sandbox/world/change-world.ts';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { Caller, type RunLine, until } from './caller.ts';
import { eventOf, postEvent } from './komodor-events.ts';
import { API_TOKEN, IDENTIFIER, it, type RunningService, type Stage, statusesOf, WEBHOOK_SECRET } from './stage.ts';

describe.skipIf(withoutOwnRedis !== undefined).concurrent('a service and its Redis', () => {
  it('may start before Redis: it says so, hangs nowhere, and begins by itself', async ({ open }) => {
    const stage = await open();
    const redis = await stage.redis();
    const service = await stage.service({ REDIS_URL: redis.url });
    const [first] = stage.world.services;
    const secret = { 'x-webhook-token': WEBHOOK_SECRET };
    const calls = [
      service.call('POST', '/v1/runs', {}),
      service.call('POST', '/resync', {}),
      service.call('GET', '/v1/runs'),
      service.call('DELETE', '/v1/runs/x'),
      service.call('POST', '/webhooks/komodor', first && eventOf(first), { ...secret, authorization: '' }),
      service.call('POST', '/webhooks/resync', {}, { ...secret, authorization: '' }),
    ];
    for (const call of calls) {
      const { status, headers, text } = await call;
      expect(status, text).toBe(503);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const ready = await service.call('GET', '/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.text).toContain('queue');
    expect((await service.call('GET', '/health/live')).status).toBe(200);
    expect((await service.call('GET', '/metrics')).status).toBe(200);

    await redis.start();
    await until(async () => (await service.call('GET', '/health/ready')).status === 200);
    const [run] = await service.settled();
    expect(run).toMatchObject({ trigger: 'start', status: 'completed' });
    stage.expectTruth();
    await until(() => stage.state().status === 'completed');
  });

  it('brings its run to an end when Redis dies in the middle and comes back', async ({ open }) => {
    const stage = await open();
    const redis = await stage.redis();
    await redis.start();
    stage.komodor.faults.add('risks -> slow 2500 once');
    const service = await stage.service({ REDIS_URL: redis.url });
    const { runId } = await service.running();
    await redis.kill();
    expect((await service.call('POST', '/v1/runs', {})).status).toBe(503);
    await sleep(500);
    await redis.start();
    await until(async () => (await service.call('GET', '/health/ready')).status === 200);
    expect(await service.ended(runId)).toMatchObject({ status: 'completed' });
    stage.expectTruth();

    changeWorld(stage.world, 1);
    expect(await service.ended((await service.request()).runId)).toMatchObject({ status: 'completed' });
    stage.expectTruth();
    expect(stage.state().status).toBe('completed');
  });

  it('that two accounts share keeps their runs apart, also under one name', async ({ open }) => {
    const stages = await Promise.all([open(), open()]);
    const redis = await stages[0].redis();
    await redis.start();
    const services = await Promise.all(stages.map((stage) => stage.service({ REDIS_URL: redis.url })));
    await Promise.all(services.map((service) => service.settled()));
    for (let round = 1; round <= 3; round += 1) {
      for (const [at, service] of services.entries()) {
        const before = stages[at]?.komodor.log.length ?? 0;
        await service.ended((await service.request()).runId);
        expect(stages[at]?.komodor.log.length).toBeGreaterThan(before);
      }
    }
    for (const stage of stages) stage.expectTruth();
    const lists = await Promise.all(services.map((service) => service.runs()));
    const runIds = lists.flat().map(({ runId }) => runId);
    expect(new Set(runIds).size).toBe(runIds.length);
  });

  it('two processes on one Redis never run two at once, whatever asks for runs', async ({ open }) => {
    const stage = await open();
    const redis = await stage.redis();
    await redis.start();
    const env = { REDIS_URL: redis.url };
    const [here, other] = await Promise.all([stage.service(env), stage.process(env)]);
    const services = [here, new Caller(await other.listening(), API_TOKEN)];
    await here.settled();

    let step = 0;
    const triggers = Array.from({ length: 200 }, async (_, index) => {
      await sleep(index * 15);
      const service = services[index % 2] ?? here;
      if (index % 20 === 0) changeWorld(stage.world, ++step);
      await trigger(stage, service, index);
    });
    await Promise.all(triggers);
    await here.ended((await here.request()).runId);
    const runs = await here.settled();
    expect(await troubles(here, runs)).toEqual([]);
    expect(runs.length).toBeLessThan(60);
    expectOneAtATime(runs);
    expectTurns(statusesOf(stage));
    // What was asked for last began after the last change.
    await here.ended((await here.request()).runId);
    stage.expectTruth();
    expect((await other.end('SIGTERM')).code).toBe(0);
    await until(() => stage.state().status === 'completed');
  });
});

async function trigger({ world, store }: Stage, service: RunningService | Caller, index: number): Promise<void> {
  const secret = { 'x-webhook-token': WEBHOOK_SECRET, authorization: '' };
  const kinds = [['komodorService'], ['komodorHealthMonitoring'], undefined][index % 3];
  switch (index % 5) {
    case 0:
      return void (await service.request({ kinds }));
    case 1:
      return void (await service.call('POST', '/resync', {}));
    case 2:
      return void (await service.call('POST', '/webhooks/resync', { kinds }, secret));
    case 3:
      return store.integrations.requestResync(IDENTIFIER);
    default: {
      const target = world.services[index % world.services.length];
      if (target) await postEvent(service, eventOf(target));
    }
  }
}

/** From the runs themselves. */
function expectOneAtATime(runs: readonly RunLine[]): void {
  const spans = runs
    .map(({ startedAt, finishedAt }) => [Date.parse(startedAt ?? ''), Date.parse(finishedAt ?? '')] as const)
    .sort(([a], [b]) => a - b);
  for (const [at, [startedAt]] of spans.entries()) {
    const before = spans[at - 1];
    if (before) expect(startedAt).toBeGreaterThanOrEqual(before[1]);
  }
}

/** From what Port was told: never `running` twice in a row. */
function expectTurns(statuses: readonly unknown[]): void {
  for (const [at, status] of statuses.entries()) expect(status).toBe(at % 2 === 0 ? 'running' : 'completed');
}

/** The reports of runs that went wrong. One beside which the world changes may well be degraded. */
async function troubles(service: Caller, runs: readonly RunLine[]): Promise<readonly string[]> {
  const bad = runs.filter(({ status }) => status === 'failed' || status === 'aborted');
  return Promise.all(bad.map(async ({ href }) => (await service.call('GET', href)).text));
}
