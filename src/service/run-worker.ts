import type { LiveMarks } from '../core/catalog-guards.ts';
import { together } from '../core/observers.ts';
import type { RunObserver } from '../core/ports.ts';
import { summarize } from '../core/report.ts';
import type { RunOrder, RunWorker } from '../core/run-queue.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Parts } from './parts.ts';

const LEVELS = { completed: 'info', degraded: 'warn', blocked: 'warn', aborted: 'warn', failed: 'error' } as const;

export interface RunSchedule {
  readonly nextResync: () => Promise<Date | null>;
  readonly intervalMinutes: number | null;
}

/** Carries out one run and tells everybody who wants to know: the log, the metrics, Port's screens. */
export function createRunWorker(parts: Parts, schedule: RunSchedule, marks?: LiveMarks): RunWorker {
  return async (runId, order, signal, onProgress) => {
    const logger = parts.logger.child({ runId, mode: order.mode, trigger: order.trigger });
    logger.info({ kinds: order.kinds }, 'run started');
    const nextResync = await schedule.nextResync().catch(() => null);
    const reported = parts.reporter.begin(runId, order, nextResync, schedule.intervalMinutes);
    const traced = parts.tracing.begin(runId, order.mode, order.trigger);
    const observers = [
      reported.observer,
      traced.observer,
      parts.metrics.observer,
      logging(logger),
      { progress: onProgress },
    ];
    const report = await parts.application.run(requestOf(runId, order), signal, {
      observer: together(observers, (error) => logger.error({ err: error }, 'an observer failed')),
      ...(marks ? { marks } : {}),
    });
    parts.metrics.runFinished(report);
    traced.end(report);
    // The summary names the run itself.
    parts.logger[LEVELS[report.status]](summarize(report), 'run finished');
    await reported.end(report, await schedule.nextResync().catch(() => null));
    return report;
  };
}

function requestOf(runId: string, { mode, trigger, kinds, approveDeletions }: RunOrder) {
  return { runId, mode, trigger, kinds, approvedDeletions: approveDeletions };
}

/** Every line with the run, its kind and its phase. */
function logging(logger: Logger): RunObserver {
  return {
    kindStarted: (kind) => logger.info({ kind, phase: 'extract' }, 'kind started'),
    kindFinished: (progress) => logger.info({ ...progress, phase: 'extract' }, 'kind read'),
    problem: ({ severity, code, kind, message }) =>
      logger[severity === 'error' ? 'error' : 'warn']({ code, kind, detail: message }, 'problem'),
    deletionsDecided(blueprint, stale, { type }) {
      if (stale.length > 0)
        logger.info({ blueprint, stale: stale.length, decision: type, phase: 'reconcile' }, 'stale entities');
    },
  };
}
