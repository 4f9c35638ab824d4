import { atMost } from '../queue/at-most.ts';

/** How long a service takes to stop, all its parts together; an orchestrator's patience often ends after 10 s. */
export const STOP_MS = 8_500;

/** One end for everything that has to be done before it; what takes longer is left. */
export class Deadline {
  readonly #at: number;

  constructor(ms: number) {
    this.#at = performance.now() + ms;
  }

  /** @param reserveMs what is kept for those who come after */
  leftMs(reserveMs = 0): number {
    return Math.max(0, this.#at - reserveMs - performance.now());
  }

  /** Waits for work while there is time. False: it has not come to its end. */
  async wait(work: Promise<unknown>, reserveMs = 0): Promise<boolean> {
    return atMost(this.leftMs(reserveMs), work);
  }
}
