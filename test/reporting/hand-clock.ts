import type { Clock } from '../../src/net/clock.ts';

export interface HandClock extends Clock {
  /** Lets time pass and wakes whoever slept that long. */
  advance(ms: number): void;
  /** How many sleep now. */
  sleepers(): number;
}

/** A clock that begins at the present and stands still until it is told to go on. */
export function handClock(): HandClock {
  let time = Date.now();
  const sleeping = new Set<{ readonly at: number; wake(): void }>();
  return {
    now: () => time,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        const sleeper = { at: time + ms, wake: resolve };
        sleeping.add(sleeper);
        signal.addEventListener('abort', () => {
          sleeping.delete(sleeper);
          reject(signal.reason);
        });
        if (signal.aborted) reject(signal.reason);
      });
    },
    advance(ms) {
      time += ms;
      for (const sleeper of [...sleeping].filter(({ at }) => at <= time)) {
        sleeping.delete(sleeper);
        sleeper.wake();
      }
    },
    sleepers: () => sleeping.size,
  };
}
