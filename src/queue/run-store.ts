import type { Redis } from 'ioredis';
import type { KindProgress } from '../core/ports.ts';
import type { RunReport } from '../core/report.ts';
import { QueueUnavailable, type RunOrder, type RunRecord, type RunTicket } from '../core/run-queue.ts';
import type { RunTimes } from '../core/run-times.ts';
import {
  KEPT_CHANGES,
  KEPT_RUNS,
  KEPT_RUNS_MS,
  MAX_OPEN_RUNS,
  TOO_MANY_PLANS,
  TOO_MANY_PLANS_RETRY_S,
  USED_MS,
} from './limits.ts';
import { nullForWrongType } from './redis-client.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisScript } from './redis-script.ts';
import { withoutChanges } from './reports.ts';
import {
  hashOf,
  orderFields,
  progressField,
  type RunNotification,
  recordOf,
  TIMES_FIELD,
  withChanges,
} from './run-record.ts';
import { BEGIN, FINISH, HAND_BACK, RENEW_LEASE, REQUEST } from './run-scripts.ts';

type Running = Extract<RunRecord, { state: 'running' }>;

/** Who may end a run: see FINISH. */
export type Claim = { readonly token: string } | 'queued' | 'lost';

/** The records and leases of runs in Redis. Every change is one atomic script. */
export class RunStore {
  readonly #redis: Redis;
  readonly #keys: RedisKeys;
  readonly #onUnreadable: (runId: string) => void;

  /**
   * @param redis decides whether a call fails or waits while Redis is away
   * @param onUnreadable called for a record that cannot be parsed; may be called several times for the same one
   */
  constructor(redis: Redis, keys: RedisKeys, onUnreadable: (runId: string) => void) {
    this.#redis = redis;
    this.#keys = keys;
    this.#onUnreadable = onUnreadable;
  }

  async request(runId: string, order: RunOrder, startAfterNow: boolean): Promise<RunTicket> {
    return (await this.#request([], runId, order, startAfterNow)).ticket;
  }

  /** Undefined: a run was requested with this key before. */
  async requestOnce(key: string, runId: string, order: RunOrder): Promise<RunTicket | undefined> {
    const { ticket, how } = await this.#request([this.#keys.used(key)], runId, order, true);
    return how === 'repeated' ? undefined : ticket;
  }

  async #request(usedKeys: readonly string[], runId: string, order: RunOrder, startAfterNow: boolean) {
    const { mode, trigger, mapping = '' } = order;
    const now = new Date().toISOString();
    const args = [
      runId,
      startAfterNow ? 1 : 0,
      mode,
      trigger,
      now,
      USED_MS,
      mapping,
      MAX_OPEN_RUNS,
      ...orderFields(order),
    ];
    const answer = await this.#runScript(usedKeys, REQUEST, args);
    const [id, how] = Array.isArray(answer) ? answer.map(String) : [];
    if (id === undefined) throw new Error(`Unexpected answer of Redis to a request: ${JSON.stringify(answer)}`);
    if (how === 'full') throw new QueueUnavailable(TOO_MANY_PLANS, TOO_MANY_PLANS_RETRY_S);
    return { ticket: { runId: id, joined: how === 'joined' }, how };
  }

