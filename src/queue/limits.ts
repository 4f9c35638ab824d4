/** How many finished runs are kept. */
export const KEPT_RUNS = 200;
/** How many finished runs keep their list of changes. A plan's list may have megabytes. */
export const KEPT_CHANGES = 10;
/** How many causes of a run are kept. */
export const KEPT_CAUSES = 20;
/** How long a finished run is kept in Redis. */
export const KEPT_RUNS_MS = 30 * 24 * 3_600_000;

/** How long a live mark lasts: longer than any resync. */
export const MARK_MS = 6 * 3_600_000;
/** How many live marks of one blueprint are kept at most. The oldest are dropped first. */
export const MARKS_PER_BLUEPRINT = 100_000;

/** How many live events are processed at the same time. */
export const LIVE_CONCURRENCY = 4;
/** How often a live event is tried before it is left to the next resync. */
export const LIVE_ATTEMPTS = 5;
/** The wait before a live event is tried again. It doubles every time. */
export const LIVE_RETRY_MS = 1_000;

/** How long `close` waits for running work to stop. */
export const CLOSE_MS = 8_000;

export const LIVE_LIMIT = 10_000;
export const LIVE_QUIET_MS = 250;

/** Limits that both queues take. */
export interface QueueLimits {
  /** How many live events may wait. More are refused. */
  readonly liveLimit?: number;
  /** How long a live event waits for newer ones of its key before it is processed, in milliseconds. */
  readonly liveQuietMs?: number;
}

/** How long an idempotency key is remembered. */
export const USED_MS = 24 * 3_600_000;
/** How many idempotency keys are kept in memory at most. The oldest are dropped first. */
export const USED_KEYS = 100_000;

/** How many runs may be unfinished when a plan with a mapping of its own is requested. Nothing joins such a plan. */
export const MAX_OPEN_RUNS = 6;
export const TOO_MANY_PLANS = 'Too many runs wait already for one more plan with a mapping of its own.';
export const TOO_MANY_PLANS_RETRY_S = 30;
