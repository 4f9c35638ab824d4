import { type ReportWithRows, rowMatcher, rowsOfPlan, runOfReport } from '../core/change-rows.ts';
import type { JournalRow, JournalRun, RowFilter, RowPage } from '../core/journal.ts';
import { didYouMean } from '../core/nearest.ts';
import type { RunReport } from '../core/report.ts';

/** Why a run has no rows, or not all. */
export interface ChangesNote {
  readonly code:
    | 'changed_nothing'
    | 'history_off'
    | 'not_kept'
    | 'not_recorded'
    | 'in_progress'
    | 'rows_lost'
    | 'no_such_blueprint';
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
    note: changes === undefined ? noteWithoutRows(report) : rows.length === 0 ? changedNothing(report) : null,
    async *rows(filter, signal) {
      const matching = rows.filter(rowMatcher(filter));
      for (let at = 0; at < matching.length; at += PIECE) {
        signal.throwIfAborted();
        yield matching.slice(at, at + PIECE);
      }
    },
  };
}

/** Says of a run that did not end well also why. */
export function changedNothing(report: Pick<RunReport, 'status' | 'problems'> | null): ChangesNote {
  const plain = 'This run changed nothing.';
  if (report === null || report.status === 'completed') return { code: 'changed_nothing', message: plain };
  const why = report.problems.find(({ severity }) => severity === 'error');
  const because = why === undefined ? '' : `: ${why.code}: ${why.message.replace(/\.$/, '')}`;
  return { code: 'changed_nothing', message: `${plain} It ended as ${report.status}${because}.` };
}

/** A filter by a blueprint that the run has nothing to do with; null: it has, or that is not known. */
export function noteOnBlueprint({ report }: RecordedRun, { blueprint }: RowFilter): ChangesNote | null {
  const known = report?.blueprints.map((each) => each.blueprint) ?? [];
  if (blueprint === undefined || known.length === 0 || known.includes(blueprint)) return null;
  const message = `This run has nothing of a blueprint ${blueprint}; its blueprints are ${known.join(', ')}${didYouMean(blueprint, known)}.`;
  return { code: 'no_such_blueprint', message };
}

function noteWithoutRows(report: Omit<RunReport, 'changes'>): ChangesNote {
  if (!hasChanged(report)) return changedNothing(report);
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
