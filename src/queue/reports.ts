import type { Problem, RunReport, RunStatus } from '../core/report.ts';
import type { RunOrder } from '../core/run-queue.ts';

/** How a run ended that was not executed, or not to its end. */
interface AbnormalEnd {
  readonly status: RunStatus;
  readonly problem: Pick<Problem, 'code' | 'message'>;
}

export const CANCELLED: AbnormalEnd = {
  status: 'aborted',
  problem: { code: 'aborted', message: 'The run was cancelled before it began.' },
};

export const LOST: AbnormalEnd = {
  status: 'failed',
  problem: {
    code: 'unexpected',
    message:
      'The run was lost: the processes that carried it out ended in the middle of it, more often than may be. Look whether they run out of memory.',
  },
};

/** The end of a run whose worker threw. It should not. */
export function workerThrew(message: string): AbnormalEnd {
  return { status: 'failed', problem: { code: 'unexpected', message: `The run ended unexpectedly: ${message}` } };
}

/** A report that says only how the run ended. */
export function shortReport(
  runId: string,
  order: RunOrder,
  ending: AbnormalEnd,
  times: { readonly startedAt: string; readonly finishedAt: string },
): RunReport {
  return {
    runId,
    mode: order.mode,
    trigger: order.trigger,
    status: ending.status,
    ...times,
    durationMs: Math.max(0, Date.parse(times.finishedAt) - Date.parse(times.startedAt)),
    kinds: [],
    blueprints: [],
    problems: [{ ...ending.problem, severity: 'error', count: 1, samples: [] }],
    requests: { komodor: 0, port: 0, retries: 0, rateLimitWaitMs: 0 },
    ...(order.causes && { causes: order.causes }),
  };
}

/** A report without its list of changes, which may be long. */
export function withoutChanges({ changes: _, ...report }: RunReport): RunReport {
  return report;
}
