import { randomUUID } from 'node:crypto';
import type { Queue } from 'bullmq';
import { messageOf } from '../core/errors.ts';
import type { QueueLog, RedisConnections } from './redis-connections.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLiveEvents } from './redis-live-events.ts';
import type { RedisSchedule } from './redis-schedule.ts';
import { LOST, shortReport } from './reports.ts';
import type { RunStore } from './run-store.ts';

export interface MaintenanceOptions {
  readonly redis: RedisConnections;
  readonly keys: RedisKeys;
  readonly runs: Queue;
  readonly store: RunStore;
  readonly live: RedisLiveEvents;
  readonly schedule: RedisSchedule;
  /** Adds the job of a run to BullMQ. Does nothing when the job exists. */
  readonly enqueue: (runId: string) => Promise<void>;
  /** Called when Redis has lost its data, by every replica that knew the old data, with the generation of the new. */
  readonly onDataLost: (generation: string) => Promise<void>;
  readonly log: QueueLog;
  readonly everyMs: number;
}

/** Repairs, every few seconds, what a crash or a flushed Redis left behind. It runs in every replica. */
export class QueueMaintenance {
  readonly #options: MaintenanceOptions;
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;
  #isClosed = false;
  /** The generation of the data that this replica knows. */
  #generation: string | undefined;
  #isGone = false;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
    options.redis.failFast.on('ready', () => void this.#loop());
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #loop(): Promise<void> {
    const { redis, log, everyMs } = this.#options;
    if (this.#isBusy || this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#isBusy = true;
    try {
      if (redis.failFast.status === 'ready') await this.#round();
    } catch (error) {
      if (!this.#isClosed) log('debug', `Maintenance of the queue failed: ${messageOf(error)}`, {});
    }
    this.#isBusy = false;
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#loop(), everyMs);
  }

  async #round(): Promise<void> {
    const { runs, store, live, schedule } = this.#options;
    await runs.setGlobalConcurrency(1);
    await schedule.recover();
    await this.#detectDataLoss();
    for (const runId of await store.open()) await this.#checkJob(runId);
    await live.recover();
  }

  /**
   * Notices when Redis has lost its data. It writes the new generation only one round later, and no run starts before
   * that: in the meantime a worker with a run in progress renews its lease, so that no second run starts beside it.
   */
  async #detectDataLoss(): Promise<void> {
    const { redis, keys, onDataLost, log } = this.#options;
    const isGone = (await redis.failFast.exists(keys.generation)) === 0;
    const wasJustLost = isGone && !this.#isGone && this.#generation !== undefined;
    this.#isGone = isGone;
    if (wasJustLost) return;
    await redis.failFast.set(keys.generation, randomUUID(), 'NX');
    const generation = await redis.failFast.get(keys.generation);
    if (generation === null) return;
    if (this.#generation !== undefined && generation !== this.#generation) {
      log('warn', 'Redis has lost its data. Schedules are put back; a resync makes up for what was waiting.', {});
      await onDataLost(generation);
    }
    this.#generation = generation;
  }

  /** Repairs an unfinished run whose job is gone: adds the job again, or ends the run as lost. */
  async #checkJob(runId: string): Promise<void> {
    const { runs, store, enqueue, log } = this.#options;
    const job = await runs.getJobState(runId);
    if (job !== 'unknown' && job !== 'completed' && job !== 'failed') return;
    const record = await store.find(runId);
    if (record === undefined && job === 'unknown') await store.close(runId);
    if (record === undefined || record.state === 'finished' || (await store.leased()) === runId) return;
    if (job === 'unknown') {
      await enqueue(runId);
      return;
    }
    const times = { startedAt: record.requestedAt, finishedAt: new Date().toISOString() };
    const outcome = await store.finish(runId, 'lost', shortReport(runId, record.order, LOST, times));
    if (outcome === 'done') log('error', 'A run was lost.', { runId });
  }
}
