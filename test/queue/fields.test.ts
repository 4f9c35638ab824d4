import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FieldHistory, KEPT_FIELD_RUNS, type RunFields } from '../../src/core/field-history.ts';
import { createInlineFields } from '../../src/queue/inline-fields.ts';
import { connectRedis, type RedisConnections } from '../../src/queue/redis-connections.ts';
import { createRedisFields } from '../../src/queue/redis-fields.ts';
import { RedisKeys } from '../../src/queue/redis-keys.ts';
import { openRedis, withoutRedis } from './redis-server.ts';

function run(runId: string): RunFields {
  const place = { entry: 'resources[0]', kind: 'komodorService', blueprint: null, path: 'title', expression: '.name' };
  const fields = [{ ...place, values: 3, nulls: 2, failed: 1 }];
  return { runId, startedAt: '2026-01-02T03:04:05.678Z', status: 'degraded', fields };
}

function describeFields(name: string, open: () => FieldHistory): void {
  describe(`what expressions gave, ${name}`, () => {
    it('is kept whole, the newest first', async () => {
      const history = open();
      expect(await history.list(20)).toEqual([]);
      for (const one of ['a', 'b', 'c']) await history.add(run(one));
      expect(await history.list(2)).toEqual([run('c'), run('b')]);
    });

    it('is kept of some runs only', async () => {
      const history = open();
      for (let i = 0; i < KEPT_FIELD_RUNS + 5; i += 1) await history.add(run(`r${i}`));
      const kept = await history.list(1_000);
      expect(kept).toHaveLength(KEPT_FIELD_RUNS);
      expect(kept.at(-1)?.runId).toBe('r5');
    });
  });
}

describeFields('in process', createInlineFields);

if (withoutRedis !== undefined) {
  describe.skip(`in Redis (skipped: ${withoutRedis})`, () => it('needs a Redis', () => undefined));
} else {
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
  const keys = () => new RedisKeys(`test-${randomUUID()}`);
  describeFields('in Redis', () => createRedisFields(connections, keys()));

  it('leaves out what another version wrote, and outlives the process for some time', async () => {
    const own = keys();
    await createRedisFields(connections, own).add(run('a'));
    await connections.failFast.lpush(own.fields, 'rubbish', '{"runId":"b"}', '[]');
    expect(await createRedisFields(connections, own).list(20)).toEqual([run('a')]);
    expect(await connections.failFast.pttl(own.fields)).toBeGreaterThan(0);
  });
}
