import { setTimeout as sleep } from 'node:timers/promises';
import type { RunWorker } from '../core/run-queue.ts';

/**
 * Lets a run that an outside change asked for wait first. A commit reaches a cluster in several steps within seconds, each of them
 * asks, and only the first is heard: the run reads what all of them have done.
 */
export function settleFirst(work: RunWorker, settleMs: number): RunWorker {
  return async (runId, order, signal, onProgress) => {
    // An aborted run goes on: it reports that it was aborted.
    if (order.causes !== undefined && settleMs > 0) await sleep(settleMs, undefined, { signal }).catch(() => {});
    return work(runId, order, signal, onProgress);
  };
}
