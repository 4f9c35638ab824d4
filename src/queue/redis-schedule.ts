import type { Queue } from 'bullmq';

/** The name of the one schedule that there is. */
const RESYNC = 'resync';

/** A tick that is this late has been lost. */
const LATE_MS = 60_000;

/** When resyncs are due: a BullMQ scheduler, shared by all replicas. */
export class RedisSchedule {
  readonly #ticks: Queue;
  /** What this replica was told; undefined: nothing yet. */
  #everyMs: number | null | undefined;
  #isApplied = false;

  constructor(ticks: Queue) {
    this.#ticks = ticks;
  }

  get isOn(): boolean {
    return typeof this.#everyMs === 'number';
  }

  /** Remembers what is wanted. `apply` carries it into Redis. */
  want(everyMs: number | null): void {
    this.#everyMs = everyMs;
    this.#isApplied = false;
  }

  /** Makes Redis have what is wanted. An equal schedule keeps its next due time. */
  async apply(): Promise<void> {
    const everyMs = this.#everyMs;
    if (everyMs === undefined) return;
    if (everyMs === null) {
      await this.#ticks.removeJobScheduler(RESYNC);
    } else {
      await this.#ticks.upsertJobScheduler(
        RESYNC,
        // Without a start date the first tick of a new schedule would come at once.
        { every: everyMs, startDate: Date.now() + everyMs },
        { name: 'tick', opts: { removeOnComplete: true, removeOnFail: { count: 20 } } },
      );
    }
    this.#isApplied = this.#everyMs === everyMs;
  }

  /**
   * Applies what could not be applied before, and puts a schedule back that Redis has lost. One that another replica has
   * changed is left alone.
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
