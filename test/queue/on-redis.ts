import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { connectRedis, type RedisConnections } from '../../src/queue/redis-connections.ts';
import { RedisKeys } from '../../src/queue/redis-keys.ts';
import { openRedis, withoutRedis } from './redis-server.ts';

interface OnRedis {
  /** The connections to the Redis of the file; there is one once its tests run. */
  connections(): RedisConnections;
  /** Names that nobody else uses. */
  keys(): RedisKeys;
}

/** Tests with a Redis of their own. Where there is none they are skipped, by name. */
export function describeOnRedis(name: string, body: (on: OnRedis) => void): void {
  if (withoutRedis !== undefined) {
    describe.skip(`${name} (skipped: ${withoutRedis})`, () => it('needs a Redis', () => undefined));
    return;
  }
  describe(name, () => {
    let redis: Awaited<ReturnType<typeof openRedis>>;
    let connections: RedisConnections;
    beforeAll(async () => {
      redis = await openRedis();
      connections = connectRedis(redis.url, () => undefined);
    });
    afterAll(async () => {
      await connections.close();
      await redis.close();
    });
    body({ connections: () => connections, keys: () => new RedisKeys(`test-${randomUUID()}`) });
  });
}
