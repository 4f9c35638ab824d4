import { isDoneWithin } from '../../core/deadline.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from './log.ts';

export type Job = (signal: AbortSignal) => Promise<void>;

/** Runs jobs in the background, one after the other. The failure of one does not affect the next. */
export interface JobQueue {
  add(job: Job): void;
  /** Waits until all jobs are done, at most this long. */
  drained(ms: number): Promise<boolean>;
  /** Aborts the current job and drops the others. */
  dropAll(): void;
}

/** How many jobs may wait. A run never has that many, unless the host hangs. */
const MAX_WAITING = 200;

/**
 * @param who the receiver, for messages: `Port`
 * @param what the jobs send, for messages: `a status report`
 */
export function createJobQueue(who: string, what: string, log: Log): JobQueue {
  const ending = new AbortController();
  let tail: Promise<void> = Promise.resolve();
  let waiting = 0;
  let failures = 0;

  async function runJob(job: Job): Promise<void> {
    try {
      if (!ending.signal.aborted) await job(ending.signal);
    } catch (error) {
      failures += 1;
      if (!ending.signal.aborted)
        log(failures === 1 ? 'warn' : 'debug', `${who} did not take ${what}: ${messageOf(error)}`);
    } finally {
      waiting -= 1;
    }
  }

  return {
    add(job) {
      if (waiting >= MAX_WAITING) return;
      waiting += 1;
      tail = tail.then(() => runJob(job));
    },
    drained: (ms) => isDoneWithin(ms, tail),
    dropAll: () => ending.abort(),
  };
}
