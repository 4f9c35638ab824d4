import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
/** For how long the longest delay counts, at least. */
const WINDOW_MS = 60_000;

/** Measures how long the event loop was blocked. While it is, no request is answered and no lease is renewed. */
export interface EventLoopMonitor {
  /** The longest delay of the last minute, or since the previous call if that is longer ago, in milliseconds. */
  longestMs(): number;
}

/** Starts measuring the event loop of this thread. It does not keep the process alive. */
export function monitorEventLoop(): EventLoopMonitor {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let since = performance.now();
  let longestBefore = 0;
  /** Node measures the time between two ticks of its timer, so the timer's own period is subtracted. */
  const longestNow = () => Math.max(0, delays.max / 1e6 - RESOLUTION_MS);
  return {
    longestMs() {
      const longest = Math.max(longestBefore, longestNow());
      if (performance.now() - since >= WINDOW_MS) {
        longestBefore = longestNow();
        delays.reset();
        since = performance.now();
      }
      return longest;
    },
  };
}
