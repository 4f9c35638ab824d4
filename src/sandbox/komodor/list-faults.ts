import type { Faults } from '../faults.ts';
import type { WorldObject } from '../world/model.ts';

/** Where a row lies; empty parts for what lies in no namespace, or in no cluster. */
export type ListPosition = Pick<WorldObject, 'cluster' | 'namespace'>;

/** The arguments of a named fault that applies to the request at hand, or undefined. */
export type AskFault = (name: string) => readonly string[] | undefined;

export function asking(faults: Faults, route: string): AskFault {
  return (name) => faults.named(route, name);
}

/** One page of a listing, before it is written in the shape of its endpoint. */
export interface Page {
  /** The rows; under a fault also something that is no list of rows. */
  readonly list: unknown;
  readonly more: boolean;
  readonly total: number;
  /** Whether the answer says anything about further pages. */
  readonly meta: boolean;
}

/** The rows that a listing pretends to have: `drop-cluster C`, `drop-namespace NS`, `truncate N [total]`. */
export function pretendRows<T>(
  ask: AskFault,
  rows: readonly T[],
  placeOf: (row: T) => ListPosition,
): { readonly rows: readonly T[]; readonly total: number } {
  const cluster = ask('drop-cluster')?.join(' ');
  const namespace = ask('drop-namespace')?.[0];
  const dropped = cluster !== undefined || namespace !== undefined;
  const seen = dropped
    ? rows.filter((row) => placeOf(row).cluster !== cluster && placeOf(row).namespace !== namespace)
    : rows;
  const truncate = ask('truncate');
  if (truncate === undefined) return { rows: seen, total: seen.length };
  const kept = seen.slice(0, Number(truncate[0] ?? 0));
  return { rows: kept, total: truncate[1] === 'total' ? kept.length : seen.length };
}

/** Bends a finished page: what it holds, and what it says about further pages. */
export function bendPage(ask: AskFault, page: Page & { readonly list: readonly unknown[] }): Page {
  if (ask('empty') !== undefined) return { list: [], more: false, total: 0, meta: true };
  const half = ask('half-page') !== undefined;
  const rows = half ? page.list.slice(0, Math.floor(page.list.length / 2)) : page.list;
  const endless = ask('more-but-empty') !== undefined;
  return {
    list: bendList(ask, endless ? [] : rows),
    more: endless || (page.more && !half),
    total: page.total + (ask('wrong-total') === undefined ? 0 : 7),
    meta: ask('no-meta') === undefined,
  };
}

function bendList(ask: AskFault, rows: readonly unknown[]): unknown {
  if (ask('drop-list') !== undefined) return null;
  if (ask('not-a-list') !== undefined) return 'oops';
  if (ask('bad-items') === undefined) return rows;
  return rows.map((row, at) => (at % 5 < 4 ? row : at % 10 === 4 ? null : 'oops'));
}
