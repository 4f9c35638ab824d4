import type { Redis } from 'ioredis';
import type { KindProgress } from '../core/ports.ts';
import type { RunReport } from '../core/report.ts';
import type { RunOrder, RunRecord, RunTicket } from '../core/run-queue.ts';
import { KEPT_CHANGES, KEPT_RUNS, KEPT_RUNS_MS, USED_MS } from './limits.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisScript } from './redis-script.ts';
import { withoutChanges } from './reports.ts';
import { hashOf, type News, progressField, recordOf, wants } from './run-record.ts';
import { BEAT, BEGIN, FINISH, HAND_BACK, REQUEST } from './run-scripts.ts';

type Running = Extract<RunRecord, { state: 'running' }>;

/** Who may end a run: see FINISH. */
export type Claim = { readonly token: string } | 'queued' | 'lost';

/** The records of runs in Redis, and who may carry out which. Every change is one step, whoever else is at it. */
export class RunStore {
  readonly #redis: Redis;
  readonly #keys: RedisKeys;
  readonly #onUnreadable: (runId: string) => void;

  /**
   * @param redis decides whether a call fails or waits while Redis is away
   * @param onUnreadable told of a record that is there and is none of ours; more than once for the same one
   */
  constructor(redis: Redis, keys: RedisKeys, onUnreadable: (runId: string) => void) {
    this.#redis = redis;
    this.#keys = keys;
    this.#onUnreadable = onUnreadable;
  }

  async request(runId: string, order: RunOrder, startAfterNow: boolean): Promise<RunTicket> {
    return (await this.#request([], runId, order, startAfterNow)).ticket;
  }

  /** Undefined: somebody asked with this key before. */
  async requestOnce(key: string, runId: string, order: RunOrder): Promise<RunTicket | undefined> {
    const { ticket, how } = await this.#request([this.#keys.used(key)], runId, order, true);
    return how === 'repeated' ? undefined : ticket;
  }

  async #request(usedKeys: readonly string[], runId: string, order: RunOrder, startAfterNow: boolean) {
    const { mode, trigger } = order;
    const now = new Date().toISOString();
    const args = [runId, startAfterNow ? 1 : 0, mode, trigger, now, USED_MS, ...wants(order)];
    const answer = await this.#runWith(usedKeys, REQUEST, args);
    const [id, how] = Array.isArray(answer) ? answer.map(String) : [];
    if (id === undefined) throw new Error(`Unexpected answer of Redis to a request: ${JSON.stringify(answer)}`);
    return { ticket: { runId: id, joined: how === 'joined' }, how };
  }

  /** `begun`, or why the run may not be begun (now): see BEGIN. */
  async begin(runId: string, token: string, leaseMs: number): Promise<string> {
    return String(await this.#run(BEGIN, runId, token, leaseMs, new Date().toISOString()));
  }

  /** Renews the lease: see BEAT. */
  async beat(record: Running, token: string, leaseMs: number): Promise<string> {
    return String(await this.#run(BEAT, record.runId, token, leaseMs, ...hashOf(record)));
  }

  /** Writes the progress of the kind that began as the `place`-th and tells everybody. */
  async progress(runId: string, progress: KindProgress, place: number): Promise<void> {
    const news: News = { type: 'progress', runId, progress };
    await this.#redis
      .multi()
      .hset(this.#keys.runs + runId, ...progressField(progress, place))
      .publish(this.#keys.news, JSON.stringify(news))
      .exec();
  }

  /** `done`, or why not: see FINISH. @param record what to put back if Redis has lost it */
  async finish(runId: string, claim: Claim, report: RunReport, record?: Running): Promise<string> {
    const news: News = { type: 'finished', runId };
    return String(
      await this.#run(
        FINISH,
        runId,
        typeof claim === 'string' ? claim : claim.token,
        Date.now(),
        JSON.stringify(withoutChanges(report)),
        report.changes === undefined ? '' : JSON.stringify(report.changes),
        JSON.stringify(news),
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

  /** Undefined: there is none, or it cannot be read, which is told. */
  async find(runId: string): Promise<RunRecord | undefined> {
    return this.#read(runId, await this.#redis.get(`${this.#keys.runs}${runId}:changes`).catch(notOfThisType));
  }

  /** The newest first, without the changes of their reports. One that cannot be read is left out. */
  async list(limit: number): Promise<readonly RunRecord[]> {
    if (limit <= 0) return [];
    const ids = await this.#redis.zrevrange(this.#keys.index, 0, limit - 1);
    const records = await Promise.all(ids.map((id) => this.#read(id, null)));
    return records.filter((record) => record !== undefined);
  }

  async #read(runId: string, changes: string | null): Promise<RunRecord | undefined> {
    const hash = await this.#redis.hgetall(this.#keys.runs + runId).catch(notOfThisType);
    const record = hash === null ? undefined : recordOf(runId, hash, changes);
    // No fields: it was forgotten a moment ago.
    const isThere = hash === null || Object.keys(hash).length > 0;
    if (record === undefined && isThere) this.#onUnreadable(runId);
    return record;
  }

  /** Runs that have not finished. */
  async open(): Promise<readonly string[]> {
    return this.#redis.smembers(this.#keys.open);
  }

  /** A run that has no record (any more) is not open. */
  async close(runId: string): Promise<void> {
    await this.#redis.srem(this.#keys.open, runId);
  }

  /** Which run a worker carries out at this moment. */
  async leased(): Promise<string | undefined> {
    return (await this.#redis.get(this.#keys.lease))?.split(' ')[0];
  }

  /** The run that was begun and has not ended; its worker may have died. */
  async running(): Promise<RunRecord | undefined> {
    const runId = await this.#redis.get(this.#keys.running);
    return runId === null ? undefined : this.find(runId);
  }

  #run(script: RedisScript, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.#runWith([], script, args);
  }

  async #runWith(more: readonly string[], script: RedisScript, args: readonly (string | number)[]): Promise<unknown> {
    const { waiting, running, lease, index, open, finished, sequence, generation, runs, news } = this.#keys;
    const keys = [waiting, running, lease, index, open, finished, sequence, generation, ...more];
    return script.run(this.#redis, keys, [runs, news, ...args]);
  }
}

/** Something else lies where a record should be. @throws any other error */
function notOfThisType(error: unknown): null {
  if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return null;
  throw error;
}
