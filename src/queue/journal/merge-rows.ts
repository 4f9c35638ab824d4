import type { JournalRow } from '../../core/journal.ts';
import type { Change } from '../../core/report.ts';

/**
 * Adds a later row of an entity to those that its earlier rows gave: the same outcome makes one row with both changes,
 * another outcome one more row. A deletion is never one with a write.
 */
export function addRow(rows: JournalRow[], later: JournalRow): void {
  const isDeletion = later.action === 'delete';
  const at = rows.findIndex(({ outcome, action }) => outcome === later.outcome && (action === 'delete') === isDeletion);
  const earlier = rows[at];
  if (earlier === undefined) rows.push(later);
  else rows[at] = merged(earlier, later);
}

function merged(earlier: JournalRow, later: JournalRow): JournalRow {
  const names = [...new Set([...(earlier.fields ?? []), ...(later.fields ?? [])])];
  const entries = [...new Set([...(earlier.source?.entries ?? []), ...(later.source?.entries ?? [])])];
  const source = earlier.source ?? later.source;
  const properties = mergedFields(earlier.properties, later.properties);
  const relations = mergedFields(earlier.relations, later.relations);
  // The later write may lack the title; then its title is what Port has, and no change.
  const isTitled = later.title !== null && (typeof later.title === 'object' || later.action === 'create');
  return {
    ...earlier,
    ...later,
    action: earlier.action,
    at: earlier.at,
    title: isTitled ? later.title : earlier.title,
    ...(properties && { properties }),
    ...(relations && { relations }),
    ...(names.length > 0 && { fields: names }),
    ...(source && { source: { ...source, entries } }),
  };
}

/** Both changes of each field as one: from the earlier value to the later. */
function mergedFields(earlier: Change['properties'], later: Change['properties']): Change['properties'] {
  if (earlier === undefined || later === undefined) return earlier ?? later;
  const changes = Object.entries(later).map(([id, { from, to }]) => {
    const first = Object.hasOwn(earlier, id) ? earlier[id] : undefined;
    return [id, { from: first === undefined ? from : first.from, to }] as const;
  });
  return { ...earlier, ...Object.fromEntries(changes) };
}
