import type { WaitReason } from '../core/run-times.ts';
import type { Clock } from './clock.ts';

/** A wait, in epoch milliseconds. */
export interface HostWait {
  readonly reason: WaitReason;
  readonly from: number;
  /** null: it goes on. */
  readonly to: number | null;
}

/** The waits of one host's requests: they end, are told, and are counted. */
export class HostWaits {
  readonly #clock: Clock;
  readonly #now: () => number;
  readonly #tell: (wait: HostWait) => void;
  #timer: { readonly at: number; readonly stop: AbortController } | undefined;
  /** How many requests pause before they are sent again, and since when. Several at the same time are one wait. */
  #pausing = 0;
  #pausingSince = 0;
  #waitedMs = 0;

  /** @param now a counter of milliseconds that never goes back @param tell called when a wait begins, and when it is over */
  constructor(clock: Clock, now: () => number, tell: (wait: HostWait) => void = () => undefined) {
    this.#clock = clock;
    this.#now = now;
    this.#tell = tell;
  }

  /** The time in which requests waited together. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** Calls `wake` at this time; one call is enough for several who wait. @param reason undefined: it is not told */
  wakeAt(at: number, reason: WaitReason | undefined, wake: () => void): void {
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.stop.abort();
    const timer = { at, stop: new AbortController() };
    this.#timer = timer;
    const since = this.#now();
    const from = this.#clock.now();
    if (reason) this.#tell({ reason, from, to: null });
    const end = () => {
      if (reason) this.#tell({ reason, from, to: this.#clock.now() });
      this.#waitedMs += this.#now() - since;
      if (this.#timer !== timer) return;
      this.#timer = undefined;
      wake();
    };
    this.#clock.sleep(at - since, timer.stop.signal).then(end, end);
  }

  /** Nobody waits together any more. The timer would keep the process alive. */
  stop(): void {
    this.#timer?.stop.abort();
  }

  /** The wait of a single request. @throws the signal's reason when aborted */
  async pauseAlone(ms: number, signal: AbortSignal): Promise<void> {
    const reason = 'retry pause';
    if (this.#pausing === 0) {
      this.#pausingSince = this.#clock.now();
      this.#tell({ reason, from: this.#pausingSince, to: null });
    }
    this.#pausing += 1;
    try {
      await this.#clock.sleep(ms, signal);
    } finally {
      this.#pausing -= 1;
      if (this.#pausing === 0) this.#tell({ reason, from: this.#pausingSince, to: this.#clock.now() });
    }
  }
}
