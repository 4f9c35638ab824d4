import type { ChangesPage, JournalRow, RunReport } from '../../api/documents.ts';
import { ACTIONS, OUTCOMES } from './filter.ts';

export interface MatrixRow {
  /** null: refused, and the report does not say whether it was a creation or an update. */
  readonly action: JournalRow['action'] | null;
  readonly numbers: readonly number[];
  readonly sum: number;
}

export interface MatrixCounts {
  readonly outcomes: readonly JournalRow['outcome'][];
  readonly rows: readonly MatrixRow[];
  /** Whether there are rows behind the numbers. */
  readonly hasRows: boolean;
}

/** What became of what a run wanted, by action and outcome: from its rows, else from its report. */
export function matrixOf(run: ChangesPage['run'], report: RunReport | undefined): MatrixCounts {
  const hasRows = run.rows > 0;
  const counts = hasRows || report === undefined ? run.counts : countsOfReport(report);
  const number = (action: JournalRow['action'], outcome: JournalRow['outcome']) => counts[action]?.[outcome] ?? 0;
  const isPlan = run.mode === 'plan';
  const outcomes = OUTCOMES.filter((outcome) =>
    isPlan
      ? outcome === 'planned' || outcome === 'held_back'
      : outcome !== 'planned' && (outcome !== 'superseded' || ACTIONS.some((action) => number(action, outcome) > 0)),
  );
  const rowOf = (action: MatrixRow['action'], numbers: readonly number[]): MatrixRow => ({
    action,
    numbers,
    sum: numbers.reduce((sum, each) => sum + each, 0),
  });
  const rows = ACTIONS.map((action) =>
    rowOf(
      action,
      outcomes.map((outcome) => number(action, outcome)),
    ),
  );
  const failed = hasRows ? 0 : sumOf(report, 'failed');
  if (failed > 0)
    rows.push(
      rowOf(
        null,
        outcomes.map((outcome) => (outcome === 'refused' ? failed : 0)),
      ),
    );
  return { outcomes, rows, hasRows };
}

/** A number of all blueprints together. */
export function sumOf(
  report: RunReport | undefined,
  field: 'created' | 'updated' | 'deleted' | 'failed' | 'unchanged' | 'stale',
) {
  return report?.blueprints.reduce((sum, blueprint) => sum + blueprint[field], 0) ?? 0;
}

function countsOfReport(report: RunReport): ChangesPage['run']['counts'] {
  const held = report.blueprints.reduce((sum, { deletionBlocked }) => sum + (deletionBlocked?.count ?? 0), 0);
  return {
    create: { done: sumOf(report, 'created') },
    update: { done: sumOf(report, 'updated') },
    delete: { done: sumOf(report, 'deleted'), held_back: held },
  };
}
