import type { RowFilter } from '../core/journal.ts';
import { csvOf, ndjsonOf } from './changes-export.ts';
import type { RecordedRun } from './recorded-run.ts';
import { reportPage } from './report-page.ts';
import { REPORT_POLICY } from './report-style.ts';
import { findServiceRun, type RunLookup, type ServiceRunsParts } from './service-runs.ts';

/** What the service says about what its runs changed. */
export interface RunAnswers {
  /** A run by its id, or `latest`. */
  find(id: string): Promise<RunLookup>;
  ndjson(recorded: RecordedRun, filter: RowFilter, signal: AbortSignal): AsyncIterable<string>;
  csv(recorded: RecordedRun, filter: RowFilter, signal: AbortSignal): AsyncIterable<string>;
  reportPage(recorded: RecordedRun, signal: AbortSignal): Promise<string>;
  /** The content security policy of that page. */
  readonly reportPolicy: string;
}

export function createRunAnswers(parts: ServiceRunsParts): RunAnswers {
  return {
    find: (id) => findServiceRun(parts, id),
    ndjson: (recorded, filter, signal) => ndjsonOf(recorded.run.runId, recorded.rows(filter, signal)),
    csv: (recorded, filter, signal) => csvOf(recorded.run.runId, recorded.rows(filter, signal)),
    reportPage,
    reportPolicy: REPORT_POLICY,
  };
}
