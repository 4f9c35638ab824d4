import { setTimeout as sleep } from 'node:timers/promises';
import { QueueUnavailable, type RunOrder, type RunQueue } from '../core/run-queue.ts';
import type { ClusterWatch } from './cluster-watch.ts';

export const FULL_RESYNC: Omit<RunOrder, 'trigger'> = { mode: 'resync', kinds: [], approveDeletions: [] };
const RETRY_MS = 2000;
/** How long the first resync waits until the cluster is watched, so that nothing is missed between the two. */
const WATCH_BEGIN_MS = 10_000;

/** Requests a resync at the start. It also brings what was in the cluster before it was watched. */
export async function requestFirstResync(
  queue: RunQueue,
  clusterWatch: ClusterWatch | undefined,
  signal: AbortSignal,
): Promise<void> {
  await clusterWatch?.begun(WATCH_BEGIN_MS);
  await retryUntilQueueReady(async () => {
    clusterWatch?.covered();
    await queue.request({ ...FULL_RESYNC, trigger: 'start' });
  }, signal);
}

/** Tries until the queue is available or the service stops. */
export async function retryUntilQueueReady(action: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await action();
      return;
    } catch (error) {
      if (!(error instanceof QueueUnavailable)) throw error;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
