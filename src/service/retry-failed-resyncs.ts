import { setTimeout as sleep } from 'node:timers/promises';
import type { Code } from '../core/errors.ts';
import type { RunReport } from '../core/report.ts';
import type { RunOrder, RunWorker } from '../core/run-queue.ts';
import type { Log } from '../port/reporting/log.ts';

const FIRST_DELAY_MS = 5000;
/** The longest delay while Komodor or Port is unreachable. Such a run costs little, and the outage may end any time. */
const MAX_UNREACHABLE_DELAY_MS = 300_000;

const UNREACHABLE_CODES: readonly Code[] = ['komodor_unreachable', 'port_unreachable', 'port_failed'];

export interface RetryOptions {
  readonly run: RunWorker;
  /** Requests a run from the queue. */
  readonly request: (order: RunOrder) => Promise<unknown>;
  /** The time between scheduled resyncs; null: there is no schedule. */
  readonly everyMs: number | null;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Wraps a worker: a failed resync is requested again after a delay that grows, and not only at the next interval. This is
 * done when Komodor or Port was unreachable, and for every failure as long as no resync has succeeded.
 */
export function retryFailedResyncs(options: RetryOptions): RunWorker {
  const { run, request, everyMs, log, signal, wait = pause } = options;
  let failures = 0;
  let hasSucceeded = false;
  let waiting: AbortController | undefined;

  function retryDelayAfter(report: RunReport): number | undefined {
    const grown = FIRST_DELAY_MS * 2 ** (failures - 1);
    if (wasUnreachable(report)) return Math.min(grown, MAX_UNREACHABLE_DELAY_MS);
    if (hasSucceeded) return undefined;
    // A person may have to mend this, so once the delay reaches the interval, the schedule is enough.
    return grown < (everyMs ?? Number.POSITIVE_INFINITY) ? Math.min(grown, 60 * 60_000) : undefined;
  }

  async function requestLater(order: RunOrder, ms: number): Promise<void> {
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
      hasSucceeded = true;
      return report;
    }
    failures += 1;
    const ms = retryDelayAfter(report);
    if (ms === undefined || signal.aborted) return report;
    log('warn', `The failed run is tried again in ${Math.round(ms / 1000)} s`, { runId });
    void requestLater(order, ms);
    return report;
  };
}

function wasUnreachable({ problems }: RunReport): boolean {
  return problems.some(({ code }) => UNREACHABLE_CODES.includes(code));
}

/** Its timer does not keep the process alive. */
function pause(ms: number, signal: AbortSignal): Promise<unknown> {
  return sleep(ms, undefined, { signal, ref: false });
}
