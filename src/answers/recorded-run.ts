import { type ReportWithRows, rowMatcher, rowsOfPlan, runOfReport } from '../core/change-rows.ts';
import type { JournalRow, JournalRun, RowFilter, RowPage } from '../core/journal.ts';
import type { RunReport } from '../core/report.ts';

/** Why a run has no rows, or not all. */
export interface ChangesNote {
  readonly code: 'changed_nothing' | 'history_off' | 'not_kept' | 'not_recorded' | 'in_progress' | 'rows_lost';
  readonly message: string;
}

/** What is known about what a run changed. */
export interface RecordedRun {
  readonly run: JournalRun;
  /** null: there is none, or not yet. */
  readonly report: Omit<RunReport, 'changes'> | null;
  readonly note: ChangesNote | null;
  /** The rows, in pieces. */
  rows(filter: RowFilter, signal: AbortSignal): AsyncIterable<readonly JournalRow[]>;
}

/** The document of `changes --json` and GET /v1/runs/:id/changes. */
export interface ChangesDocument extends RowPage {
  readonly run: JournalRun;
  /** Why there are no rows, or not all; null when there is nothing to say. */
  readonly note: ChangesNote | null;
}

/** How many rows are handed on at once. */
const PIECE = 1000;

/** The run of a report that has its changes with it: a plan, or the file of a resync. */
export function runOfFile(file: ReportWithRows): RecordedRun {
  const { changes, ...report } = file;
  const rows = rowsOfPlan(file);
  return {
    run: runOfReport(file),
    report,
    note: changes === undefined ? noteWithoutRows(report) : rows.length === 0 ? CHANGED_NOTHING : null,
    async *rows(filter, signal) {
      const matching = rows.filter(rowMatcher(filter));
      for (let at = 0; at < matching.length; at += PIECE) {
        signal.throwIfAborted();
        yield matching.slice(at, at + PIECE);
      }
    },
  };
}

export const CHANGED_NOTHING: ChangesNote = { code: 'changed_nothing', message: 'This run changed nothing.' };

function noteWithoutRows(report: Omit<RunReport, 'changes'>): ChangesNote {
  if (!hasChanged(report)) return CHANGED_NOTHING;
  return {
    code: 'not_recorded',
    message:
      'This report has counts, but not the changes. A file of `komodor-port plan --out` or `komodor-port resync --out` has them.',
  };
}

/** Whether a run changed something, tried to, or held something back. */
export function hasChanged({ blueprints }: Pick<RunReport, 'blueprints'>): boolean {
  return blueprints.some(
    ({ created, updated, deleted, failed, stale }) => created + updated + deleted + failed + stale > 0,
  );
}
