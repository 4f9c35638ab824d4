import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { RedisKeys } from '../../src/queue/redis-keys.ts';
import { shortReport } from '../../src/queue/reports.ts';
import { RunStore } from '../../src/queue/run-store.ts';
import { freePort, ownRedis, withoutOwnRedis } from './redis-server.ts';
import { PLAN } from './workers.ts';

const CHANGES = [{ action: 'create', blueprint: 'b', identifier: 'i', title: null }] as const;
const END = { status: 'completed', problem: { code: 'unexpected', message: '' } } as const;

describe.skipIf(withoutOwnRedis !== undefined)('records of runs in Redis', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });

  it('never show a plan that has ended without its changes, whenever they are read', async () => {
    const port = await freePort();
    const server = await ownRedis(['--port', String(port), '--bind', '127.0.0.1']);
    cleanups.push(() => server.remove());
    await server.start();
    const redis = new Redis(port, '127.0.0.1');
    cleanups.push(() => redis.disconnect());
    const store = new RunStore(redis, new RedisKeys('test'), () => {});

    const runId = randomUUID();
    await store.request(runId, PLAN, false);
    const now = new Date().toISOString();
    const report = { ...shortReport(runId, PLAN, END, { startedAt: now, finishedAt: now }), changes: CHANGES };
    // One connection: the end of the run comes between the first command of the reader and the next.
    const reading = store.find(runId);
    const ending = store.finish(runId, 'queued', report);
    const read = await reading;
    expect(await ending).toBe('done');
    if (read?.state === 'finished') expect(read.report.changes).toEqual(CHANGES);
    else expect(read?.state).toBe('queued');
    expect(await store.find(runId)).toMatchObject({ state: 'finished', report: { changes: CHANGES } });
  });
});
