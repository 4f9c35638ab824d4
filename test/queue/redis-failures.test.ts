import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { QueueUnavailable } from '../../src/core/run-queue.ts';
import type { QueueLog } from '../../src/queue/redis-connections.ts';
import { createRedisQueue, type RedisQueue } from '../../src/queue/redis-queue.ts';
import { type OwnRedis, ownRedis, withoutOwnRedis } from './redis-server.ts';
import { HeldRuns, inBursts, liveEvent, nothingLive, PLAN, RESYNC, until } from './workers.ts';

/** Says so while Redis is away: one who waited for it would wait for ever. */
async function unavailable(work: Promise<unknown>): Promise<void> {
  await expect(work).rejects.toBeInstanceOf(QueueUnavailable);
}

function isFinished(queue: RedisQueue, runId: string): Promise<boolean> {
  return queue.find(runId).then(
    (record) => record?.state === 'finished',
    () => false,
  );
}

describe.skipIf(withoutOwnRedis !== undefined)(
  `Redis that fails${withoutOwnRedis ? ` (${withoutOwnRedis})` : ''}`,
  () => {
    const cleanups: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const clean of cleanups.splice(0).reverse()) await clean();
    });

    async function server(settings: readonly string[] = []): Promise<OwnRedis> {
      const redis = await ownRedis(settings);
      cleanups.push(() => redis.remove());
      return redis;
    }

    async function started(settings: readonly string[] = []): Promise<OwnRedis> {
      const redis = await server(settings);
      await redis.start();
      return redis;
    }

    function open(redis: OwnRedis, prefix = 'test', log: QueueLog = () => undefined): RedisQueue {
      const queue = createRedisQueue({
        url: redis.url,
        prefix,
        lockMs: 1_000,
        maintenanceMs: 300,
        liveQuietMs: 30,
        log,
      });
      cleanups.push(() => queue.close());
      return queue;
    }

    async function working(redis: OwnRedis) {
      const queue = open(redis);
      const runs = new HeldRuns();
      const live: string[] = [];
      await queue.start({ run: runs.work, live: async ({ key }) => void live.push(key) });
      return { queue, runs, live };
    }

    /** A replica in a process of its own, which holds the run that it begins. */
    function spawnReplica(redis: OwnRedis) {
      const replica = spawn(
        process.execPath,
        ['--import', 'tsx', fileURLToPath(new URL('./replica.ts', import.meta.url)), redis.url, 'test'],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      cleanups.push(async () => void replica.kill('SIGKILL'));
      return replica;
    }

    it('says so at once when it is away at the start, and works once it is there', async () => {
      const redis = await server();
      const { queue, runs, live } = await working(redis);
      await queue.schedule(3_600_000);
      await Promise.all([
        unavailable(queue.request(RESYNC)),
        unavailable(queue.offer(liveEvent('a'))),
        unavailable(queue.list(5)),
        unavailable(queue.find('x')),
        unavailable(queue.cancel('x')),
        unavailable(queue.counts()),
        unavailable(queue.nextScheduledAt()),
        unavailable(queue.markLive('e', 'b', ['a'])),
        unavailable(queue.requestOnce('x', RESYNC)),
      ]);
      expect(await queue.health()).toMatchObject({ ready: false });
      await redis.start();
      await until(async () => (await queue.health()).ready);
      const { runId } = await queue.request(RESYNC);
      await queue.offer(liveEvent('a'));
      await until(() => runs.begun.length === 1 && live.length === 1);
      runs.release();
      await until(() => isFinished(queue, runId));
      await until(async () => (await queue.nextScheduledAt()) !== null);
    });

    it('stops when it was never there', async () => {
      const { queue } = await working(await server());
      await queue.close();
    });

    it('keeps runs and live events when it is killed and restarted in the middle', async () => {
      const redis = await started();
      const { queue, runs, live } = await working(redis);
      const first = await queue.request(RESYNC);
      await until(() => runs.begun.length === 1);
      const second = await queue.request(PLAN);
      await redis.kill();
      await unavailable(queue.request(RESYNC));
      await unavailable(queue.offer(liveEvent('a')));
      expect(await queue.health()).toMatchObject({ ready: false });
      await redis.start();
      await until(async () => (await queue.health()).ready);
      await queue.offer(liveEvent('b'));
      await until(() => live.includes('b'));
      runs.open();
      await until(async () => (await isFinished(queue, first.runId)) && (await isFinished(queue, second.runId)));
      expect(await queue.find(first.runId)).toMatchObject({ report: { status: 'completed' } });
      expect(runs.peak).toBe(1);
    });

    it('ends a run once that outlasts an absence longer than its lock', async () => {
      const redis = await started();
      const { queue, runs } = await working(redis);
      const { runId } = await queue.request(RESYNC);
      await until(() => runs.begun.length === 1);
      await redis.kill();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await redis.start();
      await until(async () => (await queue.health()).ready);
      runs.open();
      await until(() => isFinished(queue, runId));
      expect(runs.peak).toBe(1);
      expect((await queue.list(10)).map((record) => record.state)).toEqual(['finished']);
      expect((await queue.request(RESYNC)).joined).toBe(false);
      await until(async () => (await queue.list(10)).every((record) => record.state === 'finished'));
    });

    it('does not make callers wait when it does not answer', async () => {
      const redis = await started();
      const { queue } = await working(redis);
      await until(async () => (await queue.health()).ready);
      redis.freeze();
      await unavailable(queue.request(RESYNC));
      expect(await queue.health()).toMatchObject({ ready: false });
      redis.thaw();
      await until(async () => (await queue.health()).ready);
      await queue.request(RESYNC);
    });

    it('gets back what a FLUSHALL took: the run in progress, schedule, limits, subscriptions', async () => {
      const redis = await started();
      const { queue, runs, live } = await working(redis);
      const other = open(redis);
      const otherRuns = new HeldRuns();
      await other.start({ run: otherRuns.work, live: nothingLive });
      await queue.schedule(3_600_000);
      const { runId } = await queue.request({ ...RESYNC, approveDeletions: ['d1'] });
      await until(() => runs.begun.length + otherRuns.begun.length === 1);
      const admin = new Redis(redis.url.replace('unix://', ''));
      await until(
        async () => (await admin.exists('test:state:generation')) === 1 && (await queue.counts()).runsActive === 1,
      );
      // Both replicas have seen their data.
      await new Promise((resolve) => setTimeout(resolve, 500));
      await admin.flushall();
      await until(async () => (await queue.find(runId))?.state === 'running');
      expect(await queue.find(runId)).toMatchObject({ order: { approveDeletions: ['d1'] } });
      await until(async () => (await queue.nextScheduledAt()) !== null);
      await until(async () => (await admin.hget('test:runs:meta', 'concurrency')) === '1');
      admin.disconnect();
      await queue.offer(liveEvent('a'));
      await queue.request(PLAN);
      expect(runs.begun.length + otherRuns.begun.length).toBe(1);
      runs.open();
      otherRuns.open();
      await until(async () => (await queue.list(10)).every((record) => record.state === 'finished'));
      expect(await queue.find(runId)).toMatchObject({ report: { status: 'completed' } });
      // The plan, and the resync that makes up for what was lost.
      await until(async () => (await queue.list(10)).length === 3);
      expect((await queue.list(10)).map(({ order }) => order.mode).sort()).toEqual(['plan', 'resync', 'resync']);
      await until(async () => (await queue.counts()).liveWaiting === 0);
      expect(live.length).toBeLessThanOrEqual(1);
    });

    it('lets another worker take over the run of one that was killed', async () => {
      const redis = await started();
      const replica = spawnReplica(redis);
      const queue = open(redis);
      const { runId } = await queue.request(RESYNC);
      const [said] = await once(replica.stdout, 'data');
      expect(String(said).trim()).toBe(runId);
      const runs = new HeldRuns();
      await queue.start({ run: runs.work, live: nothingLive });
      replica.kill('SIGKILL');
      await until(() => runs.begun.length === 1);
      expect(runs.begun[0]).toMatchObject({ runId, order: RESYNC });
      runs.release();
      await until(() => isFinished(queue, runId));
      expect(await queue.find(runId)).toMatchObject({ report: { status: 'completed' } });
    });

    it('gives a run that nobody can finish a report', async () => {
      const redis = await started();
      const replica = spawnReplica(redis);
      const { runId } = await open(redis).request(RESYNC);
      await once(replica.stdout, 'data');
      const admin = new Redis(redis.url.replace('unix://', ''));
      // As if it had been taken over as often as may be.
      await admin.hset(`test:runs:${runId}`, 'stc', '3');
      admin.disconnect();
      const { queue, runs } = await working(redis);
      replica.kill('SIGKILL');
      await until(async () => (await queue.list(1))[0]?.state === 'finished');
      expect((await queue.list(1))[0]).toMatchObject({
        report: { status: 'failed', problems: [{ code: 'unexpected' }] },
      });
      expect(runs.begun).toEqual([]);
      expect((await queue.request(RESYNC)).joined).toBe(false);
      await until(() => runs.begun.length === 1);
    });

    it('makes at most two runs of 1,000 requests to two replicas, and serves every one', async () => {
      const redis = await started();
      const [one, two] = [open(redis), open(redis)];
      const runs = new HeldRuns();
      await Promise.all([one, two].map((queue) => queue.start({ run: runs.work, live: nothingLive })));
      await one.request(RESYNC);
      await until(() => runs.begun.length === 1);
      const asked = await inBursts(1_000, (i) =>
        (i % 2 === 0 ? one : two).request({ ...RESYNC, approveDeletions: [`digest-${i}`] }),
      );
      expect(new Set(asked.map(({ runId }) => runId)).size).toBe(1);
      runs.open();
      await until(async () => (await one.list(10)).every((record) => record.state === 'finished'));
      expect(runs.begun).toHaveLength(2);
      expect(runs.peak).toBe(1);
      expect(new Set(runs.begun[1]?.order.approveDeletions).size).toBe(1_000);
    });

    it('hands a run back when its worker stops, which costs it nothing', async () => {
      const redis = await started();
      const { queue, runs } = await working(redis);
      const { runId } = await queue.request(RESYNC);
      await until(() => runs.begun.length === 1);
      await queue.close();
      const next = open(redis);
      expect(await next.find(runId)).toMatchObject({ state: 'queued' });
      expect(await next.request({ ...RESYNC, approveDeletions: ['d'] })).toEqual({ runId, joined: true });
      const later = new HeldRuns();
      await next.start({ run: later.work, live: nothingLive });
      await until(() => later.begun.length === 1);
      expect(later.begun[0]).toMatchObject({ runId, order: { approveDeletions: ['d'] } });
      const job = await next.queues[0]?.getJob(runId);
      expect(job).toMatchObject({ attemptsMade: 0, stalledCounter: 0 });
      later.release();
      await until(() => isFinished(next, runId));
    });

    it('lets one replica watch and cancel what another carries out', async () => {
      const redis = await started();
      const { runs } = await working(redis);
      const front = open(redis);
      const { runId } = await front.request(RESYNC);
      await until(() => runs.begun.length === 1);
      const events = front.watch(runId, new AbortController().signal)[Symbol.asyncIterator]();
      const next = events.next();
      expect(await front.cancel(runId)).toBe(true);
      await until(() => runs.begun[0]?.signal.aborted === true);
      expect(await next).toMatchObject({ value: { type: 'finished', report: { status: 'aborted' } } });
    });

    it('is not ready when it would throw jobs away', async () => {
      const queue = open(await started(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']));
      expect(await queue.health()).toMatchObject({ ready: false, detail: expect.stringContaining('allkeys-lru') });
    });

    it.each(['sadd', 'hset', 'set', 'incr'])(
      'uses up no key when it may not %s: the sender tries again',
      async (command) => {
        const redis = await started();
        const { queue, runs } = await working(redis);
        await until(async () => (await queue.health()).ready);
        const admin = new Redis(redis.url.replace('unix://', ''));
        await admin.call('ACL', 'SETUSER', 'default', `-${command}`);
        await unavailable(queue.requestOnce('push', RESYNC));
        await admin.call('ACL', 'SETUSER', 'default', `+${command}`);
        admin.disconnect();
        const ticket = await queue.requestOnce('push', RESYNC);
        expect(await queue.requestOnce('push', RESYNC)).toBeUndefined();
        await until(() => runs.begun.some(({ runId }) => runId === ticket?.runId));
      },
    );

    it.each([
      ['a report that is no JSON', ['HSET', 'KEY', 'report', '{"runId":']],
      ['a report of another shape', ['HSET', 'KEY', 'report', '{}']],
      ['no report', ['HDEL', 'KEY', 'report']],
      ['a state that nobody knows', ['HSET', 'KEY', 'state', 'dreaming']],
      ['something else', ['EVAL', "redis.call('DEL', KEYS[1]) redis.call('LPUSH', KEYS[1], 'x')", '1', 'KEY']],
    ])('leaves out a run whose record has %s, and says so once', async (_, [command = '', ...args]) => {
      const redis = await started();
      const lines: string[] = [];
      const queue = open(redis, 'test', (level, message, { runId }) => void lines.push(`${level} ${message} ${runId}`));
      const runs = new HeldRuns();
      runs.open();
      await queue.start({ run: runs.work, live: nothingLive });
      const bad = await queue.request(RESYNC);
      await until(() => isFinished(queue, bad.runId));
      const good = await queue.request(RESYNC);
      await until(() => isFinished(queue, good.runId));
      const admin = new Redis(redis.url.replace('unix://', ''));
      await admin.call(command, ...args.map((arg) => arg.replace(/^KEY$/, `test:state:run:${bad.runId}`)));
      admin.disconnect();
      for (let i = 0; i < 2; i += 1) expect((await queue.list(10)).map(({ runId }) => runId)).toEqual([good.runId]);
      expect(await queue.find(bad.runId)).toBeUndefined();
      expect(lines.filter((line) => line.includes('cannot be read'))).toEqual([expect.stringContaining(bad.runId)]);
    });

    it('keeps services with different prefixes apart', async () => {
      const redis = await started();
      const [one, two] = [open(redis, randomUUID()), open(redis, randomUUID())];
      await one.request(RESYNC);
      expect(await two.list(1)).toEqual([]);
    });
  },
);
