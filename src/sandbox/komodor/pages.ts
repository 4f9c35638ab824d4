import { readCursor, writeCursor } from './cursor.ts';
import { type AskFault, bendPage, type ListPosition, type Page, pretendRows } from './list-faults.ts';

/** A listing whose place is a number of rows, bent by every fault that listings have. */
interface Listed<T> {
  readonly rows: readonly T[];
  readonly placeOf: (row: T) => ListPosition;
  /** What the answer holds of a row; the row itself when absent. */
  readonly show?: (row: T) => unknown;
  readonly ask: AskFault;
}

/** One page, from row `offset` on. */
export function pageAt<T>(
  { rows: all, placeOf, show = (row) => row, ask }: Listed<T>,
  askedOffset: number,
  pageSize: number,
): Page {
  const { rows, total } = pretendRows(ask, all, placeOf);
  const stuck = ask('repeat-cursor') !== undefined;
  const offset = ask('ignore-cursor') !== undefined ? 0 : stuck ? Math.min(askedOffset, pageSize) : askedOffset;
  // From the second page on the rows stand one place nearer (one was deleted) or further (one was added).
  const gone = offset > 0 && ask('shift') !== undefined ? 1 : 0;
  const added = offset > 0 && ask('repeat-row') !== undefined ? 1 : 0;
  const start = offset + gone - added;
  return bendPage(ask, {
    list: rows.slice(start, start + pageSize).map(show),
    more: stuck || start + pageSize < rows.length,
    total: total - gone,
    meta: true,
  });
}

interface NumberedMeta {
  readonly pageSize: number;
  readonly page: number;
  readonly nextPage?: number;
  readonly prevPage?: number;
}

/** One page by its number, from 0 on, with what the answer says about further pages. */
export function numberedPage<T>(
  listed: Listed<T>,
  asked: number,
  pageSize: number,
): { readonly list: unknown; readonly meta?: NumberedMeta } {
  const { ask } = listed;
  const page = ask('ignore-cursor') === undefined ? asked : 0;
  const { list, more, meta } = pageAt(listed, page * pageSize, pageSize);
  if (!meta) return { list };
  // Told the same place for ever, nobody gets further than the second page.
  const nextPage = ask('repeat-cursor') === undefined ? page + 1 : 1;
  // How many rows the page has, not how many were asked for.
  const count = Array.isArray(list) ? list.length : 0;
  return { list, meta: { pageSize: count, page, ...(more && { nextPage }), ...(page > 0 && { prevPage: page - 1 }) } };
}

/** One page, and the token of the next one where the answer says that there is more. */
export function tokenPage<T>(
  listed: Listed<T>,
  token: string,
  filter: string,
  pageSize: number,
): (Pick<Page, 'list' | 'meta'> & { readonly next: string | undefined }) | undefined {
  const from = token === '' ? { after: '0', page: 1 } : readCursor(token, filter);
  if (from === undefined) return undefined;
  const start = listed.ask('ignore-cursor') === undefined ? Number(from.after) : 0;
  const { list, more, meta } = pageAt(listed, start, pageSize);
  const isStuck = listed.ask('repeat-cursor') !== undefined && token !== '';
  const next = { after: String(start + pageSize), page: from.page + 1, filter };
  return { list, meta, next: !more ? undefined : isStuck ? token : writeCursor(next) };
}

/**
 * The page of a listing that has only one. What it says about further pages is nothing, except under a fault: then it
 * numbers them.
 */
export function onlyPage<T>(listed: Listed<T>): { readonly list: unknown; readonly meta?: { nextPage: number } } {
  const { list, more, meta } = pageAt(listed, 0, listed.rows.length);
  return { list, ...(more && meta && { meta: { nextPage: 1 } }) };
}
