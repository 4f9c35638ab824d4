import type { RowFilter } from '../core/journal.ts';
import type { RunReport } from '../core/report.ts';
import { csvOf, ndjsonOf } from './changes-export.ts';
import type { HeldDocument } from './held/document.ts';
import { describeHeld } from './held/held.ts';
import type { AskIncoming } from './held/incoming.ts';
import type { RecordedRun } from './recorded-run.ts';
import { reportPage } from './report-page.ts';
import { REPORT_POLICY } from './report-style.ts';
import { type ProblemsDocument, problemsOf } from './run-problems.ts';
import { findServiceRun, type RunLookup, type ServiceRun, type ServiceRunsParts } from './service-runs.ts';

/** What the service says about what its runs changed. */
export interface RunAnswers {
  /** A run by its id, or `latest`. */
  find(id: string): Promise<RunLookup>;
  ndjson(recorded: RecordedRun, filter: RowFilter, signal: AbortSignal): AsyncIterable<string>;
  csv(recorded: RecordedRun, filter: RowFilter, signal: AbortSignal): AsyncIterable<string>;
  /** What went wrong in a run, and since when. */
  problems(report: Pick<RunReport, 'runId' | 'startedAt' | 'problems'>): Promise<ProblemsDocument>;
  reportPage(recorded: RecordedRun, signal: AbortSignal): Promise<string>;
  /** The deletions that a run held back. `incoming`: Port is asked what leads to the entities. */
  held(found: ServiceRun, asked: HeldQuestion, signal: AbortSignal): Promise<HeldDocument>;
  /** The content security policy of that page. */
  readonly reportPolicy: string;
}

export interface HeldQuestion {
  readonly blueprint?: string | undefined;
  readonly incoming: boolean;
}

interface RunAnswersParts extends ServiceRunsParts {
  readonly askIncoming: (signal: AbortSignal) => AskIncoming;
}

export function createRunAnswers(parts: RunAnswersParts): RunAnswers {
  return {
    find: (id) => findServiceRun(parts, id),
    ndjson: (recorded, filter, signal) => ndjsonOf(recorded.run.runId, recorded.rows(filter, signal)),
    csv: (recorded, filter, signal) => csvOf(recorded.run.runId, recorded.rows(filter, signal)),
    problems: (report) => problemsOf(parts.queue, report),
    reportPage,
    held: (found, { blueprint, incoming }, signal) =>
      describeHeld(found, blueprint, incoming ? parts.askIncoming(signal) : null, signal),
    reportPolicy: REPORT_POLICY,
  };
}
