import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, type Job, WaitingError } from 'bullmq';
import { messageOf } from '../core/errors.ts';
import type { KindProgress } from '../core/ports.ts';
import type { RunReport } from '../core/report.ts';
import type { RunRecord, RunWorker } from '../core/run-queue.ts';
import { withProgress } from './order.ts';
import type { QueueLog } from './redis-connections.ts';
import { CANCELLED, crashed, shortReport } from './reports.ts';
import type { RunStore } from './run-store.ts';

/** How long a run waits that may not begin because another one still has the lease. */
const BUSY_MS = 250;
const BEAT_MS = 1_000;

type Running = Extract<RunRecord, { state: 'running' }>;

/** Why a run in progress is to stop. `lost`: somebody else has it by now. */
type Reason = 'cancel' | 'lost' | 'close';

interface Carried {
  record: Running;
  readonly token: string;
  readonly abort: AbortController;
  reason: Reason | undefined;
}

export interface RunCarrierOptions {
  readonly work: RunWorker;
  /** Waits while Redis is away. */
  readonly patient: RunStore;
  /** Fails while Redis is away. */
  readonly quick: RunStore;
  /** How long the lease of a run lasts without a sign of life of its worker. */
  readonly leaseMs: number;
  readonly log: QueueLog;
}

/** Carries out the runs that BullMQ hands to this process, one at a time. */
export class RunCarrier {
  readonly #options: RunCarrierOptions;
  #carried: Carried | undefined;
  #isClosing = false;

  constructor(options: RunCarrierOptions) {
    this.#options = options;
  }

  /** Stops the run if it is this process that carries it out. */
  cancel(runId: string): void {
    if (this.#carried?.record.runId === runId) stop(this.#carried, 'cancel');
  }

  /** Begins nothing more and hands back the run in progress. */
  close(): void {
    this.#isClosing = true;
    if (this.#carried !== undefined) stop(this.#carried, 'close');
  }

  /** BullMQ's processor. */
  async process(job: Job, token: string): Promise<void> {
    const { patient, leaseMs } = this.#options;
    const runId = String(job.id);
    const begun = await patient.begin(runId, token, leaseMs);
    if (begun === 'busy') {
      await job.moveToDelayed(Date.now() + BUSY_MS, token);
      throw new DelayedError();
    }
    const record = await patient.find(runId);
    if (begun === 'cancelled' && record !== undefined) await this.#endUnbegun(record);
    if (begun !== 'begun' || record?.state !== 'running') return;

    const carried: Carried = { record, token, abort: new AbortController(), reason: undefined };
    this.#carried = carried;
    if (this.#isClosing) stop(carried, 'close');
    const report = await this.#carry(carried);
    this.#carried = undefined;
    if (carried.reason === 'lost') return;
    if (carried.reason === 'close' && report.status === 'aborted') await this.#handBack(job, token);
    else await patient.finish(runId, { token }, report, carried.record);
  }

  async #endUnbegun({ runId, order }: RunRecord): Promise<void> {
    const now = new Date().toISOString();
    const report = shortReport(runId, order, CANCELLED, { startedAt: now, finishedAt: now });
    await this.#options.patient.finish(runId, 'lost', report);
  }

  async #carry(carried: Carried): Promise<RunReport> {
    const { runId, order, startedAt } = carried.record;
    const over = new AbortController();
    const beating = this.#beat(carried, over.signal);
    const work = this.#options.work(runId, order, carried.abort.signal, (progress) =>
      this.#progress(carried, progress),
    );
    const report = await work.catch((error: unknown) =>
      shortReport(runId, order, crashed(messageOf(error)), { startedAt, finishedAt: new Date().toISOString() }),
    );
    over.abort();
    await beating;
    return report;
  }

  /** Renews the lease, and learns from it whether the run is still wanted and still ours. */
  async #beat(carried: Carried, over: AbortSignal): Promise<void> {
    const { quick, leaseMs, log } = this.#options;
    while (!over.aborted) {
      await sleep(Math.min(BEAT_MS, leaseMs / 4), undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return;
      // Redis away: the run goes on. Whether somebody else has it is learned when Redis is back.
      const answer = await quick.beat(carried.record, carried.token, leaseMs).catch(() => 'unknown');
      if (answer === 'cancelled') stop(carried, 'cancel');
      if (answer !== 'lost' || over.aborted || carried.reason !== undefined) continue;
      log('warn', 'Another worker has taken over this run; it stops here.', { runId: carried.record.runId });
      stop(carried, 'lost');
    }
  }

  #progress(carried: Carried, progress: KindProgress): void {
    carried.record = { ...carried.record, progress: withProgress(carried.record.progress, progress) };
    // For people who watch; the next one makes up for one that is lost.
    const place = carried.record.progress.findIndex(({ kind }) => kind === progress.kind);
    this.#options.quick.progress(carried.record.runId, progress, place).catch(() => undefined);
  }

  async #handBack(job: Job, token: string): Promise<never> {
    const { patient, log } = this.#options;
    const runId = String(job.id);
    if (await patient.handBack(runId, token)) {
      log('info', 'The run in progress was handed back; another worker, or the next start, begins it anew.', { runId });
      // It fails when Redis has lost the job; the upkeep of the next replica adds it again.
      await job.moveToWait(token).catch((error: unknown) => log('debug', messageOf(error), { runId }));
    }
    throw new WaitingError();
  }
}

function stop(carried: Carried, reason: Reason): void {
  carried.reason ??= reason;
  carried.abort.abort();
}
