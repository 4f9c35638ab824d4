import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createRedisQueue } from '../../src/queue/redis-queue.ts';
import { openRedis, withoutRedis } from './redis-server.ts';
import { describeRunQueue } from './run-queue.contract.ts';

if (withoutRedis !== undefined) {
  describe.skip(`Redis queue (skipped: ${withoutRedis})`, () => it('needs a Redis', () => undefined));
} else {
  let redis: Awaited<ReturnType<typeof openRedis>>;
  beforeAll(async () => {
    redis = await openRedis();
  });
  afterAll(() => redis.close());
  describeRunQueue('Redis', (options) =>
    createRedisQueue({ ...options, url: redis.url, prefix: `test-${randomUUID()}`, log: () => undefined }),
  );
}
