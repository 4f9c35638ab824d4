import { describe, expect } from 'vitest';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { Caller, metricOf, until } from './caller.ts';
import { API_TOKEN, it, type Stage } from './stage.ts';

describe.concurrent('RESYNC_INTERVAL', () => {
  it('brings a resync every so often, and Port knows when the next one is due', async ({ open }) => {
    const stage = await open();
    const service = await stage.service({ RESYNC_INTERVAL: '10s' });
    await service.settled();
    const next = nextResync(stage);
    expect(next).toBeGreaterThan(endOfLast(stage));
    expect(next).toBeLessThanOrEqual(Date.now() + 10_000);

    const [, run] = await service.settled(2);
    expect(run).toMatchObject({ trigger: 'schedule', status: 'completed' });
    const startedAt = Date.parse(run?.startedAt ?? '');
    expect(startedAt).toBeGreaterThanOrEqual(next - 50);
    expect(nextResync(stage)).toBeGreaterThan(startedAt);
    expect(nextResync(stage)).toBeLessThanOrEqual(startedAt + 10_000);
  });

  it('leaves out the resync that falls due during a long one, and counts it', async ({ open }) => {
    const stage = await open();
    stage.komodor.faults.add('risks -> slow 12000 once');
    const service = await stage.service({ RESYNC_INTERVAL: '10s' });
    await service.running();
    const [run, ...more] = await service.settled();
    expect(run).toMatchObject({ trigger: 'start', status: 'completed' });
    expect(more).toEqual([]);
    // One, or more where the machine was slower than the interval.
    expect(metricOf(await service.metrics(), 'komodor_port_ticks_skipped_total')).toBeGreaterThanOrEqual(1);
    stage.expectTruth();
    await until(() => stage.state().status === 'completed');
    expect(nextResync(stage)).toBeGreaterThan(endOfLast(stage));
  });

  it('can be off: Port is told of no next resync', async ({ open }) => {
    const stage = await open();
    const service = await stage.service({ RESYNC_INTERVAL: 'off' });
    await service.settled();
    expect(stage.state()).toMatchObject({ status: 'completed', nextResync: null, intervalInMinuets: null });
  });
});

// Here because both wait for a long time, so they wait together.
describe.concurrent('the lock of a run', () => {
  it.skipIf(withoutOwnRedis !== undefined)(
    'gives the run of a killed process to another one',
    async ({ open }) => {
      const stage = await open();
      const redis = await stage.redis();
      await redis.start();
      const env = { REDIS_URL: redis.url };
      stage.komodor.faults.add('risks -> hang once');
      const victim = await stage.process(env);
      const { runId } = await new Caller(await victim.listening(), API_TOKEN).running();
      await until(() => stage.komodor.log.some(({ route }) => route === 'risks') && stage.state().status === 'running');
      const heir = await stage.service(env);
      await victim.kill();
      expect(await heir.ended(runId, 90_000)).toMatchObject({ status: 'completed', trigger: 'start' });
      stage.expectTruth();
      await until(() => stage.state().status === 'completed');
      expect(await heir.settled()).toHaveLength(1);
    },
    120_000,
  );
});

function nextResync(stage: Stage): number {
  return Date.parse(String(stage.state().nextResync));
}

function endOfLast(stage: Stage): number {
  return Date.parse(String(stage.state().lastResyncEnd));
}
