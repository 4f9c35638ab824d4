import { z } from 'zod';
import { RUN_TRIGGERS } from '../../core/report.ts';
import { KEPT_RUNS_MS } from '../limits.ts';
import { nullForWrongType } from '../redis-client.ts';
import type { RedisConnections } from '../redis-connections.ts';
import type { RedisKeys } from '../redis-keys.ts';
import { RedisScript } from '../redis-script.ts';
import { rowsIn } from './piece.ts';
import { shownCounts } from './row-counts.ts';
import type { JournalStore, Piece, RecordEnd, RecordHead, RecordLimits, RowCounts, StoredRecord } from './store.ts';

/** Every key of the journal expires some time after the last write to it. */
const KEEP = `
local RECORD, PIECES, INDEXES, JOURNAL = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local function keep()
  redis.call('ZADD', JOURNAL, ARGV[3], ARGV[2])
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[1]) end
end
`;

/** keepMs, run id, its time, field, value, … */
const SET = new RedisScript(`${KEEP}
redis.call('HSET', RECORD, unpack(ARGV, 4))
keep()
`);

/**
 * keepMs, run id, its time, number of its fields, field, value, …, name, content, index, rows, most rows, most bytes, key,
 * count, … -> 0 when the record is full
 */
const ADD = new RedisScript(`${KEEP}
local at = 5 + tonumber(ARGV[4])
local name, content, index, rows = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
if redis.call('HEXISTS', PIECES, name) == 1 then return 1 end
local function has(field) return tonumber(redis.call('HGET', RECORD, field) or '0') end
if has('rows') >= tonumber(ARGV[at + 4]) or has('bytes') >= tonumber(ARGV[at + 5]) then return 0 end
redis.call('HSET', RECORD, unpack(ARGV, 5, at - 1))
redis.call('HSET', PIECES, name, content)
redis.call('HSET', INDEXES, name, index)
redis.call('HINCRBY', RECORD, 'rows', rows)
redis.call('HINCRBY', RECORD, 'bytes', #content + #index)
for i = at + 6, #ARGV, 2 do redis.call('HINCRBY', RECORD, 'count:' .. ARGV[i], ARGV[i + 1]) end
keep()
return 1
`);

/** name of the piece, content, index, names of all that it replaces… */
const JOIN = new RedisScript(`
local RECORD, PIECES, INDEXES = KEYS[1], KEYS[2], KEYS[3]
local name, content, index = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HEXISTS', PIECES, name) == 0 then return end
local more = #content + #index
for i = 4, #ARGV do
  more = more - #(redis.call('HGET', PIECES, ARGV[i]) or '') - #(redis.call('HGET', INDEXES, ARGV[i]) or '')
  redis.call('HDEL', PIECES, ARGV[i])
  redis.call('HDEL', INDEXES, ARGV[i])
end
redis.call('HSET', PIECES, name, content)
redis.call('HSET', INDEXES, name, index)
redis.call('HINCRBY', RECORD, 'bytes', more)
`);

/** The journal in Redis. Each change is one script, and may be sent again. */
export class RedisStore implements JournalStore {
  readonly #redis: RedisConnections;
  readonly #keys: RedisKeys;

