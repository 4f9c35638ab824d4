import { readFileSync } from 'node:fs';

const EVERY_MS = 2;

/** Knows how much processor time the longest turn of the event loop took; waiting for a busy machine does not count. */
export interface BusyWatch {
  longestMs(): number;
  reset(): void;
  stop(): void;
}

/** Watches the main thread, which has to be the caller's. Where the system does not tell processor time, time counts. */
export function watchBusyLoop(): BusyWatch {
  let longest = 0;
  let before = usedMs();
  const look = () => {
    const used = usedMs();
    longest = Math.max(longest, used - before);
    before = used;
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    longestMs() {
      look();
      return longest;
    },
    reset() {
      longest = 0;
      before = usedMs();
    },
    stop: () => clearInterval(timer),
  };
}

/** Processor time of the main thread so far (Linux), or else time. */
function usedMs(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return performance.now();
  }
}
