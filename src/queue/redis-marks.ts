import type { Redis } from 'ioredis';
import type { LiveMoment } from '../core/run-queue.ts';
import { FIRST_MS, MARK_MS, MARKS_PER_BLUEPRINT } from './limits.ts';
import type { RedisKeys } from './redis-keys.ts';
import { RedisScript } from './redis-script.ts';

/** Identifiers per call, so that none keeps Redis from others. */
const BATCH = 500;

/** keepMs, keep, identifiers… */
const MARK = new RedisScript(`
local keepMs, keep = tonumber(ARGV[1]), tonumber(ARGV[2])
local number = redis.call('INCR', KEYS[2])
for i = 3, #ARGV do redis.call('ZADD', KEYS[1], number, ARGV[i]) end
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - keep)
redis.call('PEXPIRE', KEYS[1], keepMs)
`);

/** since, identifiers… -> those of them that were marked after that */
const MARKED = new RedisScript(`
local since, found = tonumber(ARGV[1]), {}
for i = 2, #ARGV do
  local at = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if at and tonumber(at) > since then found[#found + 1] = ARGV[i] end
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
    const keys = [this.#keys.marks(blueprint), this.#keys.markNumber];
    await inBatches(identifiers, (batch) => MARK.run(this.#redis, keys, [MARK_MS, MARKS_PER_BLUEPRINT, ...batch]));
  }

  async unmark(blueprint: string, identifiers: readonly string[]): Promise<void> {
    await inBatches(identifiers, (batch) => this.#redis.zrem(this.#keys.marks(blueprint), ...batch));
  }

  async moment(): Promise<LiveMoment> {
    return Number((await this.#redis.get(this.#keys.markNumber)) ?? 0);
  }

  async marked(blueprint: string, identifiers: readonly string[], since: LiveMoment): Promise<ReadonlySet<string>> {
    const found = await inBatches(identifiers, (batch) =>
      MARKED.run(this.#redis, [this.#keys.marks(blueprint)], [since, ...batch]),
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
