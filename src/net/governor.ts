import { setMaxListeners } from 'node:events';
import type { WaitReason } from '../core/run-times.ts';
import { type Clock, monotonic, systemClock } from './clock.ts';
import type { HttpFailureReason, Side } from './http-failure.ts';
import { type RateWindow, rateWindow, requestedWaitMs } from './rate-limit.ts';
import { isGatewayStatus } from './retry.ts';

/** The result of one attempt to send a request. */
export type AttemptOutcome =
  | { readonly type: 'answered'; readonly status: number; readonly headers: { readonly [name: string]: string } }
  | { readonly type: 'failed'; readonly problem: Exclude<HttpFailureReason, 'status'> }
  /** We cancelled it ourselves, so it says nothing about the host. */
  | { readonly type: 'aborted' };

export interface GovernorState {
  readonly side: Side;
  readonly requests: number;
  readonly retries: number;
  /** Time during which this host's requests waited for a rate limit. */
  readonly rateLimitWaitMs: number;
  /** How many requests may be in flight now. */
  readonly concurrency: number;
  /** The end of the current wait for this host's rate limit, in epoch milliseconds. Undefined when nobody waits. */
  readonly waitingUntil: number | undefined;
  /** Why; undefined when nobody waits. */
  readonly waitingFor: WaitReason | undefined;
  /** What is left of the host's allowance, as it last said; undefined: it does not say. Times are in epoch milliseconds. */
  readonly allowance: RateWindow | undefined;
  readonly lastSuccessAt: number | undefined;
  readonly lastFailure: { readonly at: number; readonly what: string } | undefined;
  /** Whether this host has sent an HTTP response since the process started. */
  readonly answered: boolean;
  /** How many milliseconds are left to wait for the network to this host. 0 once the host has been reached. */
  readonly networkWaitMs: number;
}

/** Limits concurrency and waits out rate limits for one host. Everything in the process that talks to the host shares it. */
export interface Governor {
  /** Waits until a request may be sent. Throws the signal's reason when aborted. */
  acquire(signal: AbortSignal): Promise<void>;
  /** Ends what `acquire` began, exactly once, and adapts to the outcome. */
  release(outcome: AttemptOutcome): void;
  /** Counts a retry and waits before it. `self`: only this request waits. `host`: every request waits in its next `acquire`. */
  waitForRetry(ms: number, who: 'self' | 'host', signal: AbortSignal): Promise<void>;
  /** Counts a request that was sent again at once because its kept-alive connection was dead. It does not `acquire` again. */
  countResend(): void;
  state(): GovernorState;
}

export interface GovernorOptions {
  readonly side: Side;
  /** How many requests may be in flight at most. */
  readonly concurrency: number;
  readonly minConcurrency?: number;
  /** The longest wait for a rate limit, in milliseconds, even if the host asks for more (default 10 min). */
  readonly maxWaitMs?: number;
  /** How long to wait for the network after the first failure, in milliseconds, while the host was never reached (default 0). */
  readonly networkWaitMs?: number;
  readonly clock?: Clock;
  /** Called with the outcome of every attempt, for metrics. */
  readonly onOutcome?: (outcome: AttemptOutcome) => void;
  /** Called when requests begin to wait, and when they have waited. */
  readonly onWait?: (wait: HostWait) => void;
}

/** A wait, in epoch milliseconds. */
export interface HostWait {
  readonly reason: WaitReason;
  readonly from: number;
  /** null: it goes on. */
  readonly to: number | null;
}

const SUCCESSES_TO_RECOVER = 20;
const DEFAULT_MAX_WAIT_MS = 600_000;
/** Hosts give the reset time in whole seconds and may round down, so the real reset can be almost a second later. */
const RESET_PRECISION_MS = 1000;
/** How long all requests wait after a 429 that does not say how long. */
const DEFAULT_429_PAUSE_MS = 500;

