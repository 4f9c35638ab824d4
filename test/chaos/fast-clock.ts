import { type Clock, systemClock } from '../../src/net/clock.ts';

/** How many simulated milliseconds one real millisecond is. */
const SPEED = 1_000;

/** The clock of a simulated host: it runs fast, and somebody may set it. */
export interface FastClock extends Clock {
  /** Sets the host's clock forward, or back by a negative number. Who sleeps sleeps on. */
  jump(ms: number): void;
}

export function fastClock(): FastClock {
  const startedAt = performance.now();
  const epoch = Date.now();
  let offset = 0;
  return {
    now: () => Math.round(epoch + offset + (performance.now() - startedAt) * SPEED),
    jump(ms) {
      offset += ms;
    },
    sleep: (ms, signal) => systemClock.sleep(ms / SPEED, signal),
  };
}
