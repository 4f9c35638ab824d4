import type { Governor } from './governor.ts';
import { DEFAULT_POLICY, type FailedAttempt, isThrottled, networkRetryDelay, nextDelay } from './retry.ts';

/**
 * Called after a failed attempt: waits for the right time and returns true when the caller should try again. False: give
 * up. Throws the signal's reason when aborted.
 */
export type Retrier = (failed: Omit<FailedAttempt, 'hostAnswered'>) => Promise<boolean>;

/** Called when we wait for the network, with how long at most. */
export type OnNetworkWait = (leftMs: number) => void;

/** Counts and times the attempts of one thing: a request, or one item of a bulk request. */
export function createRetrier(
  governor: Governor,
  signal: AbortSignal,
  attempts = DEFAULT_POLICY.attempts,
): (failed: Parameters<Retrier>[0], onNetworkWait?: OnNetworkWait) => Promise<boolean> {
  let failures = 0;
  let throttles = 0;
  let waits = 0;
  return async (attempt, onNetworkWait) => {
    const { answered, networkWaitMs } = governor.state();
    const failed: FailedAttempt = { ...attempt, hostAnswered: answered };
    const pause = attempts > 1 ? networkRetryDelay(++waits, failed, networkWaitMs, Math.random) : undefined;
    if (pause !== undefined) {
      onNetworkWait?.(networkWaitMs);
      await governor.waitForRetry(pause, 'self', signal);
      return true;
    }
    // A rate limit says nothing about the request itself, so it is counted apart (unless only one attempt is wanted).
    const throttled = isThrottled(failed);
    const budget = throttled && attempts > 1 ? Math.max(attempts, DEFAULT_POLICY.attempts) : attempts;
    const count = throttled ? ++throttles : ++failures;
    const delay = nextDelay(count, failed, { ...DEFAULT_POLICY, attempts: budget }, Math.random);
    if (delay === 'stop') return false;
    await governor.waitForRetry(delay, throttled || failed.retryAfterMs !== undefined ? 'host' : 'self', signal);
    return true;
  };
}
