import { describe, expect, it } from 'vitest';
import { assessRedis } from '../../src/queue/redis-health.ts';

function info(fields: Readonly<Record<string, string>>): string {
  const good = {
    redis_version: '7.0.15',
    maxmemory: '0',
    maxmemory_policy: 'noeviction',
    aof_enabled: '1',
    role: 'master',
  };
  return Object.entries({ ...good, ...fields })
    .map(([name, value]) => `${name}:${value}`)
    .join('\r\n');
}

describe('the settings of a Redis', () => {
  it('that are as they should be need no advice', () => {
    expect(assessRedis(info({}), '')).toEqual({ ready: true, detail: 'Redis 7.0.15', advice: [] });
  });

  it.each([
    ['an old version', { redis_version: '5.0.9' }, '6.0'],
    ['eviction', { maxmemory: '1000', maxmemory_policy: 'allkeys-lru' }, 'noeviction'],
    ['a read-only replica', { role: 'slave' }, 'read-only'],
  ])('that cannot work: %s', (_name, fields, text) => {
    const health = assessRedis(info(fields), '');
    expect(health).toMatchObject({ ready: false, detail: expect.stringContaining(text) });
  });

  it.each([
    ['a version below the recommended one', { redis_version: '6.0.16' }, '', '6.2'],
    ['a policy that would evict if there was a limit', { maxmemory_policy: 'volatile-lru' }, '', 'noeviction'],
    ['no persistence', { aof_enabled: '0' }, '', 'appendonly'],
    ['persistence that cannot be seen', { aof_enabled: '0' }, undefined, 'cannot be seen'],
  ])('that give advice: %s', (_name, fields, save, text) => {
    const health = assessRedis(info(fields), save);
    expect(health.ready).toBe(true);
    expect(health.advice).toEqual([expect.stringContaining(text)]);
  });

  it('count snapshots as persistence, and take a version that nobody can read', () => {
    expect(assessRedis(info({ aof_enabled: '0' }), '3600 1')).toMatchObject({ ready: true, advice: [] });
    expect(assessRedis(info({ redis_version: 'df-v1.2' }), '')).toMatchObject({ ready: true, advice: [] });
  });
});
