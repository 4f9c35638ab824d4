import { messageOf } from '../core/errors.ts';
import type { QueueHealth } from '../core/run-queue.ts';
import { connectRedis } from './redis-connections.ts';
import { checkRedis } from './redis-health.ts';
import { RedisKeys } from './redis-keys.ts';

/**
 * Whether the queue can work with this Redis. Connects, checks and closes; starts no work and no maintenance. Writes only
 * the key on which permissions are tested, which expires within a minute.
 */
export async function inspectRedis(url: string, prefix: string): Promise<QueueHealth> {
  const redis = connectRedis(url, () => undefined);
  try {
    const keys = new RedisKeys(prefix);
    return await redis.withTimeout(() => checkRedis(redis.failFast, redis.subscriber, keys));
  } catch (error) {
    return { ready: false, detail: messageOf(error), advice: [] };
  } finally {
    await redis.close();
  }
}