  constructor(redis: RedisConnections, keys: RedisKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async open(head: RecordHead): Promise<void> {
    await this.#set(head, ['finishedAt', '', 'status', '']);
  }

  async add(head: RecordHead, piece: Piece, counts: RowCounts, limits: RecordLimits): Promise<boolean> {
    const fields = fieldsOf(head);
    const { name, content, index } = piece;
    const added = [name, content, index, rowsIn(index), limits.rows, limits.bytes, ...[...counts].flat()];
    return (await this.#run(ADD, head.runId, [...about(head), fields.length, ...fields, ...added])) === 1;
  }

  async join(runId: string, { name, content, index }: Piece, names: readonly string[]): Promise<void> {
    await this.#run(JOIN, runId, [name, content, index, ...names]);
  }

  async lose(head: RecordHead, part: string, rows: number): Promise<void> {
    await this.#set(head, [`lost:${part}`, rows]);
  }

  async end(head: RecordHead, { finishedAt, status }: RecordEnd): Promise<void> {
    await this.#set(head, ['finishedAt', finishedAt ?? '', 'status', status ?? '']);
  }

  async records(): Promise<readonly StoredRecord[]> {
    const { failFast } = this.#redis;
    return this.#redis.withTimeout(async () => {
      const runIds = await failFast.zrevrange(this.#keys.journal, 0, -1);
      const hashes = await Promise.all(runIds.map((runId) => this.#hashOf(runId)));
      const expired = runIds.filter((_, at) => Object.keys(hashes[at] ?? {}).length === 0);
      if (expired.length > 0) await failFast.zrem(this.#keys.journal, ...expired);
      return runIds.flatMap((runId, at) => recordOf(runId, hashes[at] ?? {}) ?? []);
    });
  }

  find(runId: string): Promise<StoredRecord | undefined> {
    return this.#redis.withTimeout(async () => recordOf(runId, await this.#hashOf(runId)));
  }

  async indexes(runId: string): Promise<ReadonlyMap<string, Buffer>> {
    const [, , key] = this.#keys.journalRun(runId);
    const read = () => this.#redis.failFast.hgetallBuffer(key).catch(nullForWrongType);
    return new Map(Object.entries((await this.#redis.withTimeout(read)) ?? {}));
  }

  async content(runId: string, name: string): Promise<Buffer | undefined> {
    const [, key] = this.#keys.journalRun(runId);
    const read = () => this.#redis.failFast.hgetBuffer(key, name).catch(nullForWrongType);
    return (await this.#redis.withTimeout(read)) ?? undefined;
  }

  async drop(runIds: readonly string[]): Promise<void> {
    const { failFast } = this.#redis;
    for (const runId of runIds) {
      await this.#redis.withTimeout(async () => {
        await failFast.del(...this.#keys.journalRun(runId));
        await failFast.zrem(this.#keys.journal, runId);
      });
    }
  }

  async #set(head: RecordHead, fields: readonly (string | number)[]): Promise<void> {
    await this.#run(SET, head.runId, [...about(head), ...fieldsOf(head), ...fields]);
  }

  #run(script: RedisScript, runId: string, args: readonly (string | number | Buffer)[]): Promise<unknown> {
    const keys = [...this.#keys.journalRun(runId), this.#keys.journal];
    return this.#redis.withTimeout(() => script.run(this.#redis.failFast, keys, args));
  }

  async #hashOf(runId: string): Promise<Readonly<Record<string, string>>> {
    const [key] = this.#keys.journalRun(runId);
    return (await this.#redis.failFast.hgetall(key).catch(nullForWrongType)) ?? {};
  }
}

function about({ runId, startedAt }: RecordHead): readonly (string | number)[] {
  return [KEPT_RUNS_MS, runId, Date.parse(startedAt)];
}

function fieldsOf({ mode, trigger, startedAt }: RecordHead): readonly string[] {
  return ['mode', mode, 'trigger', trigger, 'startedAt', startedAt];
}

const recordSchema = z.looseObject({
  mode: z.enum(['resync', 'plan', 'live']),
  trigger: z.enum(RUN_TRIGGERS),
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  status: z.enum(['completed', 'degraded', 'blocked', 'failed', 'aborted']).optional().catch(undefined),
  bytes: z.coerce.number().catch(0),
});

/** Undefined: there is none, or it is no record of this version. */
function recordOf(runId: string, hash: Readonly<Record<string, string>>): StoredRecord | undefined {
  const fields = recordSchema.safeParse(hash).data;
  if (fields === undefined) return undefined;
  const { mode, trigger, startedAt, finishedAt, status, bytes } = fields;
  const lost = [...numbersIn(hash, 'lost:').values()].reduce((sum, rows) => sum + rows, 0);
  const counts = shownCounts(numbersIn(hash, 'count:'));
  return {
    runId,
    mode,
    trigger,
    startedAt,
    finishedAt: finishedAt || null,
    status: status ?? null,
    bytes,
    lost,
    ...counts,
  };
}

/** The fields with this prefix, without it. */
function numbersIn(hash: Readonly<Record<string, string>>, prefix: string): ReadonlyMap<string, number> {
  const found = Object.entries(hash).filter(([field]) => field.startsWith(prefix));
  return new Map(found.map(([field, value]) => [field.slice(prefix.length), Number(value) || 0]));
}
