import { type Freshness, judgeFreshness, type ResyncsNow } from '../core/freshness.ts';
import type { RunQueue, RunRecord } from '../core/run-queue.ts';
import { attemptWithoutMapping, type TruthRecord } from '../core/truths.ts';

/** How many of the latest runs are looked at for the resync that runs or waits, and for the last one. */
const LATEST_RUNS = 20;

export interface FreshnessReaderOptions {
  readonly queue: Pick<RunQueue, 'truths' | 'list' | 'nextScheduledAt'>;
  /** The time between scheduled resyncs; null: there is no schedule. */
  readonly everyMs: number | null;
  readonly now?: () => number;
}

/**
 * Judges freshness whenever it is asked, from what the queue knows. While the queue cannot be reached it judges by what it
 * knew before.
 */
export function createFreshnessReader({ queue, everyMs, now = Date.now }: FreshnessReaderOptions) {
  const since = now();
  let known: readonly TruthRecord[] = [];
  let lastWithoutMapping: ReturnType<typeof attemptWithoutMapping> | null = null;

  return async (): Promise<Freshness> => {
    const answers = await Promise.all([queue.truths(), queue.list(LATEST_RUNS), queue.nextScheduledAt()]).catch(
      () => undefined,
    );
    if (answers !== undefined) {
      known = answers[0];
      lastWithoutMapping = lastAttempt(answers[1]);
    }
    return judgeFreshness({
      truths: known,
      lastWithoutMapping,
      since,
      intervalMs: everyMs,
      queue: answers === undefined ? null : { resyncs: resyncsIn(answers[1]), nextAt: answers[2]?.getTime() ?? null },
      now: now(),
    });
  };
}

function resyncsIn(runs: readonly RunRecord[]): ResyncsNow {
  const resyncs = runs.filter(({ order }) => order.mode === 'resync');
  if (resyncs.some(({ state }) => state === 'running')) return 'running';
  return resyncs.some(({ state }) => state === 'queued') ? 'waiting' : 'none';
}

/** How the last resync ended, when it did not end well. */
function lastAttempt(runs: readonly RunRecord[]) {
  const last = runs.find(({ state, order }) => state === 'finished' && order.mode === 'resync');
  return last?.state === 'finished' && last.report.status === 'failed' ? attemptWithoutMapping(last.report) : null;
}
