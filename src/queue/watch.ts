import type { KindProgress } from '../core/ports.ts';
import type { RunEvent, RunProgress, RunRecord } from '../core/run-queue.ts';
import type { RunTimes } from '../core/run-times.ts';
import { isTimes } from './order.ts';

/** Notifications may get lost while Redis is away, so the record is also polled, this often. */
const POLL_MS = 2_000;

/** Where the record of a run and notifications about it come from. */
export interface NotificationSource {
  find(runId: string): Promise<RunRecord | undefined>;
  /** Calls the listener with progress, and with `undefined` when the run may have finished. Returns a function that unsubscribes. */
  listen(runId: string, listener: (progress: RunProgress | undefined) => void): () => void;
}

/**
 * The events of a run until it has finished. A slow reader gets only the latest progress of each kind, and the latest times. For a run that has
 * finished already, `finished` comes at once.
 */
export async function* watchRun(
  runId: string,
  signal: AbortSignal,
  source: NotificationSource,
): AsyncGenerator<RunEvent, void> {
  const unread = new Map<string, KindProgress>();
  let times: RunTimes | undefined;
  let mayHaveFinished = true;
  let wake: () => void = () => undefined;
  const stop = source.listen(runId, (progress) => {
    if (progress === undefined) mayHaveFinished = true;
    else if (isTimes(progress)) times = progress;
    else unread.set(progress.kind, progress);
    wake();
  });
  try {
    for (let first = true; !signal.aborted; first = false) {
      if (mayHaveFinished) {
        mayHaveFinished = false;
        const record = first ? await source.find(runId) : await source.find(runId).catch(() => 'unknown' as const);
        if (record === undefined) return;
        if (record !== 'unknown' && record.state === 'finished') {
          yield { type: 'finished', report: record.report };
          return;
        }
      }
      for (const [kind, progress] of unread) {
        unread.delete(kind);
        yield { type: 'progress', progress };
      }
      if (times !== undefined) {
        const newest = times;
        times = undefined;
        yield { type: 'times', times: newest };
      }
      if (unread.size > 0 || times !== undefined || mayHaveFinished) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          mayHaveFinished = true;
          wake();
        }, POLL_MS);
        wake = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        signal.addEventListener('abort', wake, { once: true });
        if (signal.aborted) wake();
      });
    }
  } finally {
    stop();
    wake();
  }
}
