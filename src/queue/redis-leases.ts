import type { Redis } from 'ioredis';
import type { RedisKeys } from './redis-keys.ts';
import { RedisScript } from './redis-script.ts';

/** owner, ttl -> 1, or 0 when another one holds it */
const HOLD = new RedisScript(`
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

/** owner */
const DROP = new RedisScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
`);

/** Leases in Redis, which all replicas share. */
export class RedisLeases {
  readonly #redis: Redis;
  readonly #keys: RedisKeys;

  constructor(redis: Redis, keys: RedisKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async hold(name: string, owner: string, ttlMs: number): Promise<boolean> {
    return (await HOLD.run(this.#redis, [this.#keys.held(name)], [owner, ttlMs])) === 1;
  }

  async drop(name: string, owner: string): Promise<void> {
    await DROP.run(this.#redis, [this.#keys.held(name)], [owner]);
  }
}
