import type { Clock } from '../../src/net/clock.ts';

/** Lets everything run that needs no time. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A clock that goes on to the next moment at which something happens, as soon as nothing happens now. */
export interface VirtualTime extends Clock {
  /** Runs until `done` says so or nothing is left to wait for. @returns whether it was done */
  run(done: () => boolean): Promise<boolean>;
}

export function virtualTime(start = 1_700_000_000_000): VirtualTime {
  let time = start;
  let sleepers: { readonly at: number; wake(): void }[] = [];
  return {
    now: () => time,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        const sleeper = { at: time + ms, wake: resolve };
        sleepers.push(sleeper);
        function abort(): void {
          sleepers = sleepers.filter((each) => each !== sleeper);
          reject(signal.reason);
        }
        signal.addEventListener('abort', abort, { once: true });
      });
    },
    async run(done) {
      for (;;) {
        await settled();
        if (done()) return true;
        if (sleepers.length === 0) return false;
        const next = sleepers.reduce((earliest, each) => (each.at < earliest.at ? each : earliest));
        sleepers = sleepers.filter((each) => each !== next);
        time = Math.max(time, next.at);
        next.wake();
      }
    },
  };
}
