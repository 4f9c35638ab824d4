import { randomUUID } from 'node:crypto';
import type { Queue } from 'bullmq';
import { messageOf } from '../core/errors.ts';
import type { Connections, QueueLog } from './redis-connections.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLive } from './redis-live.ts';
import type { RedisSchedule } from './redis-schedule.ts';
import { LOST, shortReport } from './reports.ts';
import type { RunStore } from './run-store.ts';

export interface UpkeepParts {
  readonly redis: Connections;
  readonly keys: RedisKeys;
  readonly runs: Queue;
  readonly store: RunStore;
  readonly live: RedisLive;
  readonly schedule: RedisSchedule;
  /** Puts the job of a run into BullMQ; it does nothing when it is there. */
  readonly enlist: (runId: string) => Promise<void>;
  /** Redis has lost its data, and what waited in it. Told by every replica that knew the data, with a name for the new. */
  readonly onDataLost: (generation: string) => Promise<void>;
  readonly log: QueueLog;
  readonly everyMs: number;
}

/** Puts right, every few seconds, what a crash or a flushed Redis leaves behind. Every replica does. */
export class Upkeep {
  readonly #parts: UpkeepParts;
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;
  #isClosed = false;
  /** The generation of the data that this replica knows. */
  #generation: string | undefined;
  #isGone = false;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    parts.redis.quick.on('ready', () => void this.#loop());
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #loop(): Promise<void> {
    const { redis, log, everyMs } = this.#parts;
    if (this.#isBusy || this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#isBusy = true;
    try {
      if (redis.quick.status === 'ready') await this.#round();
    } catch (error) {
      if (!this.#isClosed) log('debug', `The queue's upkeep failed: ${messageOf(error)}`, {});
    }
    this.#isBusy = false;
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#loop(), everyMs);
  }

  async #round(): Promise<void> {
    const { runs, store, live, schedule } = this.#parts;
    await runs.setGlobalConcurrency(1);
    await schedule.recover();
    await this.#watchData();
    for (const runId of await store.open()) await this.#look(runId);
    await live.recover();
  }

  /**
   * Notices when Redis has lost its data. No run begins until a new generation is named, and that takes a round: a worker
   * with a run in progress has said so by then, and two runs at once are avoided.
   */
  async #watchData(): Promise<void> {
    const { redis, keys, onDataLost, log } = this.#parts;
    const isGone = (await redis.quick.exists(keys.generation)) === 0;
    const isNews = isGone && !this.#isGone && this.#generation !== undefined;
    this.#isGone = isGone;
    if (isNews) return;
    await redis.quick.set(keys.generation, randomUUID(), 'NX');
    const generation = await redis.quick.get(keys.generation);
    if (generation === null) return;
    if (this.#generation !== undefined && generation !== this.#generation) {
      log('warn', 'Redis has lost its data. Schedules are put back; a resync makes up for what was waiting.', {});
      await onDataLost(generation);
    }
    this.#generation = generation;
  }

  /** Brings a run that has not finished together with its job. */
  async #look(runId: string): Promise<void> {
    const { runs, store, enlist, log } = this.#parts;
    const job = await runs.getJobState(runId);
    if (job !== 'unknown' && job !== 'completed' && job !== 'failed') return;
    const record = await store.find(runId);
    if (record === undefined && job === 'unknown') await store.close(runId);
    if (record === undefined || record.state === 'finished' || (await store.leased()) === runId) return;
    if (job === 'unknown') {
      await enlist(runId);
      return;
    }
    const times = { startedAt: record.requestedAt, finishedAt: new Date().toISOString() };
    const outcome = await store.finish(runId, 'lost', shortReport(runId, record.order, LOST, times));
    if (outcome === 'done') log('error', 'A run was lost.', { runId });
  }
}
