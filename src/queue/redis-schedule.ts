import type { Queue } from 'bullmq';

/** The id of BullMQ's job scheduler. There is only one. */
const RESYNC = 'resync';

/** A tick that is later than this was lost. */
const LATE_MS = 60_000;

/** The schedule of resyncs: a BullMQ job scheduler, shared by all replicas. */
export class RedisSchedule {
  readonly #ticks: Queue;
  /** The interval that this replica wants; null: no schedule; undefined: not set yet. */
  #everyMs: number | null | undefined;
  #isApplied = false;

  constructor(ticks: Queue) {
    this.#ticks = ticks;
  }

  get isOn(): boolean {
    return typeof this.#everyMs === 'number';
  }

  /** Sets the wanted interval. `apply` writes it to Redis. */
  want(everyMs: number | null): void {
    this.#everyMs = everyMs;
    this.#isApplied = false;
  }

  /** Writes the wanted interval to Redis. If it has not changed, the next due time stays. */
  async apply(): Promise<void> {
    const everyMs = this.#everyMs;
    if (everyMs === undefined) return;
    if (everyMs === null) {
      await this.#ticks.removeJobScheduler(RESYNC);
    } else {
      await this.#ticks.upsertJobScheduler(
        RESYNC,
        // Without a start date, BullMQ would run the first tick at once.
        { every: everyMs, startDate: Date.now() + everyMs },
        { name: 'tick', opts: { removeOnComplete: true, removeOnFail: { count: 20 } } },
      );
    }
    this.#isApplied = this.#everyMs === everyMs;
  }

  /**
   * Applies a schedule that could not be applied before, or that Redis has lost. A schedule that another replica has
   * changed stays as it is.
   */
  async recover(): Promise<void> {
    if (!this.#isApplied) await this.apply();
    if (typeof this.#everyMs !== 'number') return;
    const scheduler = await this.#ticks.getJobScheduler(RESYNC);
    const isLate = scheduler?.next !== undefined && scheduler.next < Date.now() - LATE_MS;
    if (scheduler === undefined || scheduler === null || isLate) await this.apply();
  }

  async next(): Promise<Date | null> {
    const scheduler = await this.#ticks.getJobScheduler(RESYNC);
    return scheduler?.next === undefined ? null : new Date(scheduler.next);
  }
}
