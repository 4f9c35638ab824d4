import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { TruthRecord } from '../core/truths.ts';
import { RedisScript } from './redis-script.ts';

/** expected, new: sets the text only if it is still the expected one ('' when there is none). */
const REPLACE = new RedisScript(`
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`);
/** Runs end one at a time, so two changes at once are rare. */
const MAX_TRIES = 10;

const attempt = { runId: z.string(), at: z.string() };
const recordSchema: z.ZodType<TruthRecord> = z.object({
  blueprint: z.string(),
  since: z.iso.datetime(),
  truthAt: z.iso.datetime().nullable(),
  broughtUpAt: z.iso.datetime().nullable(),
  last: z
    .discriminatedUnion('type', [
      z.object({
        ...attempt,
        type: z.literal('truth'),
        heldBack: z
          .object({
            reason: z.enum(['threshold', 'emptied', 'unmapped']),
            count: z.number(),
            digest: z.string(),
            sample: z.array(z.string()),
          })
          .nullable(),
      }),
      z.object({
        ...attempt,
        type: z.literal('missed'),
        reason: z.string(),
        needsPerson: z.boolean(),
        mostlyTrue: z.boolean(),
      }),
    ])
    .nullable()
    .catch(null),
});

/** The records of truths in Redis. */
export class RedisTruths {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  async read(redis: Redis): Promise<readonly TruthRecord[]> {
    return parse(await redis.get(this.#key));
  }

  async change(redis: Redis, change: (known: readonly TruthRecord[]) => readonly TruthRecord[]): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const text = await redis.get(this.#key);
      const next = JSON.stringify(change(parse(text)));
      if ((await REPLACE.run(redis, [this.#key], [text ?? '', next])) === 1) return;
    }
  }
}

/** Records that another version wrote, and that cannot be read, are left out. */
function parse(text: string | null): readonly TruthRecord[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(list) ? list.flatMap((one) => recordSchema.safeParse(one).data ?? []) : [];
  } catch {
    return [];
  }
}
