import type { Live } from '../compose.ts';
import { AppError } from '../core/errors.ts';
import type { ItemChanges } from '../core/live-changes.ts';
import { describeFailure, isWorthRetrying } from '../core/refresh.ts';
import { QueueUnavailable } from '../core/run-queue.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { Logger } from '../telemetry/logger.ts';
import { newLiveRecord } from './live-worker.ts';
import type { RunRecording } from './run-worker.ts';
import type { TimelineRecorder } from './timeline-recorder.ts';

/** How often changes are tried whose failure time alone may not mend. */
const ATTEMPTS = 5;

/** Brings changes of a watch to Port. @throws when they should be tried again */
export function createChangeWorker(
  live: Pick<Live, 'refreshItems'>,
  logger: Logger,
  record: RunRecording | undefined,
  recorder: Pick<TimelineRecorder, 'liveDone'>,
) {
  return async (changes: ItemChanges, attempt: number, signal: AbortSignal): Promise<void> => {
    const { kind } = changes;
    const events = changes.changed.length + changes.gone.length;
    const journal = record && { writer: record.journal.begin(newLiveRecord('watch')), detail: record.detail };
    try {
      const report = await live.refreshItems(changes, signal, journal);
      const { problems, ...counts } = report;
      const isNews = counts.written + counts.deleted + counts.heldBack + counts.failed > 0;
      logger[isNews ? 'info' : 'debug'](
        { kind, events, ...counts, phase: 'watch' },
        'changes of the cluster worked off',
      );
      for (const { code, message } of problems) logger.warn({ kind, code, detail: message, phase: 'watch' }, 'problem');
      if (counts.failed > 0 && attempt < ATTEMPTS)
        throw new AppError('port_failed', `Port did not take ${counts.failed} entities; they are tried again`);
      recorder.liveDone([report], events);
    } catch (error) {
      if (signal.aborted) throw error;
      const isOver = !isWorthRetrying(error, signal) || (attempt >= ATTEMPTS && !mayPass(error));
      const what = isOver
        ? 'changes of the cluster failed: the next resync brings them'
        : 'changes of the cluster failed';
      logger.warn({ kind, events, attempt, detail: describeFailure(error), phase: 'watch' }, what);
      if (!isOver) throw error;
      recorder.liveDone(undefined, events);
    } finally {
      await journal?.writer.end('completed');
    }
  };
}

const PASSING: readonly string[] = ['port_failed', 'port_unreachable'];

/** Whether it is enough to wait: Port or the queue is away. */
function mayPass(error: unknown): boolean {
  if (error instanceof QueueUnavailable) return true;
  if (error instanceof HttpFailure) return error.status === undefined || error.status >= 500 || error.status === 429;
  return error instanceof AppError && PASSING.includes(error.code);
}
