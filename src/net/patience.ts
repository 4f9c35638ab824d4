import type { Governor } from './governor.ts';
import { DEFAULT_POLICY, type FailedAttempt, isThrottled, networkPause, nextDelay } from './retry.ts';

/**
 * Told how an attempt failed, waits as long as is due before the next one. False: there is to be no next one.
 * Throws the signal's reason when aborted.
 */
export type Patience = (failed: Omit<FailedAttempt, 'hostAnswered'>) => Promise<boolean>;

/** Told that the network is waited for, and how long at most. */
export type OnNetworkWait = (leftMs: number) => void;

/** The patience with one thing that is tried several times, be it a request or a part of what a request carried. */
export function createPatience(
  governor: Governor,
  signal: AbortSignal,
  attempts = DEFAULT_POLICY.attempts,
): (failed: Parameters<Patience>[0], onNetworkWait?: OnNetworkWait) => Promise<boolean> {
  let failures = 0;
  let throttles = 0;
  let waits = 0;
  return async (attempt, onNetworkWait) => {
    const { answered, networkPatienceMs } = governor.state();
    const failed: FailedAttempt = { ...attempt, hostAnswered: answered };
    const pause = attempts > 1 ? networkPause(++waits, failed, networkPatienceMs, Math.random) : undefined;
    if (pause !== undefined) {
      onNetworkWait?.(networkPatienceMs);
      await governor.retryAfter(pause, 'self', signal);
      return true;
    }
    // Being told to wait says nothing about the request, so it has a budget of its own (unless one attempt was asked for).
    const throttled = isThrottled(failed);
    const budget = throttled && attempts > 1 ? Math.max(attempts, DEFAULT_POLICY.attempts) : attempts;
    const count = throttled ? ++throttles : ++failures;
    const delay = nextDelay(count, failed, { ...DEFAULT_POLICY, attempts: budget }, Math.random);
    if (delay === 'stop') return false;
    await governor.retryAfter(delay, throttled || failed.askedMs !== undefined ? 'host' : 'self', signal);
    return true;
  };
}