  /** `begun`, or why the run may not begin (now): see BEGIN. */
  async begin(runId: string, token: string, leaseMs: number): Promise<string> {
    return String(await this.#run(BEGIN, runId, token, leaseMs, new Date().toISOString()));
  }

  /** Renews the lease: see RENEW_LEASE. */
  async renewLease(record: Running, token: string, leaseMs: number): Promise<string> {
    return String(await this.#run(RENEW_LEASE, record.runId, token, leaseMs, ...hashOf(record)));
  }

  /** Writes the progress of a kind and notifies all replicas. @param position the kind's index: see `progressField` */
  async progress(runId: string, progress: KindProgress, position: number): Promise<void> {
    await this.#tell({ type: 'progress', runId, progress }, progressField(progress, position));
  }

  /** The same with the times of a run. */
  async times(runId: string, times: RunTimes): Promise<void> {
    await this.#tell({ type: 'times', runId, times }, [TIMES_FIELD, JSON.stringify(times)]);
  }

  async #tell(notification: RunNotification, [field, value]: readonly [string, string]): Promise<void> {
    await this.#redis
      .multi()
      .hset(this.#keys.runs + notification.runId, field, value)
      .publish(this.#keys.channel, JSON.stringify(notification))
      .exec();
  }

  /** `done`, or why not: see FINISH. @param record written again if Redis has lost it */
  async finish(runId: string, claim: Claim, report: RunReport, record?: Running): Promise<string> {
    const notification: RunNotification = { type: 'finished', runId };
    return String(
      await this.#run(
        FINISH,
        runId,
        typeof claim === 'string' ? claim : claim.token,
        Date.now(),
        JSON.stringify(withoutChanges(report)),
        report.changes === undefined ? '' : JSON.stringify(report.changes),
        JSON.stringify(notification),
        KEPT_RUNS,
        KEPT_RUNS_MS,
        KEPT_CHANGES,
        ...(record === undefined ? [] : hashOf(record)),
      ),
    );
  }

  /** False: another worker has the run by now. */
  async handBack(runId: string, token: string): Promise<boolean> {
    return (await this.#run(HAND_BACK, runId, token)) === 'done';
  }

  /** Undefined: there is none, or it cannot be parsed (then `onUnreadable` is called). */
  async find(runId: string): Promise<RunRecord | undefined> {
    // The record goes first: what has ended by then has its changes, which are written together with its end.
    const record = await this.#read(runId);
    if (record?.state !== 'finished') return record;
    const changes = await this.#redis.get(`${this.#keys.runs}${runId}:changes`).catch(nullForWrongType);
    return { ...record, report: withChanges(record.report, changes) };
  }

  /** The newest first, without the changes of their reports. Records that cannot be parsed are left out. */
  async list(limit: number): Promise<readonly RunRecord[]> {
    if (limit <= 0) return [];
    const ids = await this.#redis.zrevrange(this.#keys.index, 0, limit - 1);
    const records = await Promise.all(ids.map((id) => this.#read(id)));
    return records.filter((record) => record !== undefined);
  }

  async #read(runId: string): Promise<RunRecord | undefined> {
    const hash = await this.#redis.hgetall(this.#keys.runs + runId).catch(nullForWrongType);
    const record = hash === null ? undefined : recordOf(runId, hash);
    // A hash without fields: the record was dropped a moment ago.
    const isThere = hash === null || Object.keys(hash).length > 0;
    if (record === undefined && isThere) this.#onUnreadable(runId);
    return record;
  }

  /** Runs that have not finished. */
  async open(): Promise<readonly string[]> {
    return this.#redis.smembers(this.#keys.open);
  }

  /** Takes a run without a record off the list of unfinished ones. */
  async close(runId: string): Promise<void> {
    await this.#redis.srem(this.#keys.open, runId);
  }

  /** The run that a worker executes now. */
  async leased(): Promise<string | undefined> {
    return (await this.#redis.get(this.#keys.lease))?.split(' ')[0];
  }

  /** The run that was begun and has not ended; its worker may have died. */
  async running(): Promise<RunRecord | undefined> {
    const runId = await this.#redis.get(this.#keys.running);
    return runId === null ? undefined : this.find(runId);
  }

  /** Keeps what people are told about the status. @returns what was kept before */
  async exchangeTold(told: string): Promise<string | null> {
    const answers = await this.#redis.multi().get(this.#keys.told).set(this.#keys.told, told).exec();
    const [failure, before] = answers?.[0] ?? [];
    if (failure) throw failure;
    return typeof before === 'string' ? before : null;
  }

  #run(script: RedisScript, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.#runScript([], script, args);
  }

  async #runScript(more: readonly string[], script: RedisScript, args: readonly (string | number)[]): Promise<unknown> {
    const { waiting, running, lease, index, open, finished, sequence, generation, runs, channel } = this.#keys;
    const keys = [waiting, running, lease, index, open, finished, sequence, generation, ...more];
    return script.run(this.#redis, keys, [runs, channel, ...args]);
  }
}
