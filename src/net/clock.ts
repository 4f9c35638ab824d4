/** The source of time. Tests give a virtual one and do not wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Throws the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = { now: () => Date.now(), sleep };

/**
 * The clock's milliseconds as a counter that never goes back. When the system clock is set back, the counter keeps its
 * value and counts on from there, so that nobody waits longer because of it.
 */
export function monotonic(clock: Clock): () => number {
  let latest = clock.now();
  let lost = 0;
  return () => {
    const now = clock.now();
    lost += Math.max(0, latest - now);
    latest = now;
    return now + lost;
  };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    function abort(): void {
      clearTimeout(timer);
      reject(signal.reason);
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}
