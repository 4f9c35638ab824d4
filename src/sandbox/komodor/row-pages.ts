import { type AskFault, bendPage, type Page, pretendRows } from './list-faults.ts';

/** Where a page begins: its number, from 1, and the row. */
export interface Position {
  readonly page: number;
  readonly start: number;
}

/** A row, and where what it speaks of lies. */
export interface PlacedRow {
  readonly cluster: string;
  readonly namespace: string;
  readonly value: object;
}

/** A page of rows that stand in a fixed order, and where the next one begins. */
export interface RowPage extends Page {
  readonly next: Position;
}

/** Cuts a page out of rows, bent by the faults that are switched on. */
export function rowPage(ask: AskFault, all: readonly PlacedRow[], asked: Position, pageSize: number): RowPage {
  const placeOf = ({ cluster, namespace }: PlacedRow) => ({ kind: '', cluster, namespace, name: '' });
  const { rows, total } = pretendRows(ask, all, placeOf);
  const { page, start } = ask('ignore-cursor') === undefined ? asked : { page: 1, start: 0 };
  // From the second page on the rows stand one place nearer (one was removed) or further (one was added).
  const gone = start > 0 && ask('shift') !== undefined ? 1 : 0;
  const added = start > 0 && ask('repeat-row') !== undefined ? 1 : 0;
  const first = start + gone - added;
  const end = first + pageSize;
  // Leads to the second page from the first, and from there to itself.
  const stuck = ask('repeat-cursor') !== undefined;
  const list = rows.slice(first, end).map(({ value }) => value);
  const bent = bendPage(ask, { list, more: stuck || end < rows.length, total, meta: true });
  return { ...bent, next: stuck && asked.page > 1 ? asked : { page: page + 1, start: start + pageSize } };
}

/** A position as text that clients cannot read, which belongs to the question it was given for. */
export function writeToken({ page, start }: Position, question: unknown): string {
  return Buffer.from(JSON.stringify([page, start, JSON.stringify(question)])).toString('base64url');
}

/** The position in a token; the beginning without one. Undefined for a token of another question, or of nobody's. */
export function readToken(token: string, question: unknown): Position | undefined {
  if (token === '') return { page: 1, start: 0 };
  const [position, asked] = decode(token) ?? [];
  return asked === JSON.stringify(question) ? position : undefined;
}

/** The number of the page that a token leads to. */
export function pageOfToken(token: string): number {
  return decode(token)?.[0].page ?? 1;
}

function decode(token: string): readonly [Position, string] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (!Array.isArray(value)) return undefined;
    const [page, start, question]: readonly unknown[] = value;
    if (typeof page !== 'number' || typeof start !== 'number' || typeof question !== 'string') return undefined;
    return [{ page, start }, question];
  } catch {
    return undefined;
  }
}
