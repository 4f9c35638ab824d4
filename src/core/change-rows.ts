import type { JournalOutcome, JournalRow, JournalRun, RowFilter } from './journal.ts';
import type { Change, FromTo, RunReport } from './report.ts';

export const ACTIONS = ['delete', 'update', 'create'] as const satisfies readonly Change['action'][];
export const OUTCOMES = [
  'refused',
  'held_back',
  'superseded',
  'done',
  'planned',
] as const satisfies readonly JournalOutcome[];

/** One changed field. `from` and `to` are missing when they are not known. */
export interface ChangedField extends Partial<FromTo> {
  /** `title`, `properties.status`, `relations.service`. */
  readonly path: string;
}

/** The changed fields of a row, also those whose values are not kept. */
export function changedFields(change: Change | JournalRow): readonly ChangedField[] {
  const { title, icon, team, properties = {}, relations = {} } = change;
  const withValues: readonly ChangedField[] = [
    ...(title !== null && typeof title === 'object' ? [{ path: 'title', ...title }] : []),
    ...(icon ? [{ path: 'icon', ...icon }] : []),
    ...(team ? [{ path: 'team', ...team }] : []),
    ...Object.entries(properties).map(([id, values]) => ({ path: `properties.${id}`, ...values })),
    ...Object.entries(relations).map(([id, values]) => ({ path: `relations.${id}`, ...values })),
  ];
  const names = 'fields' in change ? (change.fields ?? []) : [];
  const known = new Set(withValues.map(({ path }) => path));
  return [...withValues, ...names.filter((path) => !known.has(path)).map((path) => ({ path }))];
}

/** The title of an entity after the change. */
export function titleOf({ title }: Change | JournalRow): string | null {
  const current: unknown = title !== null && typeof title === 'object' ? (title.to ?? title.from) : title;
  return typeof current === 'string' ? current : null;
}

/** A change in a report. In the report of a resync it is a row; in that of a plan its outcome follows from `blocked`. */
export type ReportedChange = Change & Partial<JournalRow>;

/** The changes of a plan as rows of the journal. Rows of a resync stay as they are. */
export function rowsOfPlan({
  changes = [],
  finishedAt,
}: Pick<ReportWithRows, 'changes' | 'finishedAt'>): readonly JournalRow[] {
  return changes.map(({ blocked, outcome, at, ...change }) => ({
    ...change,
    outcome: outcome ?? (blocked === true ? 'held_back' : 'planned'),
    at: at ?? finishedAt,
  }));
}

export type ReportWithRows = Omit<RunReport, 'changes'> & { readonly changes?: readonly ReportedChange[] };

/** A function that tells whether a filter lets a row through. */
export function rowMatcher({ action, outcome, blueprint, q }: RowFilter): (row: JournalRow) => boolean {
  const part = q?.toLowerCase();
  const contains = (text: unknown) =>
    typeof text === 'string' && part !== undefined && text.toLowerCase().includes(part);
  return (row) => {
    if (action !== undefined && row.action !== action) return false;
    if (outcome !== undefined && row.outcome !== outcome) return false;
    if (blueprint !== undefined && row.blueprint !== blueprint) return false;
    if (part === undefined || contains(row.identifier)) return true;
    const { title } = row;
    return title !== null && typeof title === 'object' ? contains(title.from) || contains(title.to) : contains(title);
  };
}

/** Counts rows by action and outcome. */
class RowCounter {
  readonly #counts: { [action in Change['action']]?: { [outcome in JournalOutcome]?: number } } = {};

  add({ action, outcome }: Pick<JournalRow, 'action' | 'outcome'>): void {
    const ofAction = this.#counts[action];
    this.#counts[action] = { ...ofAction, [outcome]: (ofAction?.[outcome] ?? 0) + 1 };
  }

  get counts(): JournalRun['counts'] {
    return this.#counts;
  }
}

/** What the journal would know of a run, from its report. */
export function runOfReport(report: ReportWithRows): JournalRun {
  const { runId, mode, trigger, startedAt, finishedAt, status } = report;
  const rows = rowsOfPlan(report);
  const counter = new RowCounter();
  for (const row of rows) counter.add(row);
  return { runId, mode, trigger, startedAt, finishedAt, status, rows: rows.length, lost: 0, counts: counter.counts };
}
