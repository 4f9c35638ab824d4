import { get } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';

interface Patience {
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Waits before it asks, so that nothing is asked for each letter. */
  readonly afterMs?: number;
  /** The service has asked to come back later. */
  readonly onWait?: (seconds: number) => void;
}

/** How often it comes back before it gives up. */
const MAX_TRIES = 5;

/** Asks, and comes back when the service says so (429). */
export async function patientGet<T>(path: string, { query, signal, afterMs = 0, onWait }: Patience): Promise<T> {
  if (afterMs > 0) await pause(afterMs, signal);
  for (let tries = 1; ; tries += 1) {
    try {
      return await get<T>(path, { signal, ...(query && { query }) });
    } catch (error) {
      const wait = error instanceof ApiProblem && error.status === 429 ? (error.retryAfterSeconds ?? 2) : undefined;
      if (wait === undefined || tries >= MAX_TRIES) throw error;
      onWait?.(wait);
      await pause(wait * 1_000, signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
