import type { Journal } from '../core/journal.ts';
import { type JournalOptions, KeptJournal } from './journal/kept-journal.ts';
import { RedisStore } from './journal/redis-store.ts';
import type { RedisConnections } from './redis-connections.ts';
import type { RedisKeys } from './redis-keys.ts';

/** How much of Redis the journal takes at most: waiting work needs the rest. */
const MAX_BYTES = 128 * 1024 * 1024;

/** A journal in Redis, which all replicas share. */
export function createRedisJournal(redis: RedisConnections, keys: RedisKeys, options: JournalOptions): Journal {
  return new KeptJournal(new RedisStore(redis, keys), { bytes: MAX_BYTES, ...options });
}
