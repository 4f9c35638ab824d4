import { mergeRows } from '../../core/change.ts';
import type { JournalRow } from '../../core/journal.ts';

/**
 * Adds a later row of an entity to those that its earlier rows gave: the same outcome makes one row with both changes,
 * another outcome one more row. A deletion is never one with a write.
 */
export function addRow(rows: JournalRow[], later: JournalRow): void {
  const isDeletion = later.action === 'delete';
  const at = rows.findIndex(({ outcome, action }) => outcome === later.outcome && (action === 'delete') === isDeletion);
  const earlier = rows[at];
  if (earlier === undefined) rows.push(later);
  else rows[at] = mergeRows(earlier, later);
}
