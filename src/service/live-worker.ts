import type { Live } from '../compose.ts';
import { withDeadline } from '../core/deadline.ts';
import { describeFailure, isWorthRetrying } from '../core/refresh.ts';
import type { LiveWorker } from '../core/run-queue.ts';
import type { ServiceComponents } from './components.ts';
import type { RunRecording } from './run-worker.ts';
import type { TimelineRecorder } from './timeline-recorder.ts';

const TIMEOUT_MS = 90_000;

/** Processes one live event: reads what it is about from Komodor again. @throws when the queue should try it again */
export function createLiveWorker(
  live: Live,
  { logger }: Pick<ServiceComponents, 'logger'>,
  record: RunRecording | undefined,
  recorder: Pick<TimelineRecorder, 'liveDone'>,
): LiveWorker {
  live
    .prepare()
    .catch((error: unknown) => logger.debug({ detail: describeFailure(error) }, 'live events not ready yet'));
  return async ({ subject, receivedAt }, signal) => {
    const journal = record && { writer: record.journal.begin(newLiveRecord('webhook')), detail: record.detail };
    try {
      const reports = await withDeadline(TIMEOUT_MS, signal, (limited) => live.refresh(subject, limited, journal));
      recorder.liveDone(reports);
      const total = (field: 'written' | 'unchanged' | 'deleted' | 'heldBack') =>
        reports.reduce((sum, report) => sum + report[field], 0);
      const problems = reports.flatMap((report) => report.problems);
      const ageMs = Date.now() - Date.parse(receivedAt);
      logger.info(
        {
          ...subject.place,
          written: total('written'),
          unchanged: total('unchanged'),
          deleted: total('deleted'),
          heldBack: total('heldBack'),
          ageMs,
          phase: 'live',
        },
        'live event worked off',
      );
      for (const { code, message } of problems)
        logger.warn({ ...subject.place, code, detail: message, phase: 'live' }, 'problem');
    } catch (error) {
      logger.warn({ ...subject.place, detail: describeFailure(error), phase: 'live' }, 'live event failed');
      if (isWorthRetrying(error, signal)) throw error;
      recorder.liveDone(undefined);
    } finally {
      await journal?.writer.end('completed');
    }
  };
}

export function newLiveRecord(trigger: 'webhook' | 'watch') {
  return { mode: 'live', trigger, startedAt: new Date().toISOString() } as const;
}
