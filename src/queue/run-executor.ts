import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, type Job, WaitingError } from 'bullmq';
import { messageOf } from '../core/errors.ts';
import type { KindProgress } from '../core/ports.ts';
import type { RunReport } from '../core/report.ts';
import type { RunProgress, RunRecord, RunWorker } from '../core/run-queue.ts';
import { isTimes, withProgress } from './order.ts';
import type { QueueLog } from './redis-connections.ts';
import { CANCELLED, shortReport, workerThrew } from './reports.ts';
import type { RunStore } from './run-store.ts';

/** How long to wait before trying again to begin a run while another one has the lease. */
const BUSY_RETRY_MS = 250;
const LEASE_RENEWAL_MS = 1_000;

type Running = Extract<RunRecord, { state: 'running' }>;

/** Why a run in progress has to stop. `lost`: another worker has taken it over. */
type StopReason = 'cancel' | 'lost' | 'close';

interface ActiveRun {
  record: Running;
  readonly token: string;
  readonly abort: AbortController;
  reason: StopReason | undefined;
}

export interface RunExecutorOptions {
  readonly work: RunWorker;
  /** Its calls wait while Redis is away. */
  readonly retrying: RunStore;
  /** Its calls fail while Redis is away. */
  readonly failFast: RunStore;
  /** How long the lease of a run lasts when its worker does not renew it. */
  readonly leaseMs: number;
  readonly log: QueueLog;
}

/** Executes the runs that BullMQ gives to this process, one at a time. */
export class RunExecutor {
  readonly #options: RunExecutorOptions;
  #active: ActiveRun | undefined;
  #isClosing = false;

  constructor(options: RunExecutorOptions) {
    this.#options = options;
  }

  /** Stops the run if this process executes it. */
  cancel(runId: string): void {
    if (this.#active?.record.runId === runId) stop(this.#active, 'cancel');
  }

  /** Starts no more runs, and hands the run in progress back to the queue. */
  close(): void {
    this.#isClosing = true;
    if (this.#active !== undefined) stop(this.#active, 'close');
  }

  /** BullMQ's processor. */
  async process(job: Job, token: string): Promise<void> {
    const { retrying, leaseMs } = this.#options;
    const runId = String(job.id);
    const begun = await retrying.begin(runId, token, leaseMs);
    if (begun === 'busy') {
      await job.moveToDelayed(Date.now() + BUSY_RETRY_MS, token);
      throw new DelayedError();
    }
    const record = await retrying.find(runId);
    if (begun === 'cancelled' && record !== undefined) await this.#finishCancelled(record);
    if (begun !== 'begun' || record?.state !== 'running') return;

    const active: ActiveRun = { record, token, abort: new AbortController(), reason: undefined };
    this.#active = active;
    if (this.#isClosing) stop(active, 'close');
    const report = await this.#execute(active);
    this.#active = undefined;
    if (active.reason === 'lost') return;
    if (active.reason === 'close' && report.status === 'aborted') await this.#handBack(job, token);
    else await retrying.finish(runId, { token }, report, active.record);
  }

  async #finishCancelled({ runId, order }: RunRecord): Promise<void> {
    const now = new Date().toISOString();
    const report = shortReport(runId, order, CANCELLED, { startedAt: now, finishedAt: now });
    await this.#options.retrying.finish(runId, 'lost', report);
  }

  async #execute(active: ActiveRun): Promise<RunReport> {
    const { runId, order, startedAt } = active.record;
    const over = new AbortController();
    const renewing = this.#renewLease(active, over.signal);
    const work = this.#options.work(runId, order, active.abort.signal, (progress) => this.#progress(active, progress));
    const report = await work.catch((error: unknown) =>
      shortReport(runId, order, workerThrew(messageOf(error)), { startedAt, finishedAt: new Date().toISOString() }),
    );
    over.abort();
    await renewing;
    return report;
  }

  /** Renews the lease until the run is over. Stops the run if it was cancelled or taken over. */
  async #renewLease(active: ActiveRun, over: AbortSignal): Promise<void> {
    const { failFast, leaseMs, log } = this.#options;
    while (!over.aborted) {
      await sleep(Math.min(LEASE_RENEWAL_MS, leaseMs / 4), undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return;
      // While Redis is away the run goes on. When it is back, we learn whether another worker has taken over.
      const answer = await failFast.renewLease(active.record, active.token, leaseMs).catch(() => 'unknown');
      if (answer === 'cancelled') stop(active, 'cancel');
      if (answer !== 'lost' || over.aborted || active.reason !== undefined) continue;
      log('warn', 'Another worker has taken over this run; it stops here.', { runId: active.record.runId });
      stop(active, 'lost');
    }
  }

  #progress(active: ActiveRun, progress: RunProgress): void {
    active.record = withProgress(active.record, progress);
    // Only for people who watch. If one is lost, the next one replaces it.
    const { failFast } = this.#options;
    const { runId } = active.record;
    const stored = isTimes(progress)
      ? failFast.times(runId, progress)
      : failFast.progress(runId, progress, positionIn(active.record, progress));
    stored.catch(() => undefined);
  }

  async #handBack(job: Job, token: string): Promise<never> {
    const { retrying, log } = this.#options;
    const runId = String(job.id);
    if (await retrying.handBack(runId, token)) {
      log('info', 'The run in progress was handed back; another worker, or the next start, begins it anew.', { runId });
      // It fails when Redis has lost the job. Then the maintenance of another replica adds it again.
      await job.moveToWait(token).catch((error: unknown) => log('debug', messageOf(error), { runId }));
    }
    throw new WaitingError();
  }
}

function positionIn({ progress }: Running, { kind }: KindProgress): number {
  return progress.findIndex((one) => one.kind === kind);
}

function stop(active: ActiveRun, reason: StopReason): void {
  active.reason ??= reason;
  active.abort.abort();
}
