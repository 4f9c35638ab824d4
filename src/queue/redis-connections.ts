import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { messageOf } from '../core/errors.ts';
import { QueueUnavailable } from '../core/run-queue.ts';
import { atMost } from './at-most.ts';
import { RedisClient } from './redis-client.ts';

export type QueueLog = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields: { readonly [name: string]: unknown },
) => void;

/** Callers get their answer, or QueueUnavailable, within 2 s; this leaves them some of it. */
const ANSWER_MS = 1_700;
const RETRY_AFTER_SECONDS = 5;

/** The connections of one replica. All of them reconnect for ever. */
export interface Connections {
  /** For answers at once: a command fails when Redis is away. */
  readonly quick: RedisClient;
  /** For work in progress, and for BullMQ: a command waits until Redis is back. */
  readonly patient: Redis;
  readonly subscriber: Redis;
  /**
   * Does something with Redis that somebody waits for.
   * @throws QueueUnavailable within 2 s when Redis is away or does not answer
   */
  answer<T>(work: () => Promise<T>): Promise<T>;
  /** Why Redis is away, as far as the last connection told. */
  lastError(): string;
  close(): Promise<void>;
}

export function connect(url: string, log: QueueLog): Connections {
  const common = {
    connectTimeout: 5_000,
    keepAlive: 10_000,
  };
  const quick = new RedisClient(url, {
    ...common,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // A connection that swallows commands (a firewall, a machine that is gone) is replaced.
    socketTimeout: 5_000,
  });
  // BullMQ's connections copy these options; its blocking commands take up to 10 s.
  const patient = new RedisClient(url, { ...common, maxRetriesPerRequest: null, socketTimeout: 30_000 });
  const subscriber = new RedisClient(url, { ...common, maxRetriesPerRequest: null });
  let lastError = 'not connected yet';
  let isAway = false;

  for (const client of [quick, patient, subscriber]) {
    client.on('error', (error: Error) => {
      lastError = describe(error);
    });
  }
  quick.on('ready', () => {
    if (isAway) log('info', 'Redis is back.', {});
    isAway = false;
  });
  quick.on('reconnecting', () => {
    if (quick.isMoving) return;
    if (!isAway) log('warn', `Redis is away (${lastError}). Waiting for it to come back.`, { error: lastError });
    isAway = true;
  });

  function unavailable(why: string): QueueUnavailable {
    return new QueueUnavailable(`The queue cannot be reached: ${why.replace(/\.$/, '')}.`, RETRY_AFTER_SECONDS);
  }

  return {
    quick,
    patient,
    subscriber,
    lastError: () => lastError,
    async answer(work) {
      const deadline = Date.now() + ANSWER_MS;
      if (!quick.isReady && !(await becomesReady(quick, isAway ? 0 : ANSWER_MS))) {
        throw unavailable(lastError);
      }
      // Looked at even when it comes too late: nobody else would catch its error.
      const outcome = work().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      const isThere = new AbortController();
      const late = sleep(Math.max(deadline - Date.now(), 0), undefined, { signal: isThere.signal });
      const settled = await Promise.race([outcome, late]);
      isThere.abort();
      late.catch(() => undefined);
      if (settled === undefined) throw unavailable('Redis does not answer');
      if ('value' in settled) return settled.value;
      throw settled.error instanceof QueueUnavailable ? settled.error : unavailable(messageOf(settled.error));
    },
    async close() {
      await atMost(500, quick.quit());
      for (const client of [quick, patient, subscriber]) client.disconnect();
    },
  };
}

async function becomesReady(client: Redis, ms: number): Promise<boolean> {
  if (ms === 0 || client.status === 'end') return false;
  return atMost(ms, new Promise<void>((resolve) => client.once('ready', () => resolve())));
}

/** The text of a connection's error; some of Node's have only a code. */
function describe(error: Error): string {
  if (error instanceof AggregateError) {
    return error.errors.map((part) => (part instanceof Error ? describe(part) : String(part))).join(', ');
  }
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
