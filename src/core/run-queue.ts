import type { Kind } from './model.ts';
import type { KindProgress } from './ports.ts';
import type { RunCause, RunMode, RunReport, RunTrigger } from './report.ts';
import type { RunTimes } from './run-times.ts';
import type { Subject } from './source.ts';
import type { TruthRecord } from './truths.ts';

/** What kind of run somebody wants. */
export interface RunOrder {
  readonly mode: RunMode;
  readonly trigger: RunTrigger;
  /** Empty: all kinds. */
  readonly kinds: readonly Kind[];
  /** Digests of deletions that a person approved. */
  readonly approveDeletions: readonly string[];
  /**
   * For a plan: a mapping (YAML) that counts as if Port held it. Such a plan joins no other run, no other request joins it,
   * and the mapping is forgotten when it has finished.
   */
  readonly mapping?: string;
  /** The first few, where outside changes asked for the run. */
  readonly causes?: readonly RunCause[];
}

export interface RunTicket {
  readonly runId: string;
  /** True: a run that was requested before also does what this order wants. */
  readonly joined: boolean;
}

/** A run in one of its states. */
export type RunRecord =
  | { readonly state: 'queued'; readonly runId: string; readonly order: RunOrder; readonly requestedAt: string }
  | {
      readonly state: 'running';
      readonly runId: string;
      readonly order: RunOrder;
      readonly requestedAt: string;
      readonly startedAt: string;
      readonly progress: readonly KindProgress[];
      /** Missing until the first was told. */
      readonly times?: RunTimes;
    }
  | {
      readonly state: 'finished';
      readonly runId: string;
      readonly order: RunOrder;
      readonly requestedAt: string;
      readonly startedAt: string;
      readonly report: RunReport;
    };

/** What a run tells while it goes on. The newest of each kind, and the newest times, take the place of earlier ones. */
export type RunProgress = KindProgress | RunTimes;

/** An event of a run, for watchers. `finished` is the last one. */
export type RunEvent =
  | { readonly type: 'progress'; readonly progress: KindProgress }
  | { readonly type: 'times'; readonly times: RunTimes }
  | { readonly type: 'finished'; readonly report: RunReport };

/** Executes one run. Never throws; every failure is in the report. */
export type RunWorker = (
  runId: string,
  order: RunOrder,
  signal: AbortSignal,
  onProgress: (progress: RunProgress) => void,
) => Promise<RunReport>;

/** A notification that something changed, from a webhook. It names the subject, never a state. */
export interface LiveEvent {
  /** Of several waiting events with the same key only the newest is kept. */
  readonly key: string;
  readonly subject: Subject;
  readonly receivedAt: string;
}
export type LiveWorker = (event: LiveEvent, signal: AbortSignal) => Promise<void>;

/** The number of a mark; see `RunQueue.latestMark`. */
export type MarkNumber = number;

/** The number of entities that live events have deleted from a blueprint recently. */
export interface DeletionCount {
  /** How many entities are in the window now. */
  readonly counted: number;
  /** How many were ever counted, minus those that were given back. The difference between two times can be computed. */
  readonly entered: number;
}

/** Whether the queue works. `advice`: sentences about settings with which work may be lost. */
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

