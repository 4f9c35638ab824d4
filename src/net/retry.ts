import type { HttpProblem } from './http-failure.ts';

export interface RetryPolicy {
  /** How often a request is tried in all. */
  readonly attempts: number;
  readonly baseMs: number;
  readonly capMs: number;
  /** The longest wait that a host may ask for. */
  readonly maxAskedMs: number;
}

export const DEFAULT_POLICY: RetryPolicy = { attempts: 5, baseMs: 300, capMs: 30_000, maxAskedMs: 600_000 };

/** How an attempt failed, as far as it matters for trying again. */
export interface FailedAttempt {
  readonly problem: HttpProblem;
  readonly status?: number | undefined;
  /** How long the host asked us to wait. */
  readonly askedMs?: number | undefined;
  readonly repeatable: boolean;
  /** Whether this host ever answered anything: a mistyped URL has to fail within seconds. */
  readonly hostAnswered: boolean;
}

/** A timeout has cost half a minute already, and the next attempt may cost as much. */
const SHARE_FOR_TIMEOUTS = 0.4;
const ATTEMPTS_AT_A_STRANGER = 2;
const CAP_AT_A_STRANGER_MS = 500;
const FIRST_PAUSE_FOR_A_NETWORK_MS = 500;
const LONGEST_PAUSE_FOR_A_NETWORK_MS = 5000;

/** Not done and never will be: sending it again changes nothing. */
const SERVER_CANNOT: ReadonlySet<number> = new Set([501, 505, 506, 508, 510, 511]);

/**
 * Whether a status tells of a state that passes, so that the same may well be done when it is sent again. The one
 * definition: for the answer to a request, and for an item inside an answer.
 */
export function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && !SERVER_CANNOT.has(status));
}

/** Whether it is not known what became of a request: it may have been carried out although its answer did not arrive. */
export function isUnclear({ problem, status }: Pick<FailedAttempt, 'problem' | 'status'>): boolean {
  switch (problem) {
    case 'status':
      return isTransient(status ?? 0);
    case 'timeout':
    case 'reset':
    case 'malformed':
    case 'too_large':
      return true;
    case 'unreachable':
    case 'tls':
    case 'proxy':
      return false;
  }
}

/** Whether the host only asked for patience: it did nothing, and it says nothing about the request itself. */
export function isThrottled(failed: FailedAttempt): boolean {
  return failed.status === 429 || (failed.status === 503 && failed.askedMs !== undefined);
}

/**
 * How long to wait before the next attempt, in milliseconds, or `stop`. `attempt` counts from 1: the one that just failed.
 * Exponential with full jitter; a host's own wish is honoured in full up to `maxAskedMs`.
 */
export function nextDelay(
  attempt: number,
  failed: FailedAttempt,
  policy: RetryPolicy,
  random: () => number,
): number | 'stop' {
  const stranger = !failed.hostAnswered && failed.problem !== 'status';
  const budget = failed.problem === 'timeout' ? Math.ceil(policy.attempts * SHARE_FOR_TIMEOUTS) : policy.attempts;
  const attempts = stranger ? Math.min(budget, ATTEMPTS_AT_A_STRANGER) : budget;
  if (attempt >= attempts || !mayRetry(failed)) return 'stop';
  const cap = stranger ? Math.min(CAP_AT_A_STRANGER_MS, policy.capMs) : policy.capMs;
  const backoff = Math.round(random() * Math.min(cap, policy.baseMs * 2 ** (attempt - 1)));
  return Math.max(backoff, Math.min(failed.askedMs ?? 0, policy.maxAskedMs));
}

/** Whether a status is what something on the way says in place of a host that it cannot reach. */
export function isFromTheWay(status: number): boolean {
  return status >= 502 && status <= 504;
}

/**
 * How long to wait for a host that was never reached and whose network may not be there yet: a name that does not resolve,
 * a proxy beside us that has not started. Undefined: it is not waited for, or not any more.
 * @param leftMs how long it is still waited for
 */
export function networkPause(
  attempt: number,
  failed: FailedAttempt,
  leftMs: number,
  random: () => number,
): number | undefined {
  if (leftMs <= 0 || !mayRetry(failed) || !isNetworkMissing(failed)) return undefined;
  const pause = Math.min(LONGEST_PAUSE_FOR_A_NETWORK_MS, FIRST_PAUSE_FOR_A_NETWORK_MS * 2 ** (attempt - 1));
  return Math.min(leftMs, Math.round(pause * (1 - random() / 2)));
}

function isNetworkMissing({ problem, status, askedMs }: FailedAttempt): boolean {
  if (problem === 'status') return isFromTheWay(status ?? 0) && askedMs === undefined;
  return problem === 'unreachable' || problem === 'reset';
}

function mayRetry(failed: FailedAttempt): boolean {
  switch (failed.problem) {
    case 'status':
      return isTransient(failed.status ?? 0) && (failed.repeatable || isThrottled(failed));
    case 'unreachable':
      return true; // No connection was made, so nothing can have been done.
    case 'timeout':
    case 'reset':
    case 'malformed':
      return failed.repeatable;
    case 'tls':
    case 'proxy':
    case 'too_large':
      return false;
  }
}
