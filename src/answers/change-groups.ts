import { ACTIONS, OUTCOMES } from '../core/change-rows.ts';
import type { JournalRow } from '../core/journal.ts';

/** The rows of one blueprint with one action and one outcome. */
export interface ChangeGroup extends Pick<JournalRow, 'blueprint' | 'action' | 'outcome'> {
  readonly count: number;
  /** Why entities are deleted, and how many for that reason. */
  readonly reasons: ReadonlyMap<string, number>;
  /** The first rows; `count` may be larger. */
  readonly rows: readonly JournalRow[];
}

interface GrowingGroup {
  count: number;
  readonly reasons: Map<string, number>;
  readonly rows: JournalRow[];
}

/**
 * Groups rows: by blueprint, then deletions first, then what did not succeed first. A group keeps its first `keep` rows,
 * so that a large run needs no memory.
 */
export async function groupChanges(
  pieces: AsyncIterable<readonly JournalRow[]>,
  keep: number,
): Promise<readonly ChangeGroup[]> {
  const groups = new Map<string, GrowingGroup>();
  for await (const piece of pieces) {
    for (const row of piece) {
      const key = JSON.stringify([row.blueprint, ACTIONS.indexOf(row.action), OUTCOMES.indexOf(row.outcome)]);
      const group: GrowingGroup = groups.get(key) ?? { count: 0, reasons: new Map(), rows: [] };
      groups.set(key, group);
      group.count += 1;
      if (row.reason !== undefined) group.reasons.set(row.reason, (group.reasons.get(row.reason) ?? 0) + 1);
      if (group.rows.length < keep) group.rows.push(row);
    }
  }
  return [...groups].sort(byKey).flatMap(([, group]) => {
    const [first] = group.rows;
    return first ? [{ blueprint: first.blueprint, action: first.action, outcome: first.outcome, ...group }] : [];
  });
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

const WORDS = {
  create: { done: 'created', verb: 'create', noun: 'creation' },
  update: { done: 'updated', verb: 'update', noun: 'update' },
  delete: { done: 'deleted', verb: 'delete', noun: 'deletion' },
} as const;

/** What happened, in words that follow a number: `3 deleted`, `2 updates refused by Port`. */
export function outcomeText({ action, outcome, count }: Pick<ChangeGroup, 'action' | 'outcome' | 'count'>): string {
  const { done, verb, noun } = WORDS[action];
  const nouns = count === 1 ? noun : `${noun}s`;
  if (outcome === 'done') return `${count} ${done}`;
  if (outcome === 'planned') return `${count} to ${verb}`;
  if (outcome === 'refused') return `${count} ${nouns} refused by Port`;
  if (outcome === 'held_back') return `${count} ${nouns} held back`;
  return `${count} ${nouns} left out, because something newer was written meanwhile`;
}
