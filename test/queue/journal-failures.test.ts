import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import type { Journal, JournalRow } from '../../src/core/journal.ts';
import { QueueUnavailable } from '../../src/core/run-queue.ts';
import type { JournalOptions } from '../../src/queue/journal/kept-journal.ts';
import { connectRedis } from '../../src/queue/redis-connections.ts';
import { createRedisJournal } from '../../src/queue/redis-journal.ts';
import { RedisKeys } from '../../src/queue/redis-keys.ts';
import { identifiersOf, rowOf, rowsOf } from './journal-rows.ts';
import { type OwnRedis, ownRedis, withoutOwnRedis } from './redis-server.ts';
import { until } from './workers.ts';

const RUN = { mode: 'resync', trigger: 'schedule', startedAt: '2026-11-27T08:00:00.000Z' } as const;
const LIVE = { ...RUN, mode: 'live', trigger: 'webhook' } as const;
const keys = new RedisKeys('test');
const [RECORD, PIECES, INDEXES] = keys.journalRun('r1');

async function rowsIn(journal: Journal, runId = 'r1'): Promise<readonly JournalRow[]> {
  const rows: JournalRow[] = [];
  for await (const some of journal.rows(runId, {}, new AbortController().signal)) rows.push(...some);
  return rows;
}

describe.skipIf(withoutOwnRedis !== undefined)('a journal whose Redis fails', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });

  async function started(settings: readonly string[] = []): Promise<OwnRedis> {
    const redis = await ownRedis(settings);
    cleanups.push(() => redis.remove());
    await redis.start();
    return redis;
  }

  function open({ url }: OwnRedis, options: Partial<JournalOptions> = {}) {
    const lines: string[] = [];
    const connections = connectRedis(url, () => undefined);
    cleanups.push(() => connections.close());
    const journal = createRedisJournal(connections, keys, {
      ...{
        retryMs: 20,
        log: (level, message, fields) => void lines.push(`${level} ${message} ${JSON.stringify(fields)}`),
      },
      ...options,
    });
    return { journal, warnings: () => lines.filter((line) => line.startsWith('warn')) };
  }

  function client({ url }: OwnRedis): Redis {
    const redis = new Redis(url.replace('unix://', ''));
    cleanups.push(() => redis.disconnect());
    return redis;
  }

  it('keeps all rows of a run in the middle of which Redis died and came back', async () => {
    const redis = await started();
    const { journal, warnings } = open(redis);
    const writer = journal.begin({ ...RUN, runId: 'r1' });
    const rows = rowsOf(1_300);
    await writer.append(rows.slice(0, 100));
    await redis.kill();
    for (let at = 100; at < 1_300; at += 100) await writer.append(rows.slice(at, at + 100));
    await writer.end('completed');
    await redis.start();
    await until(async () => (await journal.find('r1').catch(() => undefined))?.status === 'completed');
    expect(identifiersOf(await rowsIn(journal))).toEqual(identifiersOf(rows));
    expect(await journal.find('r1')).toMatchObject({ rows: 1_300, lost: 0 });
    expect(warnings()).toEqual([]);
  });

  it('keeps each row once when Redis hangs for a while', async () => {
    const redis = await started();
    const { journal } = open(redis);
    const writer = journal.begin({ ...RUN, runId: 'r1' });
    const rows = rowsOf(400);
    await writer.append(rows.slice(0, 10));
    redis.freeze();
    await writer.append(rows.slice(10, 20));
    // By now the first try is over; what Redis got of it, it carries out when it goes on.
    await sleep(2_500);
    for (let at = 20; at < 400; at += 20) await writer.append(rows.slice(at, at + 20));
    redis.thaw();
    await writer.end('completed');
    await until(async () => (await journal.find('r1').catch(() => undefined))?.status === 'completed');
    expect(identifiersOf(await rowsIn(journal))).toEqual(identifiersOf(rows));
    expect(await journal.find('r1')).toMatchObject({ rows: 400, lost: 0 });
  });

  it('loses what cannot wait when Redis is away for long, counts it, and says so once', async () => {
    const redis = await started();
    const { journal, warnings } = open(redis, { bufferChars: 10_000 });
    const writer = journal.begin({ ...RUN, runId: 'r1' });
    await writer.append(rowsOf(10));
    await redis.kill();
    for (let i = 0; i < 20; i += 1) await writer.append(rowsOf(100));
    await redis.start();
    await writer.end('degraded');
    await until(async () => (await journal.find('r1').catch(() => undefined))?.status === 'degraded');
    const run = await journal.find('r1');
    expect(run?.lost).toBeGreaterThan(1_900);
    expect((run?.rows ?? 0) + (run?.lost ?? 0)).toBe(2_010);
    expect(await rowsIn(journal)).toHaveLength(run?.rows ?? 0);
    expect(warnings()).toEqual([expect.stringContaining(`"lost":${run?.lost}`)]);
  });

  it('ends a run although Redis never comes back', async () => {
    const redis = await started();
    const { journal, warnings } = open(redis, { patienceMs: 0 });
    await redis.kill();
    const writer = journal.begin({ ...RUN, runId: 'r1' });
    for (let i = 0; i < 5; i += 1) await writer.append(rowsOf(10));
    await writer.end('completed');
    await until(() => warnings().length > 0);
    expect(warnings()).toEqual([expect.stringContaining('"lost":50')]);
    for (const ask of [journal.runs(), journal.find('r1'), journal.page('r1', {}, null, 1), rowsIn(journal)])
      await expect(ask).rejects.toBeInstanceOf(QueueUnavailable);
    await expect(journal.history('b', 'x', 1)).rejects.toBeInstanceOf(QueueUnavailable);
  });

  it('does so when Redis is full, and goes on when there is room again', async () => {
    const redis = await started();
    const admin = client(redis);
    const { journal, warnings } = open(redis, { patienceMs: 0 });
    await admin.config('SET', 'maxmemory', '1');
    const full = journal.begin({ ...RUN, runId: 'r0' });
    await full.append(rowsOf(5));
    await full.end('completed');
    await until(() => warnings().length > 0);
    expect(warnings()).toEqual([expect.stringMatching(/OOM.*"lost":5/)]);
    await admin.config('SET', 'maxmemory', '0');
    const writer = journal.begin({ ...RUN, runId: 'r1' });
    await writer.append(rowsOf(3));
    await writer.end('completed');
    expect(await rowsIn(journal)).toHaveLength(3);
  });

  it('leaves out a piece that is corrupt, says so once, and shows the others', async () => {
    const redis = await started();
    const admin = client(redis);
    const { journal, warnings } = open(redis);
    const writer = journal.begin({ ...RUN, runId: 'r1' });
    for (let i = 0; i < 3; i += 1)
      await writer.append(rowsOf(500).map((row) => ({ ...row, identifier: `${i} ${row.identifier}` })));
    await writer.end('completed');
    const second = (await admin.hkeys(PIECES)).sort()[1] ?? '';
    await admin.hset(PIECES, second, 'no piece');
    const rows = await rowsIn(journal);
    expect(new Set(rows.map(({ identifier }) => identifier[0]))).toEqual(new Set(['0', '2']));
    expect((await journal.page('r1', {}, null, 2_000)).rows).toHaveLength(1_000);
    expect(await journal.history('komodorService', '1 service-000001', 5)).toEqual([]);
    expect(await journal.history('komodorService', '2 service-000001', 5)).toHaveLength(1);
    expect(warnings()).toEqual([expect.stringContaining('"rows":500')]);
    expect(await journal.find('r1')).toMatchObject({ rows: 1_500, lost: 500 });
    await admin.hdel(PIECES, second);
    expect(await rowsIn(journal)).toHaveLength(1_000);
  });

  it.each([
    ['the record is something else', async (admin: Redis) => admin.multi().del(RECORD).set(RECORD, 'x').exec()],
    ['the record is of another version', async (admin: Redis) => admin.hset(RECORD, 'mode', 'dream')],
    ['the record is gone', async (admin: Redis) => admin.del(RECORD)],
    ['the pieces are something else', async (admin: Redis) => admin.multi().del(PIECES).set(PIECES, 'x').exec()],
    ['the indexes are something else', async (admin: Redis) => admin.multi().del(INDEXES).set(INDEXES, 'x').exec()],
    ['an index is nonsense', async (admin: Redis) => admin.hset(INDEXES, 'x', 'y', '/', '', 'a/m', '123456')],
  ])('shows the other runs when %s', async (_, damage) => {
    const redis = await started();
    const { journal } = open(redis);
    for (const runId of ['r1', 'r2']) {
      const writer = journal.begin({ ...RUN, runId });
      await writer.append([rowOf('a')]);
      await writer.end('completed');
    }
    await damage(client(redis));
    expect((await journal.runs()).map(({ runId }) => runId)).toContain('r2');
    expect((await journal.history('komodorService', 'a', 10)).map(({ runId }) => runId)).toContain('r2');
    expect(await rowsIn(journal, 'r2')).toHaveLength(1);
    const next = journal.begin({ ...RUN, runId: 'r3', startedAt: '2026-11-27T09:00:00.000Z' });
    await next.append([rowOf('b')]);
    await next.end('completed');
    expect(await rowsIn(journal, 'r3')).toHaveLength(1);
  });

  it('keeps the live rows of two replicas that write at the same time', async () => {
    const redis = await started();
    const journals = [open(redis).journal, open(redis).journal];
    for (const journal of journals) expect(await journal.runs()).toEqual([]);
    await Promise.all(
      Array.from({ length: 400 }, async (_, at) => {
        const writer = journals[at % 2]?.begin(LIVE);
        const row = rowOf(`s${at}`);
        await writer?.append([row, { ...row, again: true, relations: { r: { from: null, to: 'x' } } }]);
        await writer?.end('completed');
      }),
    );
    const [one, other] = await Promise.all(journals.map((journal) => rowsIn(journal, 'live-2026-11-27T08')));
    expect(one).toEqual(other);
    expect(new Set(identifiersOf(one ?? [])).size).toBe(400);
    expect(one).toHaveLength(400);
    expect(await journals[0]?.find('live-2026-11-27T08')).toMatchObject({
      rows: 400,
      lost: 0,
      counts: { update: { done: 400 } },
    });
  });

  it('does not keep anything for ever', async () => {
    const redis = await started();
    const admin = client(redis);
    const { journal } = open(redis);
    const writer = journal.begin({ ...RUN, runId: 'r1' });
    await writer.append([rowOf('a')]);
    await writer.end('completed');
    for (const key of await admin.keys('*')) expect(await admin.pttl(key), key).toBeGreaterThan(0);
    await admin.del(RECORD, PIECES, INDEXES);
    expect(await journal.runs()).toEqual([]);
    expect(await admin.keys('*')).toEqual([]);
  });
});