/** Credentials, permissions, and the rate limit. */
const REFUSALS: readonly number[] = [401, 403, 429];

interface Waiter {
  grant(): void;
}

/**
 * One governor per host; see Governor. It starts at full concurrency, halves it on 429, 503 and timeouts, and raises it by
 * one after a row of successes.
 */
export function createGovernor(options: GovernorOptions): Governor {
  const clock = options.clock ?? systemClock;
  const monotonicNow = monotonic(clock);
  const maxConcurrency = Math.max(1, options.concurrency);
  const minConcurrency = Math.min(maxConcurrency, Math.max(1, options.minConcurrency ?? 1));
  const maxWaitMs = options.maxWaitMs ?? DEFAULT_MAX_WAIT_MS;
  const waiters: Waiter[] = [];
  let allowed = maxConcurrency;
  let inFlight = 0;
  let successes = 0;
  /** Requests that were in flight when concurrency was last halved. If they fail too, it is not halved again. */
  let inFlightAtSlowdown = 0;
  let pausedUntil = 0;
  let pausedFor: WaitReason = 'rate limit';
  /** How many requests pause before they are sent again, and since when. Several at the same time are one wait. */
  let pausing = 0;
  let pausingSince = 0;
  let window: RateWindow | undefined;
  let pauseTimer: AbortController | undefined;
  let requests = 0;
  let retries = 0;
  let rateLimitWaitMs = 0;
  let hasAnswered = false;
  let hasReachedHost = false;
  let firstFailureAt: number | undefined;
  let allowance: RateWindow | undefined;
  let lastSuccessAt: number | undefined;
  let lastFailure: GovernorState['lastFailure'];

  function reserve(of: RateWindow): number {
    return Math.max(2, Math.ceil((of.limit ?? 0) * 0.02));
  }

  /**
   * Near the end of a rate window, no more requests are in flight than the window still allows, so that none gets a 429.
   * Only a response tells that the next window has begun, not the clock: until then one request at a time is sent.
   */
  function maxInFlight(): number {
    return window === undefined ? allowed : Math.min(allowed, Math.max(1, window.remaining - reserve(window)));
  }

  function pause(ms: number, reason: WaitReason): void {
    // One that is made longer keeps its reason.
    if (monotonicNow() >= pausedUntil) pausedFor = reason;
    pausedUntil = Math.max(pausedUntil, monotonicNow() + Math.min(ms, maxWaitMs));
  }

  function startWaiting(): void {
    const now = monotonicNow();
    while (now >= pausedUntil && inFlight < maxInFlight()) {
      const next = waiters.shift();
      if (next === undefined) return;
      inFlight += 1;
      requests += 1;
      next.grant();
    }
    if (now < pausedUntil && waiters.length > 0) waitForPause(now);
  }

  function waitForPause(from: number): void {
    if (pauseTimer !== undefined) return;
    pauseTimer = new AbortController();
    const wait = { reason: pausedFor, from: clock.now() };
    options.onWait?.({ ...wait, to: null });
    function wake(): void {
      pauseTimer = undefined;
      options.onWait?.({ ...wait, to: clock.now() });
      rateLimitWaitMs += monotonicNow() - from;
      startWaiting();
    }
    clock.sleep(pausedUntil - from, pauseTimer.signal).then(wake, wake);
  }

  function slowDown(wasInFlightAtSlowdown: boolean): void {
    successes = 0;
    if (wasInFlightAtSlowdown) return;
    allowed = Math.max(minConcurrency, Math.floor(allowed / 2));
    inFlightAtSlowdown = inFlight;
  }

  function adapt(status: number, headers: { readonly [name: string]: string }, wasInFlightAtSlowdown: boolean): void {
    const now = clock.now();
    hasAnswered = true;
    if (isGatewayStatus(status)) firstFailureAt ??= monotonicNow();
    else hasReachedHost = true;
    window = rateWindow(headers, now);
    allowance = window ?? allowance;
    if (window !== undefined && window.remaining <= reserve(window)) {
      pause(Math.max(window.resetAt - now, RESET_PRECISION_MS), 'allowance spent');
    }
    if (status === 429 || status === 503) {
      const askedMs = requestedWaitMs(status, headers, now);
      const reason = askedMs === undefined ? 'rate limit' : 'Retry-After';
      pause(askedMs ?? (status === 429 ? DEFAULT_429_PAUSE_MS : 0), reason);
      slowDown(wasInFlightAtSlowdown);
    } else if (status >= 500) {
      successes = 0;
    } else {
      successes += 1;
      if (successes < SUCCESSES_TO_RECOVER) return;
      successes = 0;
      allowed = Math.min(maxConcurrency, allowed + 1);
    }
  }

  async function pauseAlone(ms: number, signal: AbortSignal): Promise<void> {
    const reason = 'retry pause';
    if (pausing === 0) {
      pausingSince = clock.now();
      options.onWait?.({ reason, from: pausingSince, to: null });
    }
    pausing += 1;
    try {
      await clock.sleep(ms, signal);
    } finally {
      pausing -= 1;
      if (pausing === 0) options.onWait?.({ reason, from: pausingSince, to: clock.now() });
    }
  }

  /** A response that is an answer to a question, such as 404, is a success of the host. */
  function remember(outcome: AttemptOutcome): void {
    const at = clock.now();
    if (outcome.type === 'failed') lastFailure = { at, what: outcome.problem };
    if (outcome.type !== 'answered') return;
    const { status } = outcome;
    if (status >= 500 || REFUSALS.includes(status)) lastFailure = { at, what: `HTTP ${status}` };
    else lastSuccessAt = at;
  }

  return {
    acquire(signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        // All requests of a run listen to one signal, and Node would warn of a leak at the eleventh listener.
        setMaxListeners(0, signal);
        const waiter: Waiter = {
          grant() {
            signal.removeEventListener('abort', abort);
            resolve();
          },
        };
        function abort(): void {
          waiters.splice(waiters.indexOf(waiter), 1);
          // The timer would keep the process alive although nobody waits for it any more.
          if (waiters.length === 0) pauseTimer?.abort();
          reject(signal.reason);
        }
        signal.addEventListener('abort', abort, { once: true });
        waiters.push(waiter);
        startWaiting();
      });
    },
    release(outcome) {
      inFlight -= 1;
      options.onOutcome?.(outcome);
      remember(outcome);
      const wasInFlightAtSlowdown = inFlightAtSlowdown > 0;
      inFlightAtSlowdown = Math.max(0, inFlightAtSlowdown - 1);
      if (outcome.type === 'answered') adapt(outcome.status, outcome.headers, wasInFlightAtSlowdown);
      else if (outcome.type === 'failed') {
        firstFailureAt ??= monotonicNow();
        if (outcome.problem === 'timeout') slowDown(wasInFlightAtSlowdown);
      }
      startWaiting();
    },
    async waitForRetry(ms, who, signal) {
      retries += 1;
      if (who === 'host') pause(ms, 'retry pause');
      else await pauseAlone(ms, signal);
    },
    countResend() {
      requests += 1;
      retries += 1;
    },
    state() {
      const left = pausedUntil - monotonicNow();
      const waitingUntil = waiters.length > 0 && left > 0 ? clock.now() + left : undefined;
      const waitedMs = firstFailureAt === undefined ? 0 : monotonicNow() - firstFailureAt;
      return {
        side: options.side,
        requests,
        retries,
        rateLimitWaitMs,
        concurrency: allowed,
        waitingUntil,
        waitingFor: waitingUntil === undefined ? undefined : pausedFor,
        allowance,
        lastSuccessAt,
        lastFailure,
        answered: hasAnswered,
        networkWaitMs: hasReachedHost ? 0 : Math.max(0, (options.networkWaitMs ?? 0) - waitedMs),
      };
    },
  };
}
