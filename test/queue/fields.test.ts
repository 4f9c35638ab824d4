import { describe, expect, it } from 'vitest';
import { type FieldHistory, KEPT_FIELD_RUNS, type RunFields } from '../../src/core/field-history.ts';
import { createInlineFields } from '../../src/queue/inline-fields.ts';
import { createRedisFields } from '../../src/queue/redis-fields.ts';
import { describeOnRedis } from './on-redis.ts';

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

describeOnRedis('what expressions gave, in Redis', ({ connections, keys }) => {
  describeFields('in Redis', () => createRedisFields(connections(), keys()));

  it('leaves out what another version wrote, and outlives the process for some time', async () => {
    const own = keys();
    await createRedisFields(connections(), own).add(run('a'));
    await connections().failFast.lpush(own.fields, 'rubbish', '{"runId":"b"}', '[]');
    expect(await createRedisFields(connections(), own).list(20)).toEqual([run('a')]);
    expect(await connections().failFast.pttl(own.fields)).toBeGreaterThan(0);
  });
});
