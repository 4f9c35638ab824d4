import type { HttpFailureReason } from './http-failure.ts';

export interface RetryPolicy {
  /** How often a request is sent in all. */
  readonly attempts: number;
  readonly baseMs: number;
  readonly capMs: number;
  /** The longest Retry-After that is honoured. */
  readonly maxRetryAfterMs: number;
}

export const DEFAULT_POLICY: RetryPolicy = { attempts: 5, baseMs: 300, capMs: 30_000, maxRetryAfterMs: 600_000 };

/** A failed attempt, with what decides whether and when to try again. */
export interface FailedAttempt {
  readonly problem: HttpFailureReason;
  readonly status?: number | undefined;
  /** How long the host asked us to wait. Undefined: it did not. */
  readonly retryAfterMs?: number | undefined;
  readonly repeatable: boolean;
  /** Whether this host ever sent a response. If not, its URL may be mistyped, and the request has to fail within seconds. */
  readonly hostAnswered: boolean;
}

/** The share of the attempts that timeouts may use: each of them costs half a minute. */
const TIMEOUT_ATTEMPT_SHARE = 0.4;
const ATTEMPTS_BEFORE_FIRST_CONTACT = 2;
const MAX_BACKOFF_BEFORE_FIRST_CONTACT_MS = 500;
const FIRST_NETWORK_WAIT_MS = 500;
const LONGEST_NETWORK_WAIT_MS = 5000;

/** 5xx statuses that say that the server cannot do it at all: sending it again changes nothing. */
const PERMANENT_SERVER_STATUSES: ReadonlySet<number> = new Set([501, 505, 506, 508, 510, 511]);

/**
 * Whether a status tells of a passing failure, so that sending the same again may succeed. Used for responses and for the
 * items of a bulk response.
 */
export function isTransient(status: number): boolean {
  return (
    status === 408 || status === 425 || status === 429 || (status >= 500 && !PERMANENT_SERVER_STATUSES.has(status))
  );
}

/** Whether the host may have carried out the request although we got no response that says so. */
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

/** Whether the host refused because of its rate limit. It did nothing, and this says nothing about the request itself. */
export function isThrottled(failed: FailedAttempt): boolean {
  return failed.status === 429 || (failed.status === 503 && failed.retryAfterMs !== undefined);
}

/**
 * How long to wait before the next attempt, in milliseconds, or `stop`. `attempt` is the number of the one that just
 * failed, from 1. Exponential backoff with full jitter; a Retry-After is honoured up to `maxRetryAfterMs`.
 */
export function nextDelay(
  attempt: number,
  failed: FailedAttempt,
  policy: RetryPolicy,
  random: () => number,
): number | 'stop' {
  const isBeforeFirstContact = !failed.hostAnswered && failed.problem !== 'status';
  const budget = failed.problem === 'timeout' ? Math.ceil(policy.attempts * TIMEOUT_ATTEMPT_SHARE) : policy.attempts;
  const attempts = isBeforeFirstContact ? Math.min(budget, ATTEMPTS_BEFORE_FIRST_CONTACT) : budget;
  if (attempt >= attempts || !mayRetry(failed)) return 'stop';
  const cap = isBeforeFirstContact ? Math.min(MAX_BACKOFF_BEFORE_FIRST_CONTACT_MS, policy.capMs) : policy.capMs;
  const backoff = Math.round(random() * Math.min(cap, policy.baseMs * 2 ** (attempt - 1)));
  return Math.max(backoff, Math.min(failed.retryAfterMs ?? 0, policy.maxRetryAfterMs));
}

/** Whether a status is what a gateway or proxy answers for a host that it cannot reach. */
export function isGatewayStatus(status: number): boolean {
  return status >= 502 && status <= 504;
}

/**
 * How long to wait before the next attempt for a host that was never reached because the network is not ready: a name that
 * does not resolve yet, a sidecar proxy that has not started. Undefined: do not wait (any longer).
 * @param leftMs how much of the wait for the network is left
 */
export function networkRetryDelay(
  attempt: number,
  failed: FailedAttempt,
  leftMs: number,
  random: () => number,
): number | undefined {
  if (leftMs <= 0 || !mayRetry(failed) || !isNetworkMissing(failed)) return undefined;
  const pause = Math.min(LONGEST_NETWORK_WAIT_MS, FIRST_NETWORK_WAIT_MS * 2 ** (attempt - 1));
  return Math.min(leftMs, Math.round(pause * (1 - random() / 2)));
}

function isNetworkMissing({ problem, status, retryAfterMs: askedMs }: FailedAttempt): boolean {
  if (problem === 'status') return isGatewayStatus(status ?? 0) && askedMs === undefined;
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
