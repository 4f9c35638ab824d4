import { Redis } from 'ioredis';
import { describe, expect } from 'vitest';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { removeServices } from '../resync/world-steps.ts';
import { bearer, startServer } from '../server/support.ts';
import { until } from '../service/caller.ts';
import { it } from '../service/stage.ts';
import { QUIET } from './service-stage.ts';

describe.concurrent('a service whose queue', () => {
  it.skipIf(withoutOwnRedis !== undefined)(
    'redis-flushed-mid-run: loses everything in the middle of a run loses no entity, and goes on',
    async ({ open }) => {
      const stage = await open();
      const redis = await stage.redis();
      await redis.start();
      const service = await stage.service({ ...QUIET, REDIS_URL: redis.url });
      await service.settled();
      removeServices(stage.world, 1);
      const before = stage.komodor.log.length;
      stage.komodor.faults.add('risks -> slow 900 once');
      const { runId } = await service.request();
      await until(() => stage.komodor.log.slice(before).some(({ route }) => route === 'services'));
      const admin = new Redis(redis.url);
      await admin.flushall();
      admin.disconnect();
      // For a moment nobody knows of the run; then its worker brings it back.
      await until(async () => (await service.call('GET', `/v1/runs/${runId}`)).status === 200);
      expect(await service.ended(runId)).toMatchObject({ status: 'completed' });
      stage.expectTruth();
      removeServices(stage.world, 1);
      expect(await service.ended((await service.request()).runId)).toMatchObject({ status: 'completed' });
      stage.expectTruth();
    },
  );

  it('trigger-storm: is asked for a thousand runs during one makes one more, which begins after the last of them', async () => {
    const server = await startServer({ limits: { changesPerMinute: 100_000 } });
    const ask = () => server.app.inject({ method: 'POST', url: '/v1/runs', headers: bearer, payload: {} });
    const first = await server.app.inject({
      method: 'POST',
      url: '/v1/runs',
      headers: bearer,
      payload: { kinds: ['komodorService'] },
    });
    const answers = await Promise.all(Array.from({ length: 1_000 }, ask));
    const runIds = new Set(answers.map((answer) => answer.json().runId));
    expect(runIds.size).toBe(1);
    expect(runIds).not.toContain(first.json().runId);
    expect(server.runs).toHaveLength(1);
    server.runs[0]?.finish();
    await until(() => server.runs.length === 2);
    expect([...runIds]).toEqual([server.runs[1]?.runId]);
    expect(await server.queue.counts()).toMatchObject({ runsWaiting: 0, runsActive: 1 });
  });

  it('run-longer-than-its-interval: ticks during a run leaves it alone, and counts what it left out', async () => {
    const server = await startServer();
    await server.queue.request({ mode: 'resync', trigger: 'start', kinds: [], approveDeletions: [] });
    await server.queue.schedule(10);
    await until(() => server.queue.skippedTicks() >= 5);
    expect(server.runs).toHaveLength(1);
    expect(await server.queue.counts()).toMatchObject({ runsWaiting: 0, runsActive: 1 });
    server.runs[0]?.finish();
    await until(() => server.runs.length === 2);
    await server.queue.schedule(null);
    server.runs[1]?.finish();
    const [, finished] = await server.queue.list(2);
    expect(finished).toMatchObject({ state: 'finished', report: { status: 'completed' } });
  });
});
