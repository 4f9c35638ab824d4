import type { Kind } from './model.ts';
import type { KindProgress } from './ports.ts';
import type { RunMode, RunReport, RunTrigger } from './report.ts';
import type { Subject } from './source.ts';

/** What somebody wants run. */
export interface RunOrder {
  readonly mode: RunMode;
  readonly trigger: RunTrigger;
  /** Empty: all kinds. */
  readonly kinds: readonly Kind[];
  /** Digests of deletion sets that somebody approved. */
  readonly approveDeletions: readonly string[];
}

export interface RunTicket {
  readonly runId: string;
  /** True: the order is served by a run that was asked for before. */
  readonly joined: boolean;
}

/** A run at any point of its life. */
export type RunRecord =
  | { readonly state: 'queued'; readonly runId: string; readonly order: RunOrder; readonly requestedAt: string }
  | {
      readonly state: 'running';
      readonly runId: string;
      readonly order: RunOrder;
      readonly requestedAt: string;
      readonly startedAt: string;
      readonly progress: readonly KindProgress[];
    }
  | {
      readonly state: 'finished';
      readonly runId: string;
      readonly order: RunOrder;
      readonly requestedAt: string;
      readonly startedAt: string;
      readonly report: RunReport;
    };

/** Something that happened to a run, for those who watch it. `finished` is the last one. */
export type RunEvent =
  | { readonly type: 'progress'; readonly progress: KindProgress }
  | { readonly type: 'finished'; readonly report: RunReport };

/** Carries out one run. Never throws: what happens is in the report. */
export type RunWorker = (
  runId: string,
  order: RunOrder,
  signal: AbortSignal,
  onProgress: (progress: KindProgress) => void,
) => Promise<RunReport>;

/** A change somewhere that a webhook told about: what it is about, never a state. */
export interface LiveEvent {
  /** Events with one key are one piece of work; of several waiting ones the newest is kept. */
  readonly key: string;
  readonly subject: Subject;
  readonly receivedAt: string;
}
export type LiveWorker = (event: LiveEvent, signal: AbortSignal) => Promise<void>;

/** How many marks there were; see `RunQueue.latestMark`. */
export type MarkNumber = number;

/** What live events have deleted from a blueprint lately. */
export interface DeletionCount {
  /** How many entities count now. */
  readonly counted: number;
  /** How many have begun to count so far, less those that were taken back: two moments can be compared by it. */
  readonly entered: number;
}

/** Whether the queue can do its work; `advice` are sentences for people about settings that would lose work. */
export interface QueueHealth {
  readonly ready: boolean;
  readonly detail: string;
  readonly advice: readonly string[];
}

export interface QueueCounts {
  readonly runsWaiting: number;
  readonly runsActive: number;
  readonly liveWaiting: number;
}

/** The queue cannot take anything now: Redis is away, or too much is waiting. */
export class QueueUnavailable extends Error {
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.name = 'QueueUnavailable';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Decides when runs happen: one at a time over all replicas, equal requests joined, at most one more of each mode
 * waiting. Two adapters: in this process, and BullMQ on Redis.
 */
export interface RunQueue {
  /**
   * Asks for a run. A request joins a waiting run (which is widened to serve both), and joins the running one only if
   * that covers it entirely and `startAfterNow` is not set.
   * @param options.startAfterNow the run must begin after this request (Port's "Resync" button: the mapping may be new)
   * @throws QueueUnavailable within 2 s when the queue cannot be reached
   */
  request(order: RunOrder, options?: { readonly startAfterNow?: boolean }): Promise<RunTicket>;
  /**
   * Asks for a run that begins after now, unless somebody asked with this key, at any replica, in the last day: then
   * undefined. The key is used up with the request and never without it, so a sender may try again after any failure.
   * @throws QueueUnavailable within 2 s when the queue cannot be reached
   */
  requestOnce(key: string, order: RunOrder): Promise<RunTicket | undefined>;
  /** The newest first. */
  list(limit: number): Promise<readonly RunRecord[]>;
  find(runId: string): Promise<RunRecord | undefined>;
  /** Ends when the run has finished or the signal aborts. Begins with nothing that happened before. */
  watch(runId: string, signal: AbortSignal): AsyncIterable<RunEvent>;
  /** False: no such run, or it has finished. A waiting run is taken out, a running one is aborted wherever it runs. */
  cancel(runId: string): Promise<boolean>;
  /**
   * Asks for a resync every so often (null: not any more). A tick that falls into a running resync is skipped and
   * counted. Calling it again at every start is right.
   */
  schedule(everyMs: number | null): Promise<void>;
  /** When the next scheduled resync is due. */
  nextScheduledAt(): Promise<Date | null>;
  /** Ticks that were skipped because a resync was running. */
  skippedTicks(): number;
  /** Takes a live event. Worked off after a short quiet time, and never in parallel with another one of its key. @throws QueueUnavailable when too many wait */
  offer(event: LiveEvent): Promise<void>;
  /** Begins to work. The worker role calls this; a server-only replica does not. */
  start(workers: { readonly run: RunWorker; readonly live: LiveWorker }): Promise<void>;
  health(): Promise<QueueHealth>;
  counts(): Promise<QueueCounts>;
  /**
   * Marks an entity as just refreshed by a live event, so that a resync that read it before does not undo that.
   * Marks last a few hours.
   * @param owner whoever marks, by a name of its own: another one's mark of the same entity is not taken back with it
   */
  markLive(owner: string, blueprint: string, identifiers: readonly string[]): Promise<void>;
  /** Takes an owner's marks back: the live event could not do what they say. */
  unmarkLive(owner: string, blueprint: string, identifiers: readonly string[]): Promise<void>;
  /** The present, as marks count it. No time: clocks are set, and those of two replicas differ. */
  latestMark(): Promise<MarkNumber>;
  /** Which of these were marked after a moment. */
  markedLive(blueprint: string, identifiers: readonly string[], since: MarkNumber): Promise<ReadonlySet<string>>;
  /**
   * Counts entities that a live event is about to delete, in one step over all replicas. One that is counted again
   * counts once, from then on.
   * @param windowMs how long it counts
   */
  countDeletions(
    owner: string,
    blueprint: string,
    identifiers: readonly string[],
    windowMs: number,
  ): Promise<DeletionCount>;
  /** Takes an owner's count back: these were not deleted. */
  uncountDeletions(owner: string, blueprint: string, identifiers: readonly string[]): Promise<void>;
  /** What counts as deleted by live events now. */
  countedDeletions(
    blueprint: string,
    windowMs: number,
  ): Promise<Pick<DeletionCount, 'entered'> & { readonly identifiers: readonly string[] }>;
  /**
   * Stops within seconds: a run in progress is handed back (Redis) or aborted (in process), waiting live events are finished or kept.
   * @param withinMs what is not done by then is left
   */
  close(withinMs?: number): Promise<void>;
}
