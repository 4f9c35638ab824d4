import type { RunReport } from '../../api/documents.ts';

export type Change = NonNullable<RunReport['changes']>[number];
export type Action = Change['action'];

/** What would be lost comes first. */
export const ACTIONS: readonly Action[] = ['delete', 'update', 'create'];

export interface PlanFilter {
  readonly action: Action | undefined;
  readonly blueprint: string | undefined;
  readonly held: boolean;
  /** A part of an identifier or a title. */
  readonly q: string;
}

export interface Group {
  readonly key: string;
  readonly action: Action;
  readonly blueprint: string;
  readonly changes: readonly Change[];
  /** How many of them are held back. */
  readonly held: number;
}

/** A line of the table: a group, or a change in an open group. */
export type PlanRow =
  | { readonly type: 'group'; readonly key: string; readonly group: Group; readonly open: boolean }
  | { readonly type: 'change'; readonly key: string; readonly change: Change };

export function keyOf({ action, blueprint, identifier }: Change): string {
  return JSON.stringify([action, blueprint, identifier]);
}

/** The title after the change, or before it when it goes away. */
export function titleOf({ title }: Pick<Change, 'title'>): string | null {
  const text: unknown = title !== null && typeof title === 'object' ? (title.to ?? title.from) : title;
  return typeof text === 'string' ? text : null;
}

export function matches(change: Change, { action, blueprint, held, q }: PlanFilter): boolean {
  if (action !== undefined && change.action !== action) return false;
  if (blueprint !== undefined && change.blueprint !== blueprint) return false;
  if (held && change.blocked !== true) return false;
  const part = q.trim().toLowerCase();
  if (part === '') return true;
  return [change.identifier, titleOf(change)].some((text) => text?.toLowerCase().includes(part));
}

/** The changes by what happens and where; deletions first, held ones before those that would go. */
export function groupsOf(changes: readonly Change[]): readonly Group[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const key = `${change.action} ${change.blueprint}`;
    const known = groups.get(key);
    if (known) known.push(change);
    else groups.set(key, [change]);
  }
  const all = [...groups].flatMap(([key, own]): Group[] => {
    const [first] = own;
    if (first === undefined) return [];
    const held = own.filter(({ blocked }) => blocked === true).length;
    return [{ key, action: first.action, blueprint: first.blueprint, changes: own, held }];
  });
  return all.sort(
    (a, b) =>
      ACTIONS.indexOf(a.action) - ACTIONS.indexOf(b.action) ||
      Number(b.held > 0) - Number(a.held > 0) ||
      (a.blueprint < b.blueprint ? -1 : 1),
  );
}

/** The lines of the table. @param isOpen by the key of a group */
export function rowsOf(groups: readonly Group[], isOpen: (key: string) => boolean): readonly PlanRow[] {
  return groups.flatMap((group): PlanRow[] => {
    const open = isOpen(group.key);
    const head: PlanRow = { type: 'group', key: group.key, group, open };
    if (!open) return [head];
    return [head, ...group.changes.map((change): PlanRow => ({ type: 'change', key: keyOf(change), change }))];
  });
}

export interface PlanCounts {
  readonly delete: number;
  readonly update: number;
  readonly create: number;
  readonly held: number;
}

export function countsOf(changes: readonly Change[]): PlanCounts {
  const counts = { delete: 0, update: 0, create: 0, held: 0 };
  for (const { action, blocked } of changes) {
    counts[action]++;
    if (blocked === true) counts.held++;
  }
  return counts;
}
