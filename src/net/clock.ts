/** Time, so that tests need no waiting. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Throws the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = { now: Date.now, sleep };

/**
 * A clock's milliseconds, counted on where the clock is set back: who waits for a moment would else wait for as long
 * again as the clock was set back.
 */
export function steadily(clock: Clock): () => number {
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
