import { isDoneWithin } from '../../core/deadline.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from './log.ts';

export type Job = (signal: AbortSignal) => Promise<void>;

/** Work for the background, one job after the other. A job that fails costs only itself. */
export interface Lane {
  add(job: Job): void;
  /** Waits until nothing is left, at most this long. */
  drained(ms: number): Promise<boolean>;
  /** Drops what is left. */
  giveUp(): void;
}

/** More than a run ever has to say; only a host that hangs for the whole of it lets so much pile up. */
const MAX_WAITING = 200;

/**
 * @param who gets what the jobs send
 * @param what they send, for the one message about those that failed: `a status report`
 */
export function createLane(who: string, what: string, log: Log): Lane {
  const ending = new AbortController();
  let tail: Promise<void> = Promise.resolve();
  let waiting = 0;
  let failures = 0;

  async function carryOut(job: Job): Promise<void> {
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
      tail = tail.then(() => carryOut(job));
    },
    drained: (ms) => isDoneWithin(ms, tail),
    giveUp: () => ending.abort(),
  };
}
