import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { createRedisQueue } from '../../src/queue/redis-queue.ts';
import { openRedis, withoutRedis } from './redis-server.ts';
import { HeldRuns, liveEvent, until } from './workers.ts';

/** What a replica before there were subjects wrote, and what nobody writes. */
const PAYLOADS = {
  'an address instead of a subject': JSON.stringify({
    key: 'old',
    address: { cluster: 'c', namespace: 'n', kind: 'Deployment', name: 'x' },
    receivedAt: '2026-01-01T00:00:00.000Z',
  }),
  'no JSON': '{"key":',
  nothing: '',
};

it.skipIf(withoutRedis !== undefined).each(Object.entries(PAYLOADS))(
  'a live event in Redis with %s is dropped at once and told once; the others are worked off',
  async (_, payload) => {
    const redis = await openRedis();
    onTestFinished(() => redis.close());
    const prefix = `test-old-events-${payload.length}`;
    const lines: string[] = [];
    const queue = createRedisQueue({
      ...{ url: redis.url, prefix, liveQuietMs: 30, maintenanceMs: 300 },
      log: (level, message, { key }) => void lines.push(`${level} ${message} ${key}`),
    });
    onTestFinished(() => queue.close());
    await queue.offer(liveEvent('old'));
    await queue.offer(liveEvent('new'));
    const admin = new Redis(redis.url.replace('unix://', ''));
    await admin.hset(`${prefix}:state:live`, 'old', payload);
    admin.disconnect();

    const seen: string[] = [];
    await queue.start({ run: new HeldRuns().work, live: async ({ key }) => void seen.push(key) });
    await until(async () => (await queue.counts()).liveWaiting === 0);
    expect(seen).toEqual(['new']);
    expect(lines).toEqual(['warn dropped a live event of another version; the next resync covers it old']);
    await queue.offer(liveEvent('old'));
    await until(() => seen.includes('old'));
  },
);
