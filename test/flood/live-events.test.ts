import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunQueue } from '../../src/core/run-queue.ts';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';
import { createRedisQueue } from '../../src/queue/redis-queue.ts';
import { openRedis, withoutRedis } from '../queue/redis-server.ts';
import { hook, listening, startServer } from '../server/support.ts';
import { flood } from './flood.ts';

const LIMITS = { webhooksPerMinute: 1_000_000 };

/** A queue that remembers, in the order of one clock, when events were accepted and when work on them began. */
function watched(queue: RunQueue) {
  let clock = 0;
  const accepted = new Map<string, number>();
  const begun = new Map<string, number>();
  let most = 0;
  const active = new Set<string>();
  const twice = new Set<string>();
  return {
    accepted,
    twice,
    works: () => begun.size,
    most: () => most,
    late: () => [...accepted].filter(([key, at]) => (begun.get(key) ?? 0) < at).map(([key]) => key),
    queue: {
      ...queue,
      async offer(event: Parameters<RunQueue['offer']>[0]) {
        // Taken before: from the moment at which it is in the queue, work on it may begin.
        clock += 1;
        const at = clock;
        await queue.offer(event);
        accepted.set(event.key, Math.max(at, accepted.get(event.key) ?? 0));
      },
    },
    async work({ key }: { readonly key: string }) {
      clock += 1;
      begun.set(key, clock);
      if (active.has(key)) twice.add(key);
      active.add(key);
      most = Math.max(most, active.size);
      await new Promise((resolve) => setTimeout(resolve, 1));
      active.delete(key);
    },
  };
}

async function openQueue(kind: string): Promise<RunQueue> {
  if (kind === 'in this process') return createInlineQueue();
  const redis = await openRedis();
  onTestFinished(() => redis.close());
  return createRedisQueue({ url: redis.url, prefix: `flood-${process.pid}`, log: () => undefined });
}

const body = (index: number) =>
  JSON.stringify({ cluster: 'c', namespace: 'n', resourceKind: 'Deployment', resourceName: `w${index}` });

describe.each([
  ['in this process', 'few', 10_000, 5],
  ['in this process', 'many', 10_000, 4_000],
  ['in Redis', 'few', 3_000, 5],
  ['in Redis', 'many', 3_000, 800],
] as const)('a flood of webhooks, with the queue %s and %s workloads,', (kind, _, count, workloads) => {
  it.skipIf(kind === 'in Redis' && withoutRedis !== undefined)('leaves none unheard that came last', async () => {
    const queue = await openQueue(kind);
    const seen = watched(queue);
    const server = await startServer({ queue: seen.queue, limits: LIMITS });
    await queue.start({ run: () => new Promise(() => undefined), live: seen.work });
    onTestFinished(() => queue.close());
    const { port } = await listening(server);
    const shot = (index: number) => ({ path: '/webhooks/komodor', headers: hook, body: body(index % workloads) });
    expect((await flood(port, count, shot)).statuses).toEqual({ 202: count });
    while ((await queue.counts()).liveWaiting > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await expect.poll(seen.late, { timeout: 60_000 }).toEqual([]);
    expect(seen.works()).toBe(workloads);
    expect([...seen.twice]).toEqual([]);
    expect(seen.most()).toBeLessThanOrEqual(4);
  });
});

describe('a flood of webhooks', () => {
  it('beyond what may wait is refused with 503 and when to come back, and forgets nothing that was accepted', async () => {
    const queue = createInlineQueue({ liveLimit: 1_000 });
    const seen = watched(queue);
    const server = await startServer({ queue: seen.queue, limits: LIMITS });
    onTestFinished(() => queue.close());
    const { port } = await listening(server);
    const hits = await flood(port, 10_000, (index) => ({
      path: '/webhooks/komodor',
      headers: hook,
      body: body(index % 5_000),
    }));
    // The first thousand workloads wait; what comes again for them is taken.
    expect(hits).toEqual({ statuses: { 202: 2_000, 503: 8_000 }, withoutRetryAfter: 0 });
    expect((await queue.counts()).liveWaiting).toBe(1_000);
    await queue.start({ run: () => new Promise(() => undefined), live: seen.work });
    await expect.poll(seen.works, { timeout: 60_000 }).toBe(1_000);
    expect(seen.late()).toEqual([]);
  });

  it('from one address is held back with 429 beyond what a minute takes', async () => {
    const server = await startServer();
    const { port } = await listening(server);
    const hits = await flood(port, 10_000, (index) => ({
      path: '/webhooks/komodor',
      headers: hook,
      body: body(index % 50),
    }));
    expect(hits).toEqual({ statuses: { 202: 6_000, 429: 4_000 }, withoutRetryAfter: 0 });
  });

  it('without the secret changes nothing, and soon gets no answer but 429', async () => {
    const server = await startServer();
    const { port } = await listening(server);
    const paths = ['/webhooks/komodor', '/webhooks/komodor/guess', '/integration/webhook/flux', '/webhooks/resync'];
    const before = process.memoryUsage().heapUsed;
    const hits = await flood(port, 10_000, (index) => ({
      path: paths[index % paths.length] ?? '',
      headers: { 'x-webhook-token': `guess-${index}`, 'x-signature': `sha256=${index.toString(16)}` },
      body: body(index),
    }));
    expect(hits).toEqual({ statuses: { 401: 30, 429: 9_970 }, withoutRetryAfter: 0 });
    expect(server.liveEvents).toEqual([]);
    expect(server.runs).toEqual([]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(150 * 1_048_576);
  });
});
