import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { messageOf } from '../core/errors.ts';
import type { RunMode, RunReport } from '../core/report.ts';
import {
  QueueUnavailable,
  type RunOrder,
  type RunProgress,
  type RunRecord,
  type RunTicket,
  type RunWorker,
} from '../core/run-queue.ts';
import { KEPT_CHANGES, MAX_OPEN_RUNS, TOO_MANY_PLANS, TOO_MANY_PLANS_RETRY_S } from './limits.ts';
import { covers, mergeOrders, withoutMapping, withProgress } from './order.ts';
import { CANCELLED, shortReport, withoutChanges, workerThrew } from './reports.ts';

type Queued = Extract<RunRecord, { state: 'queued' }>;
type Finished = Extract<RunRecord, { state: 'finished' }>;

interface Active {
  record: Extract<RunRecord, { state: 'running' }>;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** Runs in memory: one runs at a time, and at most one of each mode waits, besides plans with a mapping of their own. */
export class InlineRuns {
  /** Emits a run's id with its progress, or with undefined when it has finished. */
  readonly notifications = new EventEmitter().setMaxListeners(0);
  readonly #historySize: number;
  /** In the order of the requests. */
  readonly #waiting = new Map<string, Queued>();
  #active: Active | undefined;
  /** The oldest first. */
  readonly #finished: Finished[] = [];
  #worker: RunWorker | undefined;

  constructor(historySize: number) {
    this.#historySize = historySize;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get activeMode(): RunMode | undefined {
    return this.#active?.record.order.mode;
  }

  request(order: RunOrder, startAfterNow: boolean): RunTicket {
    const active = this.#active;
    if (active !== undefined && !startAfterNow && !active.abort.signal.aborted && covers(active.record.order, order)) {
      return { runId: active.record.runId, joined: true };
    }
    const runId = randomUUID();
    const place = placeOf(runId, order);
    const waiting = this.#waiting.get(place);
    if (waiting !== undefined) {
      this.#waiting.set(place, { ...waiting, order: mergeOrders(waiting.order, order) });
      return { runId: waiting.runId, joined: true };
    }
    const open = this.#waiting.size + (active === undefined ? 0 : 1);
    if (order.mapping !== undefined && open >= MAX_OPEN_RUNS)
      throw new QueueUnavailable(TOO_MANY_PLANS, TOO_MANY_PLANS_RETRY_S);
    this.#waiting.set(place, { state: 'queued', runId, order, requestedAt: new Date().toISOString() });
    this.#startNext();
    return { runId, joined: false };
  }

  records(): readonly RunRecord[] {
    const active = this.#active === undefined ? [] : [this.#active.record];
    return [...[...this.#waiting.values()].reverse(), ...active, ...this.#finished.toReversed()];
  }

  cancel(runId: string): boolean {
    if (this.#active?.record.runId === runId) {
      this.#active.abort.abort();
      return true;
    }
    const waiting = [...this.#waiting.values()].find((record) => record.runId === runId);
    if (waiting === undefined) return false;
    this.#waiting.delete(placeOf(runId, waiting.order));
    const now = new Date().toISOString();
    this.#finish(waiting, now, shortReport(runId, waiting.order, CANCELLED, { startedAt: now, finishedAt: now }));
    return true;
  }

  start(worker: RunWorker): void {
    this.#worker = worker;
    this.#startNext();
  }

  /** Starts nothing more, aborts the run in progress and waits for it. */
  async close(): Promise<void> {
    this.#worker = undefined;
    this.#active?.abort.abort();
    await this.#active?.ended;
  }

  #startNext(): void {
    const worker = this.#worker;
    const [next] = this.#waiting.values();
    if (worker === undefined || this.#active !== undefined || next === undefined) return;
    this.#waiting.delete(placeOf(next.runId, next.order));
    const abort = new AbortController();
    const record = { ...next, state: 'running' as const, startedAt: new Date().toISOString(), progress: [] };
    // The worker starts in a later turn of the event loop, when #active is set.
    const ended = Promise.resolve().then(() => this.#execute(worker, record.runId, record.order, abort.signal));
    this.#active = { record, abort, ended };
  }

  async #execute(worker: RunWorker, runId: string, order: RunOrder, signal: AbortSignal): Promise<void> {
    const report = await worker(runId, order, signal, (progress) => this.#progress(runId, progress)).catch(messageOf);
    const active = this.#active;
    if (active === undefined) return;
    const { startedAt } = active.record;
    const times = { startedAt, finishedAt: new Date().toISOString() };
    this.#active = undefined;
    this.#finish(
      active.record,
      startedAt,
      typeof report === 'string' ? shortReport(runId, order, workerThrew(report), times) : report,
    );
    this.#startNext();
  }

  #progress(runId: string, progress: RunProgress): void {
    const active = this.#active;
    if (active?.record.runId !== runId) return;
    active.record = withProgress(active.record, progress);
    this.notifications.emit(runId, progress);
  }

  #finish(of: Omit<Queued, 'state'>, startedAt: string, report: RunReport): void {
    const { runId, requestedAt } = of;
    const order = withoutMapping(of.order);
    this.#finished.push({ state: 'finished', runId, order, requestedAt, startedAt, report });
    if (this.#finished.length > this.#historySize) this.#finished.shift();
    const old = this.#finished.at(-1 - KEPT_CHANGES);
    if (old !== undefined) {
      this.#finished[this.#finished.indexOf(old)] = { ...old, report: withoutChanges(old.report) };
    }
    this.notifications.emit(runId, undefined);
  }
}

/** Where a run waits. Requests with the same place become one run. */
function placeOf(runId: string, { mode, mapping }: RunOrder): string {
  return mapping === undefined ? mode : `${mode} ${runId}`;
}
