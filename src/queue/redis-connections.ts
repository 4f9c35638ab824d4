import type { Redis } from 'ioredis';
import { Deadline, isDoneWithin, within } from '../core/deadline.ts';
import { messageOf } from '../core/errors.ts';
import { QueueUnavailable } from '../core/run-queue.ts';
import { RedisClient } from './redis-client.ts';

export type QueueLog = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields: { readonly [name: string]: unknown },
) => void;

/** Callers promise an answer within 2 s, so Redis gets a little less. */
const ANSWER_MS = 1_700;
const RETRY_AFTER_SECONDS = 5;

/** The connections of one replica. All of them reconnect without limit. */
export interface RedisConnections {
  /** For callers that wait: a command fails at once when Redis is away. */
  readonly failFast: RedisClient;
  /** For work in progress, and for BullMQ: a command is retried until Redis is back. */
  readonly retrying: Redis;
  readonly subscriber: Redis;
  /**
   * Runs something that uses Redis, for a caller that waits.
   * @throws QueueUnavailable within 2 s when Redis is away or does not answer
   */
  withTimeout<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function connectRedis(url: string, log: QueueLog): RedisConnections {
  const common = {
    connectTimeout: 5_000,
    keepAlive: 10_000,
  };
  const failFast = new RedisClient(url, {
    ...common,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // Replaces a connection on which no reply comes any more (a firewall, a machine that is gone).
    socketTimeout: 5_000,
  });
  // BullMQ's connections copy these options; its blocking commands take up to 10 s.
  const retrying = new RedisClient(url, { ...common, maxRetriesPerRequest: null, socketTimeout: 30_000 });
  const subscriber = new RedisClient(url, { ...common, maxRetriesPerRequest: null });
  const state = watchConnection(failFast, [retrying, subscriber], log);

  function unavailable(why: string): QueueUnavailable {
    return new QueueUnavailable(`The queue cannot be reached: ${why.replace(/\.$/, '')}.`, RETRY_AFTER_SECONDS);
  }

  return {
    failFast,
    retrying,
    subscriber,
    async withTimeout(work) {
      const deadline = new Deadline(ANSWER_MS);
      if (!failFast.isReady && !(await becomesReady(failFast, state.isDisconnected ? 0 : ANSWER_MS))) {
        throw unavailable(state.lastError);
      }
      // Its error is caught even after the deadline, or it would be an unhandled rejection.
      const outcome = work().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      const settled = await within(deadline.leftMs(), outcome, undefined);
      if (settled === undefined) throw unavailable('Redis does not answer');
      if ('value' in settled) return settled.value;
      throw settled.error instanceof QueueUnavailable ? settled.error : unavailable(messageOf(settled.error));
    },
    async close() {
      await isDoneWithin(500, failFast.quit());
      for (const client of [failFast, retrying, subscriber]) client.disconnect();
    },
  };
}

interface ConnectionState {
  readonly lastError: string;
  readonly isDisconnected: boolean;
}

/** Follows how the connections are doing, and says in the log when Redis goes away and when it is back. */
function watchConnection(failFast: RedisClient, others: readonly RedisClient[], log: QueueLog): ConnectionState {
  const state = { lastError: 'not connected yet', isDisconnected: false };
  for (const client of [failFast, ...others]) {
    client.on('error', (error: Error) => {
      state.lastError = describe(error);
    });
  }
  failFast.on('ready', () => {
    if (state.isDisconnected) log('info', 'Redis is back.', {});
    state.isDisconnected = false;
  });
  failFast.on('reconnecting', () => {
    if (failFast.isRedirecting) return;
    const { lastError } = state;
    if (!state.isDisconnected)
      log('warn', `Redis is away (${lastError}). Waiting for it to come back.`, { error: lastError });
    state.isDisconnected = true;
  });
  return state;
}

async function becomesReady(client: Redis, ms: number): Promise<boolean> {
  if (ms === 0 || client.status === 'end') return false;
  return isDoneWithin(ms, new Promise<void>((resolve) => client.once('ready', () => resolve())));
}

/** The message of a connection error. Some of Node's errors have only a code. */
function describe(error: Error): string {
  if (error instanceof AggregateError) {
    return error.errors.map((part) => (part instanceof Error ? describe(part) : String(part))).join(', ');
  }
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
