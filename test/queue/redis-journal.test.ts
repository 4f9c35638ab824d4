import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { connectRedis, type RedisConnections } from '../../src/queue/redis-connections.ts';
import { createRedisJournal } from '../../src/queue/redis-journal.ts';
import { RedisKeys } from '../../src/queue/redis-keys.ts';
import { describeJournal } from './journal.contract.ts';
import { openRedis, withoutRedis } from './redis-server.ts';

const nothing = () => undefined;

describe.skipIf(withoutRedis !== undefined)('with Redis', () => {
  let url = '';
  let closeRedis = async () => {};
  let opened: RedisConnections[] = [];

  beforeAll(async () => {
    const redis = await openRedis();
    ({ url } = redis);
    closeRedis = () => redis.close();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
    opened = [];
  });
  afterAll(() => closeRedis());

  describeJournal('Redis', async (options) => {
    const connections = connectRedis(url, nothing);
    opened.push(connections);
    return createRedisJournal(connections, new RedisKeys(`test-{${randomUUID()}}`), { log: nothing, ...options });
  });
});
