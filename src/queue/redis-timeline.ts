import { z } from 'zod';
import {
  entriesToRead,
  KEPT_ENTRIES,
  KEPT_ENTRIES_MS,
  pageOf,
  TIMELINE_TYPES,
  type Timeline,
  type TimelineEntry,
  timeOfEntry,
  typesOf,
} from '../core/timeline.ts';
import type { RedisConnections } from './redis-connections.ts';
import type { RedisKeys } from './redis-keys.ts';
import { RedisScript } from './redis-script.ts';

/** score, entry, most entries, keepMs */
const ADD = new RedisScript(`
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
`);
/** text -> the text before, or false */
const REPLACE = new RedisScript(`
local before = redis.call('GET', KEYS[1])
redis.call('SET', KEYS[1], ARGV[1])
return before
`);
/** How many entries may have the same millisecond as the one that a page begins before. */
const SAME_TIME = 50;

const NOT_COUNTED = { stale: null, waitMs: null };

/** The fields that every reader of an entry needs. Entries of another version that lack them are left out. */
const entrySchema = z.looseObject({ id: z.string(), at: z.iso.datetime(), type: z.enum(TIMELINE_TYPES) });

/** A timeline in Redis, shared by all replicas. */
export function createRedisTimeline(
  redis: Pick<RedisConnections, 'failFast' | 'retrying' | 'withTimeout'>,
  keys: RedisKeys,
  now: () => number = Date.now,
): Timeline {
  return {
    async add(entry) {
      const args = [timeOfEntry(entry.id), JSON.stringify(entry), KEPT_ENTRIES[entry.type], KEPT_ENTRIES_MS];
      await ADD.run(redis.retrying, [keys.timeline(entry.type)], args);
    },
    async page(query) {
      const newest = query.before === null ? '+inf' : timeOfEntry(query.before);
      const types = typesOf(query);
      const read = entriesToRead(query);
      const most = (type: TimelineEntry['type']) => (read === null ? KEPT_ENTRIES[type] : read + SAME_TIME);
      const lists = await redis.withTimeout(() =>
        Promise.all(
          types.map((type) =>
            redis.failFast.zrevrangebyscore(keys.timeline(type), newest, '-inf', 'LIMIT', 0, most(type)),
          ),
        ),
      );
      return pageOf(lists.flat().flatMap(parse), query, now());
    },
    recall: (memo) => redis.withTimeout(() => redis.failFast.get(keys.timelineMemo(memo))),
    async replace(memo, text) {
      const before = await REPLACE.run(redis.retrying, [keys.timelineMemo(memo)], [text]);
      return typeof before === 'string' ? before : null;
    },
  };
}

function parse(text: string): readonly TimelineEntry[] {
  try {
    const entry: unknown = JSON.parse(text);
    return isEntry(entry) ? [whole(entry)] : [];
  } catch {
    return [];
  }
}

/** An entry with what earlier versions did not count. */
function whole(entry: TimelineEntry): TimelineEntry {
  return entry.type === 'run' || entry.type === 'plan' ? { ...NOT_COUNTED, ...entry } : entry;
}

function isEntry(value: unknown): value is TimelineEntry {
  return entrySchema.safeParse(value).success;
}
