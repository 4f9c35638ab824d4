import { setTimeout as sleep } from 'node:timers/promises';
import type { Code } from '../core/errors.ts';
import type { RunReport } from '../core/report.ts';
import type { RunOrder, RunWorker } from '../core/run-queue.ts';
import type { Log } from '../port/reporting/log.ts';

const FIRST_PAUSE_MS = 5000;
/** A run that reaches nobody costs nothing, so an outage should not outlast its end by more than this. */
const LONGEST_PAUSE_MS = 300_000;

const OUT_OF_REACH: readonly Code[] = ['komodor_unreachable', 'port_unreachable', 'port_failed'];

export interface ComebackOptions {
  readonly run: RunWorker;
  /** Asks the queue for a run. */
  readonly request: (order: RunOrder) => Promise<unknown>;
  /** Time between scheduled resyncs; null: there are none. */
  readonly everyMs: number | null;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * A worker whose failed resyncs come back soon, with growing pauses, instead of at the next interval: those that reached
 * nobody, and whatever failed before the first resync that did not.
 */
export function createComeback(options: ComebackOptions): RunWorker {
  const { run, request, everyMs, log, signal, wait = pause } = options;
  let failures = 0;
  let hasWorked = false;
  let waiting: AbortController | undefined;

  function pauseAfter(report: RunReport): number | undefined {
    const grown = FIRST_PAUSE_MS * 2 ** (failures - 1);
    if (isOutOfReach(report)) return Math.min(grown, LONGEST_PAUSE_MS);
    if (hasWorked) return undefined;
    // What is wrong with it may need a person: after a while the interval has to do.
    return grown < (everyMs ?? Number.POSITIVE_INFINITY) ? Math.min(grown, 60 * 60_000) : undefined;
  }

  async function comeBack(order: RunOrder, ms: number): Promise<void> {
    const own = new AbortController();
    waiting = own;
    try {
      await wait(ms, AbortSignal.any([own.signal, signal]));
    } catch {
      return;
    }
    await request(order);
  }

  return async (runId, order, runSignal, onProgress) => {
    const report = await run(runId, order, runSignal, onProgress);
    if (order.mode !== 'resync' || report.status === 'aborted') return report;
    waiting?.abort();
    if (report.status !== 'failed') {
      failures = 0;
      hasWorked = true;
      return report;
    }
    failures += 1;
    const ms = pauseAfter(report);
    if (ms === undefined || signal.aborted) return report;
    log('warn', `The failed run is tried again in ${Math.round(ms / 1000)} s`, { runId });
    void comeBack(order, ms);
    return report;
  };
}

function isOutOfReach({ problems }: RunReport): boolean {
  return problems.some(({ code }) => OUT_OF_REACH.includes(code));
}

/** Does not keep the process from ending. */
function pause(ms: number, signal: AbortSignal): Promise<unknown> {
  return sleep(ms, undefined, { signal, ref: false });
}
