import type { LiveMarks } from '../core/catalog-guards.ts';
import { combineObservers } from '../core/observers.ts';
import type { RunObserver } from '../core/ports.ts';
import { summarize } from '../core/report.ts';
import type { RunOrder, RunWorker } from '../core/run-queue.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ServiceComponents } from './components.ts';

const LEVELS = { completed: 'info', degraded: 'warn', blocked: 'warn', aborted: 'warn', failed: 'error' } as const;

export interface RunSchedule {
  readonly nextResync: () => Promise<Date | null>;
  readonly intervalMinutes: number | null;
}

/** Executes one run and reports it to the log, the metrics, the traces and Port's pages. */
export function createRunWorker(components: ServiceComponents, schedule: RunSchedule, marks?: LiveMarks): RunWorker {
  return async (runId, order, signal, onProgress) => {
    const logger = components.logger.child({ runId, mode: order.mode, trigger: order.trigger });
    logger.info({ kinds: order.kinds }, 'run started');
    const nextResync = await schedule.nextResync().catch(() => null);
    const reported = components.reporter.begin(runId, order, nextResync, schedule.intervalMinutes);
    const traced = components.tracing.begin(runId, order.mode, order.trigger);
    const observers = [
      reported.observer,
      traced.observer,
      components.metrics.observer,
      logObserver(logger),
      { progress: onProgress },
    ];
    const report = await components.application.run(requestOf(runId, order), signal, {
      observer: combineObservers(observers, (error) => logger.error({ err: error }, 'an observer failed')),
      ...(marks ? { marks } : {}),
    });
    components.metrics.runFinished(report);
    traced.end(report);
    // Not the child logger: the summary contains the run's id itself.
    components.logger[LEVELS[report.status]](summarize(report), 'run finished');
    await reported.end(report, await schedule.nextResync().catch(() => null));
    return report;
  };
}

function requestOf(runId: string, { mode, trigger, kinds, approveDeletions }: RunOrder) {
  return { runId, mode, trigger, kinds, approvedDeletions: approveDeletions };
}

/** Logs the steps of a run, each with its kind and phase. */
function logObserver(logger: Logger): RunObserver {
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
