import { LaneBook } from './lane-book.ts';
import type { Traffic } from './ports.ts';
import type { RunTimes } from './run-times.ts';
import { WaitBook } from './wait-book.ts';

/** How often the times are told while work goes on. */
const TELL_EVERY_MS = 500;

/** Measures where the time of a run goes, and tells it while the run goes on. */
export class RunTiming {
  readonly lanes: LaneBook;
  readonly #waits: WaitBook;
  readonly #now: () => number;
  readonly #tell: (times: RunTimes) => void;
  readonly #unwatch: () => void;
  #toldAt = 0;

  constructor(
    now: () => Date,
    tell: (times: RunTimes) => void = () => undefined,
    traffic?: Pick<Traffic, 'watchWaits'>,
  ) {
    this.#now = () => now().getTime();
    this.#tell = tell;
    this.#waits = new WaitBook(this.#now());
    this.lanes = new LaneBook(this.#now, () => this.#changed());
    const unwatch = traffic?.watchWaits?.((wait) => {
      this.#waits.note(wait);
      // Nothing else may happen for as long as it lasts.
      if (wait.to === null) this.#tell(this.times());
    });
    this.#unwatch = unwatch ?? (() => undefined);
  }

  times(): RunTimes {
    const { more } = this.#waits;
    const times = { lanes: this.lanes.list(), waited: this.#waits.list() };
    return more === 0 ? times : { ...times, waitedMore: more };
  }

  /** Ends the measuring. @returns the times; what is still under way ends now */
  end(): RunTimes {
    this.#unwatch();
    const to = new Date(this.#now()).toISOString();
    const { lanes, waited, ...more } = this.times();
    return {
      lanes: lanes.map((lane) => ({ ...lane, endedAt: lane.endedAt ?? to })),
      waited: waited.map((wait) => ({ ...wait, to: wait.to ?? to })),
      ...more,
    };
  }

  #changed(): void {
    const now = this.#now();
    if (Math.abs(now - this.#toldAt) < TELL_EVERY_MS) return;
    this.#toldAt = now;
    this.#tell(this.times());
  }
}
