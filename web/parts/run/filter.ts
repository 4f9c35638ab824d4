import type { ChangesPage, JournalRow } from '../../api/documents.ts';
import type { Place } from '../../router.tsx';

/** The rows that the person wants to see. It is in the address. */
export interface RowFilter {
  readonly action?: JournalRow['action'];
  readonly outcome?: JournalRow['outcome'];
  readonly blueprint?: string;
  readonly q?: string;
}

export const ACTIONS = ['create', 'update', 'delete'] as const satisfies readonly JournalRow['action'][];
export const OUTCOMES = [
  'done',
  'refused',
  'held_back',
  'superseded',
  'planned',
] as const satisfies readonly JournalRow['outcome'][];

/** The filter in an address. What is no filter is left out. */
export function filterIn(query: Place['query']): RowFilter {
  const action = ACTIONS.find((name) => name === query.get('action'));
  const outcome = OUTCOMES.find((name) => name === query.get('outcome'));
  const blueprint = query.get('blueprint');
  const q = query.get('q');
  return {
    ...(action && { action }),
    ...(outcome && { outcome }),
    ...(blueprint ? { blueprint } : {}),
    ...(q ? { q } : {}),
  };
}

export function isFiltered(filter: RowFilter): boolean {
  return Object.keys(filter).length > 0;
}

/** How many rows a filter by action and outcome alone leaves; undefined: only the service knows. */
export function countOf({ counts }: ChangesPage['run'], filter: RowFilter): number | undefined {
  if (filter.blueprint !== undefined || filter.q !== undefined) return undefined;
  let sum = 0;
  for (const action of ACTIONS) {
    if (filter.action !== undefined && filter.action !== action) continue;
    for (const outcome of OUTCOMES) {
      if (filter.outcome === undefined || filter.outcome === outcome) sum += counts[action]?.[outcome] ?? 0;
    }
  }
  return sum;
}

/** Names a row in an address. An entity may have several: one for each action and outcome. */
export function keyOf({ outcome, action, blueprint, identifier }: JournalRow): string {
  return `${outcome} ${action} ${blueprint} ${identifier}`;
}

/** The filter that finds the row with this key, and its identifier; undefined: it is no key. */
export function placeOfKey(key: string): { readonly filter: RowFilter; readonly identifier: string } | undefined {
  const [, outcome, action, blueprint, identifier] = /^(\S+) (\S+) (\S+) (.+)$/s.exec(key) ?? [];
  if (outcome === undefined || action === undefined || blueprint === undefined || identifier === undefined) return;
  const query = new URLSearchParams({ outcome, action, blueprint, q: identifier.slice(0, 200) });
  return { filter: filterIn(query), identifier };
}

/** The filter as options of the command `changes`. */
export function optionsText(filter: RowFilter): string {
  return Object.entries(filter)
    .map(([name, value]) => ` --${name} ${/^[\w.@=-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`}`)
    .join('');
}
