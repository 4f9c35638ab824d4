import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
/** How long the longest turn is remembered at least. */
const REMEMBERED_MS = 60_000;

/** Knows how long the event loop stood still: meanwhile no request is answered, and no lock is renewed. */
export interface LoopWatch {
  /** The longest turn of the last minute, or since the call before, if that is longer ago; in milliseconds. */
  longestMs(): number;
  /** Forgets what was. */
  reset(): void;
  stop(): void;
}

/** Watches the event loop of this thread from now on. It keeps no process alive. */
export function watchEventLoop(): LoopWatch {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let since = performance.now();
  let before = 0;
  /** What is measured is the time between two looks. */
  const now = () => Math.max(0, delays.max / 1e6 - RESOLUTION_MS);
  return {
    longestMs() {
      const longest = Math.max(before, now());
      if (performance.now() - since >= REMEMBERED_MS) {
        before = now();
        delays.reset();
        since = performance.now();
      }
      return longest;
    },
    reset() {
      before = 0;
      delays.reset();
      since = performance.now();
    },
    stop: () => void delays.disable(),
  };
}
