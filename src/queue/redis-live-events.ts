import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, type Queue, WaitingError } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type LiveEvent, type LiveWorker, QueueUnavailable } from '../core/run-queue.ts';
import { LIVE_ATTEMPTS, LIVE_RETRY_MS } from './limits.ts';
import type { QueueLog, RedisConnections } from './redis-connections.ts';
import type { RedisKeys } from './redis-keys.ts';
import { RedisScript } from './redis-script.ts';

/** An event whose job is lost (a process died between two steps) gets a new job after this time. */
const LOST_JOB_AFTER_MS = 30_000;
const RECOVERED_AT_ONCE = 100;

/** key, event, now, limit -> 'new' | 'known' | 'full' */
const OFFER = new RedisScript(`
local LIVE, SINCE = KEYS[1], KEYS[2]
local key, event, now, limit = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if redis.call('HEXISTS', LIVE, key) == 1 then
  redis.call('HSET', LIVE, key, event)
  return 'known'
end
if redis.call('HLEN', LIVE) >= limit then return 'full' end
redis.call('HSET', LIVE, key, event)
redis.call('ZADD', SINCE, now, key)
return 'new'
`);

/** key, event -> 1, or 0 when a newer event has come in the meantime */
const DONE = new RedisScript(`
local LIVE, SINCE = KEYS[1], KEYS[2]
local key, event = ARGV[1], ARGV[2]
if redis.call('HGET', LIVE, key) ~= event then return 0 end
redis.call('HDEL', LIVE, key)
redis.call('ZREM', SINCE, key)
return 1
`);

const eventSchema = z.object({
  key: z.string(),
  subject: z.object({ system: z.string(), place: z.record(z.string(), z.string()) }),
  receivedAt: z.string(),
});

/** Undefined for what is no event: a replica of another version may have written it. */
function readEvent(text: string): LiveEvent | undefined {
  try {
    return eventSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Live events in Redis. A hash holds the newest event of each key until it has been processed. BullMQ's job holds only the
 * key, so a dead worker loses no event. BullMQ's deduplication prevents two jobs of one key at the same time.
 */
export class RedisLiveEvents {
  readonly #redis: RedisConnections;
  readonly #keys: RedisKeys;
  readonly #queue: Queue;
  readonly #limit: number;
  readonly #quietMs: number;
  readonly #log: QueueLog;

  constructor(
    redis: RedisConnections,
    keys: RedisKeys,
    queue: Queue,
    { limit, quietMs, log }: { readonly limit: number; readonly quietMs: number; readonly log: QueueLog },
  ) {
    this.#redis = redis;
    this.#keys = keys;
    this.#queue = queue;
    this.#limit = limit;
    this.#quietMs = quietMs;
    this.#log = log;
  }

  /** @throws QueueUnavailable when too many wait, or Redis is away */
  async offer(event: LiveEvent): Promise<void> {
    await this.#redis.withTimeout(async () => {
      const args = [event.key, JSON.stringify(event), Date.now(), this.#limit];
      const answer = await OFFER.run(this.#redis.failFast, this.#hashes(), args);
      if (answer === 'full') {
        throw new QueueUnavailable(`${this.#limit} live events are waiting already; no more are taken.`, 5);
      }
      if (answer === 'new') await this.#enqueue(event.key);
    });
  }

  async waiting(redis: Redis): Promise<number> {
    return redis.hlen(this.#keys.live);
  }

  /** BullMQ's processor. */
  async process(job: Job, token: string, worker: LiveWorker, signal: AbortSignal): Promise<void> {
    const key = z.object({ key: z.string() }).parse(job.data).key;
    for (;;) {
      const text = await this.#redis.retrying.hget(this.#keys.live, key);
      if (text === null) return;
      const event = readEvent(text);
      try {
        if (event === undefined) {
          // Trying again would not help. A service resyncs when it starts, so that an update does not leave anything old.
          this.#log('warn', 'dropped a live event of another version; the next resync covers it', { key });
        } else {
          await worker(event, signal);
          signal.throwIfAborted();
        }
      } catch (error) {
        // This process stops. Another worker processes the event, from the beginning.
        if (signal.aborted) {
          await job.moveToWait(token);
          throw new WaitingError();
        }
        // After the last attempt the event is dropped. If a newer one has come, that one gets its own attempts.
        if (job.attemptsMade + 1 >= LIVE_ATTEMPTS && !(await this.#done(key, text))) await this.#enqueue(key);
        throw error;
      }
      if (await this.#done(key, text)) return;
      await sleep(this.#quietMs);
    }
  }

  /** Adds a job for events whose job was lost. Events that still have a job are not affected. */
  async recover(): Promise<void> {
    const { retrying } = this.#redis;
    const before = Date.now() - LOST_JOB_AFTER_MS;
    const keys = await retrying.zrangebyscore(this.#keys.liveSince, '-inf', before, 'LIMIT', 0, RECOVERED_AT_ONCE);
    await Promise.all(keys.map((key) => this.#enqueue(key)));
  }

  async #done(key: string, text: string): Promise<boolean> {
    return (await DONE.run(this.#redis.retrying, this.#hashes(), [key, text])) === 1;
  }

  async #enqueue(key: string): Promise<void> {
    await this.#queue.add(
      'refresh',
      { key },
      {
        delay: this.#quietMs,
        deduplication: { id: createHash('sha1').update(key).digest('hex'), keepLastIfActive: true },
        attempts: LIVE_ATTEMPTS,
        backoff: { type: 'exponential', delay: LIVE_RETRY_MS },
        removeOnComplete: true,
        removeOnFail: { count: 100 },
      },
    );
  }

  #hashes(): readonly string[] {
    return [this.#keys.live, this.#keys.liveSince];
  }
}
