import { z } from 'zod';
import type { KindLeftOut, LeftOutStore } from '../core/left-out.ts';
import type { RedisConnections } from './redis-connections.ts';
import type { RedisKeys } from './redis-keys.ts';
import { RedisScript } from './redis-script.ts';

/** Longer than this after a resync, nobody asks for it. */
const KEEP_MS = 30 * 24 * 3_600_000;

/** keepMs, forget the others (1 or 0), kind, text, kind, text… */
const KEEP = new RedisScript(`
if ARGV[2] == '1' then redis.call('DEL', KEYS[1]) end
for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
`);

const kindSchema: z.ZodType<KindLeftOut> = z.object({
  kind: z.string(),
  at: z.iso.datetime(),
  items: z.array(
    z.object({
      kind: z.string(),
      label: z.string(),
      place: z.record(z.string(), z.string()),
      outcome: z.enum(['filtered', 'rejected']),
      detail: z.string(),
    }),
  ),
  more: z.number(),
});

/** What the last resyncs left out, in Redis, for all replicas. */
export function createRedisLeftOut(
  redis: Pick<RedisConnections, 'failFast' | 'retrying' | 'withTimeout'>,
  keys: RedisKeys,
): LeftOutStore {
  return {
    async keep(kinds, others) {
      const texts = kinds.flatMap((one) => [one.kind, JSON.stringify(one)]);
      await KEEP.run(redis.retrying, [keys.leftOut], [KEEP_MS, others === 'forget' ? 1 : 0, ...texts]);
    },
    async all() {
      const known = await redis.withTimeout(() => redis.failFast.hgetall(keys.leftOut));
      return Object.values(known).flatMap(parse);
    },
  };
}

/** What another version wrote, and cannot be read, is left out. */
function parse(text: string): readonly KindLeftOut[] {
  try {
    const { data } = kindSchema.safeParse(JSON.parse(text));
    return data === undefined ? [] : [data];
  } catch {
    return [];
  }
}
