import { setMaxListeners } from 'node:events';
import type { WaitReason } from '../core/run-times.ts';
import { Allowance, type RequestLane } from './allowance.ts';
import { type Clock, monotonic, systemClock } from './clock.ts';
import { Concurrency, type RequestEnd } from './concurrency.ts';
import { type HostWait, HostWaits } from './host-waits.ts';
import type { HttpFailureReason, Side } from './http-failure.ts';
import { Pace } from './pace.ts';
import { type RateWindow, requestedWaitMs } from './rate-limit.ts';
import { isGatewayStatus } from './retry.ts';
import { type Waiter, WaitingLine } from './waiting-line.ts';

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

/** What a request says about itself when it asks for a place. */
export interface AcquireOptions {
  /** Default: `resync`. */
  readonly lane?: RequestLane | undefined;
  /** What kind of request it is, so that its time is compared with that of its like; see `workOf`. */
  readonly work?: string;
}

/** The right to send one request. `release` ends it, exactly once, and adapts to the outcome. */
export interface Permit {
  release(outcome: AttemptOutcome): void;
}

/** Limits concurrency and waits out rate limits for one host. Everything in the process that talks to the host shares it. */
export interface Governor {
  /** Waits until a request may be sent. Throws the signal's reason when aborted. */
  acquire(signal: AbortSignal, asking?: AcquireOptions): Promise<Permit>;
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

const DEFAULT_MAX_WAIT_MS = 600_000;
/** How long all requests wait after a 429 that does not say how long: at first, and after several in a row. */
const FIRST_429_PAUSE_MS = 500;
const LONGEST_429_PAUSE_MS = 32_000;

/** Credentials, permissions, and the rate limit. */
const REFUSALS: readonly number[] = [401, 403, 429];

/**
 * One governor per host; see Governor. How many requests may be in flight it finds by itself (see Concurrency); the host's
 * headers (see Allowance) and its refusals (see Pace) limit how many are sent in a time.
 */
export function createGovernor(options: GovernorOptions): Governor {
  const clock = options.clock ?? systemClock;
  const monotonicNow = monotonic(clock);
  const { concurrency: ceiling, minConcurrency: least, maxWaitMs = DEFAULT_MAX_WAIT_MS } = options;
  const concurrency = new Concurrency({ ceiling, ...(least === undefined ? {} : { least }) });
  const allowance = new Allowance(maxWaitMs);
  const pace = new Pace();
  const line = new WaitingLine();
  const waits = new HostWaits(clock, monotonicNow, options.onWait);
  /** The number of the last request. */
  let sent = 0;
  let pausedUntil = 0;
  let pausedFor: WaitReason = 'rate limit';
  /** How often in a row the host has refused without saying for how long, and the last request before that. */
  let refusals = 0;
  let sentUntilRefusal = 0;
  let requests = 0;
  let retries = 0;
  let hasAnswered = false;
  let hasReachedHost = false;
  let firstFailureAt: number | undefined;
  let lastAllowance: RateWindow | undefined;
  let lastSuccessAt: number | undefined;
  let lastFailure: GovernorState['lastFailure'];

  function pause(ms: number, reason: WaitReason): void {
    // One that is made longer keeps its reason.
    if (monotonicNow() >= pausedUntil) pausedFor = reason;
    pausedUntil = Math.max(pausedUntil, monotonicNow() + Math.min(ms, maxWaitMs));
  }

  /** From when on a request of this lane may be sent, on the counter that never goes back. */
  function opensAt(lane: RequestLane): number {
    return Math.max(pausedUntil, allowance.opensAt(lane), pace.opensAt());
  }

  function mayGo(lane: RequestLane): boolean {
    return (
      monotonicNow() >= opensAt(lane) &&
      line.inFlight < allowance.room(lane) &&
      // After a refusal for an unknown time, one request at a time asks whether it is over.
      line.hasPlace(lane, refusals > 0 ? 1 : concurrency.allowed)
    );
  }

  function letIn(): void {
    for (let next = line.next(mayGo); next !== undefined; next = line.next(mayGo)) {
      requests += 1;
      sent = concurrency.begin(line.taken);
      pace.sent(monotonicNow());
      next.grant();
    }
    const now = monotonicNow();
    const [lane] = byOpening();
    if (lane !== undefined && now < opensAt(lane)) waits.wakeAt(opensAt(lane), reasonOfWait(lane), letIn);
  }

  /** The lanes in which somebody waits, the one that opens first in front. */
  function byOpening(): readonly RequestLane[] {
    return [...line.lanes()].sort((a, b) => opensAt(a) - opensAt(b));
  }

  /** Undefined: for the pace, which is no wait to tell. */
  function reasonOfWait(lane: RequestLane): WaitReason | undefined {
    if (monotonicNow() < pausedUntil) return pausedFor;
    return monotonicNow() < allowance.opensAt(lane) ? 'allowance spent' : undefined;
  }

  function adapt(status: number, headers: { readonly [name: string]: string }, number: number): void {
    const at = clock.now();
    const now = monotonicNow();
    hasAnswered = true;
    if (isGatewayStatus(status)) firstFailureAt ??= now;
    else hasReachedHost = true;
    const isSurprise = !allowance.isSpent;
    allowance.note({ number, sent, status, headers, at, now });
    lastAllowance = allowance.window ?? lastAllowance;
    if (status === 429 && isSurprise) pace.refused(now, sent);
    else if (status < 500 && status !== 429) pace.accepted(now, number);
    if (status === 429 || status === 503) waitAsAsked(status, requestedWaitMs(status, headers, at), number);
    else if (number > sentUntilRefusal) refusals = 0;
  }

  function waitAsAsked(status: number, askedMs: number | undefined, number: number): void {
    if (askedMs !== undefined) pause(askedMs, 'Retry-After');
    else if (status === 429) {
      if (number > sentUntilRefusal) refusals += 1;
      pause(Math.min(LONGEST_429_PAUSE_MS, FIRST_429_PAUSE_MS * 2 ** (refusals - 1)), 'rate limit');
      sentUntilRefusal = sent;
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

  function makePlace(lane: RequestLane, work: string): Permit {
    const number = sent;
    const from = monotonicNow();
    return {
      release(outcome) {
        line.leave(lane);
        options.onOutcome?.(outcome);
        remember(outcome);
        concurrency.end({ number, verdict: verdictOf(outcome), work, tookMs: monotonicNow() - from });
        if (outcome.type === 'answered') adapt(outcome.status, outcome.headers, number);
        else if (outcome.type === 'failed') firstFailureAt ??= monotonicNow();
        if (line.inFlight === 0 && line.isEmpty) pace.idle();
        letIn();
      },
    };
  }

  return {
    acquire(signal, { lane = 'resync', work = '' } = {}) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        // All requests of a run listen to one signal, and Node would warn of a leak at the eleventh listener.
        setMaxListeners(0, signal);
        const waiter: Waiter = {
          lane,
          grant() {
            signal.removeEventListener('abort', abort);
            resolve(makePlace(lane, work));
          },
        };
        function abort(): void {
          line.remove(waiter);
          if (line.isEmpty) waits.stop();
          reject(signal.reason);
        }
        signal.addEventListener('abort', abort, { once: true });
        line.add(waiter);
        letIn();
      });
    },
    async waitForRetry(ms, who, signal) {
      retries += 1;
      if (who === 'host') pause(ms, 'retry pause');
      else await waits.pauseAlone(ms, signal);
    },
    countResend() {
      requests += 1;
      retries += 1;
    },
    state() {
      const now = monotonicNow();
      const [lane] = byOpening();
      const left = lane === undefined ? 0 : opensAt(lane) - now;
      const waitedMs = firstFailureAt === undefined ? 0 : now - firstFailureAt;
      return {
        side: options.side,
        requests,
        retries,
        rateLimitWaitMs: waits.waitedMs,
        concurrency: concurrency.allowed,
        waitingUntil: left > 0 ? clock.now() + left : undefined,
        waitingFor: lane !== undefined && left > 0 ? (reasonOfWait(lane) ?? 'rate limit') : undefined,
        allowance: lastAllowance,
        lastSuccessAt,
        lastFailure,
        answered: hasAnswered,
        networkWaitMs: hasReachedHost ? 0 : Math.max(0, (options.networkWaitMs ?? 0) - waitedMs),
      };
    },
  };
}

/** What the end of a request tells about how much its host can bear. */
function verdictOf(outcome: AttemptOutcome): RequestEnd {
  if (outcome.type === 'aborted') return 'nothing';
  if (outcome.type === 'failed') return outcome.problem === 'timeout' ? 'overload' : 'failed';
  if (outcome.status === 429 || outcome.status === 503) return 'overload';
  return outcome.status >= 500 ? 'failed' : 'good';
}
