import { ACTIONS, OUTCOMES } from '../../core/change-rows.ts';
import type { JournalRow, JournalRun } from '../../core/journal.ts';
import type { RowCounts } from './store.ts';

/** The key of a row in the counts. */
export function countKey({ action, outcome }: Pick<JournalRow, 'action' | 'outcome'>): string {
  return `${action} ${outcome}`;
}

/** The counts as a run shows them. */
export function shownCounts(counts: RowCounts): Pick<JournalRun, 'rows' | 'counts'> {
  let rows = 0;
  const actions = ACTIONS.flatMap((action) => {
    const outcomes = OUTCOMES.flatMap((outcome) => {
      const count = counts.get(countKey({ action, outcome })) ?? 0;
      rows += count;
      return count > 0 ? [[outcome, count] as const] : [];
    });
    return outcomes.length > 0 ? [[action, Object.fromEntries(outcomes)] as const] : [];
  });
  return { rows, counts: Object.fromEntries(actions) };
}
