import { z } from 'zod';
import { type FieldHistory, KEPT_FIELD_RUNS, type RunFields } from '../core/field-history.ts';
import { KEPT_RUNS_MS } from './limits.ts';
import type { RedisConnections } from './redis-connections.ts';
import type { RedisKeys } from './redis-keys.ts';

const count = z.int().min(0);
const runSchema: z.ZodType<RunFields> = z.object({
  runId: z.string(),
  startedAt: z.iso.datetime(),
  status: z.enum(['completed', 'degraded', 'blocked', 'failed', 'aborted']),
  fields: z.array(
    z.object({
      ...{ entry: z.string(), kind: z.string(), blueprint: z.string().nullable() },
      ...{ path: z.string(), expression: z.string(), values: count, nulls: count, failed: count },
    }),
  ),
});

/** What expressions gave, in Redis, shared by all replicas. */
export function createRedisFields(
  redis: Pick<RedisConnections, 'failFast' | 'withTimeout'>,
  keys: Pick<RedisKeys, 'fields'>,
): FieldHistory {
  return {
    async add(run) {
      const write = redis.failFast
        .multi()
        .lpush(keys.fields, JSON.stringify(run))
        .ltrim(keys.fields, 0, KEPT_FIELD_RUNS - 1)
        .pexpire(keys.fields, KEPT_RUNS_MS);
      await redis.withTimeout(() => write.exec());
    },
    async list(runs) {
      const texts = await redis.withTimeout(() => redis.failFast.lrange(keys.fields, 0, runs - 1));
      return texts.flatMap(parse);
    },
  };
}

/** Nothing for what another version of the program wrote. */
function parse(text: string): readonly RunFields[] {
  try {
    return [runSchema.parse(JSON.parse(text))];
  } catch {
    return [];
  }
}