/** The queue accepts nothing now: Redis is away, or too much is waiting. */
export class QueueUnavailable extends Error {
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.name = 'QueueUnavailable';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Decides when runs are executed: one at a time in all replicas; requests join a run that does the same; at most one run of
 * each mode waits, and a few plans with a mapping of their own. There are two adapters: in this process, and BullMQ on Redis.
 */
export interface RunQueue {
  /**
   * Requests a run. The request joins a waiting run, whose order then includes both. It joins the run in progress only if
   * that does everything that the order wants, and `startAfterNow` is not set.
   * @param options.startAfterNow the run must begin after this request (Port's "Resync" button: the mapping may be new)
   * @throws QueueUnavailable within 2 s when the queue cannot be reached
   */
  request(order: RunOrder, options?: { readonly startAfterNow?: boolean }): Promise<RunTicket>;
  /**
   * Requests a run that begins after now. Undefined: a request with the same idempotency key came to any replica in the
   * last day. The key is stored together with the request, so a sender may try again after any failure.
   * @throws QueueUnavailable within 2 s when the queue cannot be reached
   */
  requestOnce(key: string, order: RunOrder): Promise<RunTicket | undefined>;
  /** The newest first. */
  list(limit: number): Promise<readonly RunRecord[]>;
  find(runId: string): Promise<RunRecord | undefined>;
  /** The events of a run from now on. Ends when the run has finished or the signal aborts. */
  watch(runId: string, signal: AbortSignal): AsyncIterable<RunEvent>;
  /** Cancels a waiting run, or aborts a running one in whatever replica. False: there is no such run, or it has finished. */
  cancel(runId: string): Promise<boolean>;
  /**
   * Sets the interval of resyncs (null: no schedule). A tick during a running resync is skipped and counted. It may be
   * called at every start.
   */
  schedule(everyMs: number | null): Promise<void>;
  /** When the next scheduled resync is due. */
  nextScheduledAt(): Promise<Date | null>;
  /** Ticks that were skipped because a resync was running. */
  skippedTicks(): number;
  /**
   * Adds a live event. It is processed after a short wait for newer ones, and never at the same time as another one of its
   * key. @throws QueueUnavailable when too many wait
   */
  offer(event: LiveEvent): Promise<void>;
  /** Starts executing. Only replicas with the worker role call it. */
  start(workers: { readonly run: RunWorker; readonly live: LiveWorker }): Promise<void>;
  health(): Promise<QueueHealth>;
  counts(): Promise<QueueCounts>;
  /**
   * Marks entities as refreshed by a live event, so that a resync that read them earlier does not overwrite them. Marks last
   * a few hours.
   * @param owner a unique name of the live event, so that it can remove only its own marks
   */
  markLive(owner: string, blueprint: string, identifiers: readonly string[]): Promise<void>;
  /** Removes an owner's marks, because the live event did not write the entities. */
  unmarkLive(owner: string, blueprint: string, identifiers: readonly string[]): Promise<void>;
  /** The number of the latest mark. Marks are numbered, because the clocks of replicas differ. */
  latestMark(): Promise<MarkNumber>;
  /** Which of these were marked after the mark with this number. */
  markedLive(blueprint: string, identifiers: readonly string[], since: MarkNumber): Promise<ReadonlySet<string>>;
  /**
   * Counts entities that a live event is about to delete, in one atomic step for all replicas. An entity that is counted
   * again counts once, from the later time.
   * @param windowMs how long an entity counts
   */
  countDeletions(
    owner: string,
    blueprint: string,
    identifiers: readonly string[],
    windowMs: number,
  ): Promise<DeletionCount>;
  /** Removes entities from an owner's count, because they were not deleted. */
  uncountDeletions(owner: string, blueprint: string, identifiers: readonly string[]): Promise<void>;
  /** The entities that count as deleted by live events now. */
  countedDeletions(
    blueprint: string,
    windowMs: number,
  ): Promise<Pick<DeletionCount, 'entered'> & { readonly identifiers: readonly string[] }>;
  /** What is remembered of the complete truths of each blueprint. It outlives the runs that gave them. */
  truths(): Promise<readonly TruthRecord[]>;
  /** Changes these records in one atomic step for all replicas. Waits while Redis is away. */
  changeTruths(change: (known: readonly TruthRecord[]) => readonly TruthRecord[]): Promise<void>;
  /**
   * Takes a lease, or keeps it. Of all replicas only one holds it, until `ttlMs` after it did so last.
   * @param owner a unique name of the replica
   * @returns whether it holds it now
   */
  holdLease(name: string, owner: string, ttlMs: number): Promise<boolean>;
  /** Gives a lease back, if this owner holds it. */
  dropLease(name: string, owner: string): Promise<void>;
  /**
   * Keeps what people are told about the status, in one step for all replicas, so that only one of them tells it.
   * @returns what was kept before; null: nothing
   */
  exchangeTold(told: string): Promise<string | null>;
  /**
   * Stops within seconds: a run in progress is handed back (Redis) or aborted (in process); waiting live events are kept
   * (Redis) or processed (in process).
   * @param withinMs how long to wait at most
   */
  close(withinMs?: number): Promise<void>;
}
