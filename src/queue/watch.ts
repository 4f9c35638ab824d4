import type { KindProgress } from '../core/ports.ts';
import type { RunEvent, RunRecord } from '../core/run-queue.ts';

/** A message about a run may get lost (Redis away): the record is looked at this often as well. */
const LOOK_MS = 2_000;

/** Where news about runs come from. */
export interface RunNews {
  find(runId: string): Promise<RunRecord | undefined>;
  /** Tells of progress, and `undefined` when the run may have finished. Returns how to stop listening. */
  listen(runId: string, listener: (progress: KindProgress | undefined) => void): () => void;
}

/**
 * Follows a run. Of a kind's progress only the newest is kept for a slow reader. A run that has finished already gives
 * its `finished` at once, so that one who looked just before does not wait for ever.
 */
export async function* watchRun(runId: string, signal: AbortSignal, news: RunNews): AsyncGenerator<RunEvent, void> {
  const unread = new Map<string, KindProgress>();
  let mayHaveFinished = true;
  let wake: () => void = () => undefined;
  const stop = news.listen(runId, (progress) => {
    if (progress === undefined) mayHaveFinished = true;
    else unread.set(progress.kind, progress);
    wake();
  });
  try {
    for (let first = true; !signal.aborted; first = false) {
      if (mayHaveFinished) {
        mayHaveFinished = false;
        const record = first ? await news.find(runId) : await news.find(runId).catch(() => 'unknown' as const);
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
      if (unread.size > 0 || mayHaveFinished) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          mayHaveFinished = true;
          wake();
        }, LOOK_MS);
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
