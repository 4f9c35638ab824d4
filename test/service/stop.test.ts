import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { Caller, until } from './caller.ts';
import { API_TOKEN, type Env, it, type Stage, statusesOf } from './stage.ts';

/** A run lasts longer than this; so all moments lie within the start, the run, or the time after it. */
const MOMENTS_MS = 3_000;

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

  it('ends the process also while Redis is away and Port does not answer', async ({ open }) => {
    const stage = await open();
    const redis = await stage.redis();
    const started = await stage.process({ REDIS_URL: redis.url });
    await started.listening();
    stage.port.faults.add('* -> hang');
    await sleep(500);
    const exit = await started.end('SIGTERM');
    expect(exit, started.output()).toMatchObject({ code: 0 });
    expect(exit.afterMs).toBeLessThan(10_000);
  });
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
  expect(exit.afterMs, story).toBeLessThan(10_000);
  expect(stage.state().status, story).not.toBe('running');
  expect(stage.store.deletions).toEqual([]);

  // The next start makes up for it.
  const service = await stage.service(env);
  await service.settled();
  stage.expectTruth();
}
