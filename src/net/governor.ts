import { setMaxListeners } from 'node:events';
import { type Clock, steadily, systemClock } from './clock.ts';
import type { HttpProblem, Side } from './http-failure.ts';
import { askedWaitMs, type RateWindow, rateWindow } from './rate-limit.ts';
import { isFromTheWay } from './retry.ts';

/** What became of one attempt. */
export type Answer =
  | { readonly type: 'answered'; readonly status: number; readonly headers: { readonly [name: string]: string } }
  | { readonly type: 'failed'; readonly problem: Exclude<HttpProblem, 'status'> }
  /** Given up by ourselves; says nothing about the host. */
  | { readonly type: 'aborted' };

export interface GovernorState {
  readonly side: Side;
  readonly requests: number;
  readonly retries: number;
  /** Wall-clock time during which this host's requests stood still for a rate limit. */
  readonly rateLimitWaitMs: number;
  /** How many requests may be in flight now. */
  readonly concurrency: number;
  /** Set while everybody waits for this host's rate limit: until when, in epoch milliseconds. */
  readonly waitingUntil: number | undefined;
  /** Whether this host ever gave an HTTP answer in this process. */
  readonly answered: boolean;
  /** How long the network to a host that was never reached yet is still waited for, in milliseconds. */
  readonly networkPatienceMs: number;
}

/** Politeness towards one host, shared by everything in the process that talks to it. */
export interface Governor {
  /** Waits for a free place. Throws the signal's reason when aborted. */
  enter(signal: AbortSignal): Promise<void>;
  /** Gives the place back and learns from the answer; once per `enter`. */
  leave(answer: Answer): void;
  /** Counts a retry and waits for it: alone (`self`), or with every request to this host (`host`) at its next `enter`. */
  retryAfter(ms: number, who: 'self' | 'host', signal: AbortSignal): Promise<void>;
  /** Counts a request that was sent once more at once, in the place that it had: the kept-alive connection was dead. */
  resent(): void;
  state(): GovernorState;
}

export interface GovernorOptions {
  readonly side: Side;
  /** Most requests in flight. */
  readonly concurrency: number;
  readonly minConcurrency?: number;
  /** Longest wait for a rate limit, in milliseconds, whatever the host asks for (default 10 min). */
  readonly maxWaitMs?: number;
  /** How long after the first failure the network to a host is waited for that was never reached, in milliseconds (default 0). */
  readonly networkPatienceMs?: number;
  readonly clock?: Clock;
  /** Told of every attempt's outcome, for metrics. */
  readonly onAnswer?: (answer: Answer) => void;
}

const SUCCESSES_TO_RECOVER = 20;
const DEFAULT_MAX_WAIT_MS = 600_000;
/** Resets are told in whole seconds, and some hosts round down: what is to happen now may be nearly a second away. */
const RESET_PRECISION_MS = 1000;
/** For everybody after a 429 that does not say how long. */
const UNASKED_PAUSE_MS = 500;

interface Waiter {
  grant(): void;
}

