import type { Redis } from 'ioredis';
import { FIRST_MS, MARK_MS, MARKS_PER_BLUEPRINT } from './limits.ts';
import type { RedisKeys } from './redis-keys.ts';
import { RedisScript } from './redis-script.ts';

/** Identifiers per call, so that none keeps Redis from others. */
const BATCH = 500;

/** now, keepMs, keep, identifiers… */
const MARK = new RedisScript(`
local now, keepMs, keep = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
for i = 4, #ARGV do redis.call('ZADD', KEYS[1], now, ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - keepMs)
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - keep)
redis.call('PEXPIRE', KEYS[1], keepMs)
`);

/** since, identifiers… -> those of them that were marked since */
const MARKED = new RedisScript(`
local since, found = tonumber(ARGV[1]), {}
for i = 2, #ARGV do
  local at = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if at and tonumber(at) >= since then found[#found + 1] = ARGV[i] end
end
return found
`);

/** Live marks in Redis. */
export class RedisMarks {
  readonly #redis: Redis;
  readonly #keys: RedisKeys;

  constructor(redis: Redis, keys: RedisKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async mark(blueprint: string, identifiers: readonly string[]): Promise<void> {
    const limits = [Date.now(), MARK_MS, MARKS_PER_BLUEPRINT];
    await inBatches(identifiers, (batch) =>
      MARK.run(this.#redis, [this.#keys.marks(blueprint)], [...limits, ...batch]),
    );
  }

  async marked(blueprint: string, identifiers: readonly string[], since: Date): Promise<ReadonlySet<string>> {
    const from = Math.max(since.getTime(), Date.now() - MARK_MS);
    const found = await inBatches(identifiers, (batch) =>
      MARKED.run(this.#redis, [this.#keys.marks(blueprint)], [from, ...batch]),
    );
    return new Set(found.flatMap((part) => (Array.isArray(part) ? part.map(String) : [])));
  }

  /** True for the first caller with this key in a day. */
  async first(key: string): Promise<boolean> {
    return (await this.#redis.set(this.#keys.first(key), '1', 'PX', FIRST_MS, 'NX')) === 'OK';
  }
}

async function inBatches<T>(
  identifiers: readonly string[],
  call: (batch: readonly string[]) => Promise<T>,
): Promise<readonly T[]> {
  const batches = Array.from({ length: Math.ceil(identifiers.length / BATCH) }, (_, index) =>
    identifiers.slice(index * BATCH, (index + 1) * BATCH),
  );
  return Promise.all(batches.map(call));
}
