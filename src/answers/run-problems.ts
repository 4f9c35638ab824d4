import type { Problem, RunReport } from '../core/report.ts';
import type { RunQueue } from '../core/run-queue.ts';

/** A problem of a run, with where it comes from and since when it is there. */
export interface RunProblem extends Problem {
  /** The oldest kept run that had it. */
  readonly firstSeen: { readonly runId: string; readonly at: string } | null;
  /** What it means and what to do: `docs/errors.md#field_failed`. */
  readonly docs: string;
}

/** The document of GET /v1/runs/:id/problems. */
export interface ProblemsDocument {
  readonly runId: string;
  /** Errors first, and what came most often. */
  readonly problems: readonly RunProblem[];
}

/** As many as are kept; see KEPT_RUNS. */
const MAX_RUNS = 200;

/** The problems of a finished run. */
export async function problemsOf(
  queue: Pick<RunQueue, 'list'>,
  { runId, startedAt, problems }: Pick<RunReport, 'runId' | 'startedAt' | 'problems'>,
): Promise<ProblemsDocument> {
  const first = new Map(problems.map((problem) => [nameOf(problem), { runId, at: startedAt }]));
  const records = problems.length === 0 ? [] : await queue.list(MAX_RUNS);
  for (const record of records) {
    if (record.state !== 'finished') continue;
    const { report } = record;
    for (const problem of report.problems) {
      const known = first.get(nameOf(problem));
      if (known && report.startedAt < known.at)
        first.set(nameOf(problem), { runId: report.runId, at: report.startedAt });
    }
  }
  return {
    runId,
    problems: [...problems]
      .sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning') || b.count - a.count)
      .map((problem) => ({
        ...problem,
        firstSeen: first.get(nameOf(problem)) ?? null,
        docs: `docs/errors.md#${problem.code}`,
      })),
  };
}

/**
 * What makes problems of several runs the same one: where it comes from, else what it says. Numbers and quoted values differ
 * from run to run.
 */
function nameOf({ code, kind, path, message }: Problem): string {
  const about = path ?? message.replaceAll(/"[^"]*"|\d+/g, '…');
  return JSON.stringify([code, kind ?? null, about]);
}