/** One governor per host; see Governor. Starts at full concurrency, halves when the host shows strain, recovers by one. */
export function createGovernor(options: GovernorOptions): Governor {
  const clock = options.clock ?? systemClock;
  const steadyNow = steadily(clock);
  const most = Math.max(1, options.concurrency);
  const least = Math.min(most, Math.max(1, options.minConcurrency ?? 1));
  const maxWaitMs = options.maxWaitMs ?? DEFAULT_MAX_WAIT_MS;
  const waiters: Waiter[] = [];
  let allowed = most;
  let inFlight = 0;
  let successes = 0;
  /** Requests that were already under way when we last slowed down: their failures are the same news. */
  let oldNews = 0;
  let pausedUntil = 0;
  let window: RateWindow | undefined;
  let pauseTimer: AbortController | undefined;
  let requests = 0;
  let retries = 0;
  let rateLimitWaitMs = 0;
  let answered = false;
  let reached = false;
  let firstFailureAt: number | undefined;

  function reserve(of: RateWindow): number {
    return Math.max(2, Math.ceil((of.limit ?? 0) * 0.02));
  }

  /**
   * Near the end of a window only as many requests fly as it has room for, so that none of them meets a 429. Whether the
   * next window has begun is known from an answer, not from the clock: until then a single request asks.
   */
  function room(): number {
    return window === undefined ? allowed : Math.min(allowed, Math.max(1, window.remaining - reserve(window)));
  }

  function pause(ms: number): void {
    pausedUntil = Math.max(pausedUntil, steadyNow() + Math.min(ms, maxWaitMs));
  }

  function pump(): void {
    const now = steadyNow();
    while (now >= pausedUntil && inFlight < room()) {
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
    function wake(): void {
      pauseTimer = undefined;
      rateLimitWaitMs += steadyNow() - from;
      pump();
    }
    clock.sleep(pausedUntil - from, pauseTimer.signal).then(wake, wake);
  }

  function slowDown(known: boolean): void {
    successes = 0;
    if (known) return;
    allowed = Math.max(least, Math.floor(allowed / 2));
    oldNews = inFlight;
  }

  function learn(status: number, headers: { readonly [name: string]: string }, known: boolean): void {
    const now = clock.now();
    answered = true;
    if (isFromTheWay(status)) firstFailureAt ??= steadyNow();
    else reached = true;
    window = rateWindow(headers, now);
    if (window !== undefined && window.remaining <= reserve(window)) {
      pause(Math.max(window.resetAt - now, RESET_PRECISION_MS));
    }
    if (status === 429 || status === 503) {
      pause(askedWaitMs(status, headers, now) ?? (status === 429 ? UNASKED_PAUSE_MS : 0));
      slowDown(known);
    } else if (status >= 500) {
      successes = 0;
    } else {
      successes += 1;
      if (successes < SUCCESSES_TO_RECOVER) return;
      successes = 0;
      allowed = Math.min(most, allowed + 1);
    }
  }

  return {
    enter(signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        // A whole run waits on one signal; Node would warn of a leak at the eleventh request.
        setMaxListeners(0, signal);
        const waiter: Waiter = {
          grant() {
            signal.removeEventListener('abort', abort);
            resolve();
          },
        };
        function abort(): void {
          waiters.splice(waiters.indexOf(waiter), 1);
          // A timer that nobody waits for would keep the process alive.
          if (waiters.length === 0) pauseTimer?.abort();
          reject(signal.reason);
        }
        signal.addEventListener('abort', abort, { once: true });
        waiters.push(waiter);
        pump();
      });
    },
    leave(answer) {
      inFlight -= 1;
      options.onAnswer?.(answer);
      const known = oldNews > 0;
      oldNews = Math.max(0, oldNews - 1);
      if (answer.type === 'answered') learn(answer.status, answer.headers, known);
      else if (answer.type === 'failed') {
        firstFailureAt ??= steadyNow();
        if (answer.problem === 'timeout') slowDown(known);
      }
      pump();
    },
    async retryAfter(ms, who, signal) {
      retries += 1;
      if (who === 'host') pause(ms);
      else await clock.sleep(ms, signal);
    },
    resent() {
      requests += 1;
      retries += 1;
    },
    state() {
      const left = pausedUntil - steadyNow();
      const waitingUntil = waiters.length > 0 && left > 0 ? clock.now() + left : undefined;
      const waitedMs = firstFailureAt === undefined ? 0 : steadyNow() - firstFailureAt;
      return {
        side: options.side,
        requests,
        retries,
        rateLimitWaitMs,
        concurrency: allowed,
        waitingUntil,
        answered,
        networkPatienceMs: reached ? 0 : Math.max(0, (options.networkPatienceMs ?? 0) - waitedMs),
      };
    },
  };
}
