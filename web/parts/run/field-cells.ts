import type { FieldsDocument } from '../../api/documents.ts';
import { plural, shareText } from '../../ui/format.ts';

export type FieldRow = FieldsDocument['fields'][number];
export type FieldCell = FieldRow['cells'][number];

/** How bad a cell is, for its shade: from all well to none or failing. */
export type Level = 'absent' | 'full' | 'few' | 'many' | 'none' | 'failing';

function totalOf(cell: FieldCell): number {
  return cell === null ? 0 : cell.values + cell.nulls + cell.failed;
}

/** The share without a value; undefined where nothing was mapped. */
export function badShare(cell: FieldCell): number | undefined {
  const total = totalOf(cell);
  return cell === null || total === 0 ? undefined : (cell.nulls + cell.failed) / total;
}

export function levelOf(cell: FieldCell): Level {
  const bad = badShare(cell);
  if (cell === null || bad === undefined) return 'absent';
  if (cell.failed > 0) return 'failing';
  if (bad === 0) return 'full';
  if (bad === 1) return 'none';
  return bad < 0.5 ? 'few' : 'many';
}

/** A cell in one or two words. */
export function cellText(cell: FieldCell): string {
  const bad = badShare(cell);
  if (cell === null || bad === undefined) return '–';
  if (cell.failed > 0) return `${shareText(cell.failed / totalOf(cell))} fail`;
  if (bad === 0) return 'all';
  return bad === 1 ? 'none' : `${shareText(bad)} null`;
}

/** A cell in numbers, for a person who points at it or hears it. */
export function cellNumbers(cell: FieldCell): string {
  if (cell === null) return 'This run had no such expression, or did not read its kind.';
  const { values, nulls, failed } = cell;
  if (totalOf(cell) === 0) return 'Nothing was mapped.';
  return `${plural(values, 'value')}, ${plural(nulls, 'null')}, ${failed === 0 ? 'none failed' : `${failed} failed`}`;
}

export interface Worsening {
  readonly row: FieldRow;
  /** The share without a value in the newest run that has the expression. */
  readonly now: number;
  /** What it usually was before; undefined: no earlier run has it. */
  readonly before: number | undefined;
}

/** Expressions that lack a value somewhere, those that got worse first. */
export function worseFirst(rows: readonly FieldRow[]): readonly Worsening[] {
  return rows
    .map((row): Worsening => {
      const [now = 0, ...older] = row.cells.map(badShare).filter((share) => share !== undefined);
      return { row, now, before: median(older) };
    })
    .filter(({ row }) => row.cells.some((cell) => (badShare(cell) ?? 0) > 0))
    .sort((a, b) => byHowMuch(b) - byHowMuch(a) || failedIn(b) - failedIn(a) || b.now - a.now);
}

function byHowMuch({ now, before }: Worsening): number {
  return before === undefined ? 0 : now - before;
}

function failedIn({ row }: Worsening): number {
  return row.cells.find((cell) => cell !== null)?.failed ?? 0;
}

function median(shares: readonly number[]): number | undefined {
  return shares.toSorted((a, b) => a - b)[Math.floor(shares.length / 2)];
}

/** What a row does, in words: `got worse: 0 % → 40 % without a value`. */
export function changeText({ now, before }: Worsening): string {
  if (before === undefined) return `${shareText(now)} without a value`;
  // Small differences are the catalog's, not the mapping's.
  if (Math.abs(now - before) < 0.02) return `as before: ${shareText(now)} without a value`;
  return `${now > before ? 'got worse' : 'got better'}: ${shareText(before)} → ${shareText(now)} without a value`;
}
