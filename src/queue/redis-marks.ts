import type { Redis } from 'ioredis';
import type { DeletionCount, MarkNumber } from '../core/run-queue.ts';
import { MARK_MS, MARKS_PER_BLUEPRINT } from './limits.ts';
import { OWNERS_PER_NAME } from './owned-names.ts';
import type { RedisKeys } from './redis-keys.ts';
import { RedisScript } from './redis-script.ts';

/** Identifiers per script call, so that no call blocks Redis for long. */
const BATCH = 500;

/**
 * Lua functions for owned names (see OwnedNames). A sorted set holds each name with its latest number; a hash holds its
 * owners, as `owner:number owner:number`.
 */
const OWNED_NAMES = `
local NUMBERS, OWNERS = KEYS[1], KEYS[2]
local function othersThan(owner, name)
  local others, latest = {}, 0
  for other, number in string.gmatch(redis.call('HGET', OWNERS, name) or '', '(%S+):(%d+)') do
    if other ~= owner then
      others[#others + 1] = other .. ':' .. number
      latest = math.max(latest, tonumber(number))
    end
  end
  return others, latest
end
local function drop(name)
  redis.call('ZREM', NUMBERS, name)
  redis.call('HDEL', OWNERS, name)
end
local function add(name, owner, number)
  local owners = othersThan(owner, name)
  while #owners >= ${OWNERS_PER_NAME} do table.remove(owners, 1) end
  owners[#owners + 1] = owner .. ':' .. string.format('%d', number)
  redis.call('HSET', OWNERS, name, table.concat(owners, ' '))
  redis.call('ZADD', NUMBERS, number, name)
end
local function takeBack(name, owner)
  if redis.call('HEXISTS', OWNERS, name) == 0 then return false end
  local owners, latest = othersThan(owner, name)
  if #owners == 0 then
    drop(name)
    return true
  end
  redis.call('HSET', OWNERS, name, table.concat(owners, ' '))
  redis.call('ZADD', NUMBERS, latest, name)
  return false
end
`;

/** keepMs, keep, owner, identifiers… */
const MARK = new RedisScript(`${OWNED_NAMES}
local keepMs, keep, owner = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local number = redis.call('INCR', KEYS[3])
for i = 4, #ARGV do add(ARGV[i], owner, number) end
for _, name in ipairs(redis.call('ZRANGE', NUMBERS, 0, -1 - keep)) do drop(name) end
redis.call('PEXPIRE', NUMBERS, keepMs)
redis.call('PEXPIRE', OWNERS, keepMs)
`);

/** owner, identifiers… */
const UNMARK = new RedisScript(`${OWNED_NAMES}
for i = 2, #ARGV do takeBack(ARGV[i], ARGV[1]) end
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

/** Drops the names that left the time window. Uses Redis' clock, because the clocks of two replicas differ. */
const WITHIN_WINDOW = `${OWNED_NAMES}
local ENTERED, windowMs = KEYS[3], tonumber(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
for _, name in ipairs(redis.call('ZRANGEBYSCORE', NUMBERS, '-inf', now - windowMs)) do drop(name) end
`;

/** windowMs, owner, identifiers… -> how many names are in the window now, how many were added in all */
const COUNT = new RedisScript(`${WITHIN_WINDOW}
local fresh = 0
for i = 3, #ARGV do
  if not redis.call('ZSCORE', NUMBERS, ARGV[i]) then fresh = fresh + 1 end
  add(ARGV[i], ARGV[2], now)
end
local entered = redis.call('INCRBY', ENTERED, fresh)
redis.call('PEXPIRE', NUMBERS, windowMs)
redis.call('PEXPIRE', OWNERS, windowMs)
redis.call('PEXPIRE', ENTERED, windowMs * 2)
return {redis.call('ZCARD', NUMBERS), entered}
`);

/** owner, identifiers… */
const UNCOUNT = new RedisScript(`${OWNED_NAMES}
local back = 0
for i = 2, #ARGV do
  if takeBack(ARGV[i], ARGV[1]) then back = back + 1 end
end
if back > 0 then redis.call('DECRBY', KEYS[3], back) end
`);

/** windowMs -> the names in the window, how many were added in all */
const COUNTED = new RedisScript(`${WITHIN_WINDOW}
return {redis.call('ZRANGE', NUMBERS, 0, -1), tonumber(redis.call('GET', ENTERED) or '0')}
`);

/** The marks and deletion counts of live events, in Redis. */
export class RedisMarks {
  readonly #redis: Redis;
  readonly #keys: RedisKeys;

  constructor(redis: Redis, keys: RedisKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async mark(owner: string, blueprint: string, identifiers: readonly string[]): Promise<void> {
    const keys = [this.#keys.marks(blueprint), this.#keys.markOwners(blueprint), this.#keys.markNumber];
    const limits = [MARK_MS, MARKS_PER_BLUEPRINT];
    await inBatches(identifiers, (batch) => MARK.run(this.#redis, keys, [...limits, owner, ...batch]));
  }

  async unmark(owner: string, blueprint: string, identifiers: readonly string[]): Promise<void> {
    const keys = [this.#keys.marks(blueprint), this.#keys.markOwners(blueprint)];
    await inBatches(identifiers, (batch) => UNMARK.run(this.#redis, keys, [owner, ...batch]));
  }

  async moment(): Promise<MarkNumber> {
    return Number((await this.#redis.get(this.#keys.markNumber)) ?? 0);
  }

  async marked(blueprint: string, identifiers: readonly string[], since: MarkNumber): Promise<ReadonlySet<string>> {
    const found = await inBatches(identifiers, (batch) =>
      MARKED.run(this.#redis, [this.#keys.marks(blueprint)], [since, ...batch]),
    );
    return new Set(found.flatMap((part) => (Array.isArray(part) ? part.map(String) : [])));
  }

  /** Not in batches: a live event deletes only a few entities, and the threshold needs one exact count. */
  async count(
    owner: string,
    blueprint: string,
    identifiers: readonly string[],
    windowMs: number,
  ): Promise<DeletionCount> {
    const answer = await COUNT.run(this.#redis, this.#keys.deleted(blueprint), [windowMs, owner, ...identifiers]);
    const [counted, entered] = pairIn(answer);
    return { counted: Number(counted), entered: Number(entered) };
  }

  async uncount(owner: string, blueprint: string, identifiers: readonly string[]): Promise<void> {
    await UNCOUNT.run(this.#redis, this.#keys.deleted(blueprint), [owner, ...identifiers]);
  }

  async counted(blueprint: string, windowMs: number) {
    const [names, entered] = pairIn(await COUNTED.run(this.#redis, this.#keys.deleted(blueprint), [windowMs]));
    return { identifiers: Array.isArray(names) ? names.map(String) : [], entered: Number(entered) };
  }
}

function pairIn(answer: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(answer) || answer.length !== 2) throw new Error('A script in Redis gave no pair');
  return [answer[0], answer[1]];
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
