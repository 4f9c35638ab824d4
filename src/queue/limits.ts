/** Finished runs that are remembered. */
export const KEPT_RUNS = 200;
/** Finished runs whose list of single changes is remembered; those of a plan may have megabytes. */
export const KEPT_CHANGES = 10;
/** How long a finished run is remembered (Redis). */
export const KEPT_RUNS_MS = 30 * 24 * 3_600_000;

/** How long a live mark lasts: longer than any resync. */
export const MARK_MS = 6 * 3_600_000;
/** Live marks of one blueprint at most; the oldest go first. */
export const MARKS_PER_BLUEPRINT = 100_000;

/** Live events worked off at once. */
export const LIVE_CONCURRENCY = 4;
/** How often a live event is tried before it is left to the next resync. */
export const LIVE_ATTEMPTS = 5;
/** Wait before a live event is tried again; doubles every time. */
export const LIVE_RETRY_MS = 1_000;

/** How long `close` waits for the work that it has asked to stop. */
export const CLOSE_MS = 8_000;

export const LIVE_LIMIT = 10_000;
export const LIVE_QUIET_MS = 250;

/** What both queues may be told. */
export interface QueueLimits {
  /** Live events that may wait at once; more are refused. */
  readonly liveLimit?: number;
  /** How long a live event waits for others of its key before it is worked off, in milliseconds. */
  readonly liveQuietMs?: number;
}

/** How long the key of a request that is taken once stays used. */
export const USED_MS = 24 * 3_600_000;
/** Used keys in memory at most; the oldest go first. */
export const USED_KEYS = 100_000;
