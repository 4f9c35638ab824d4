import { changedFields, titleOf } from '../core/change-rows.ts';
import { escapeControlCharacters, escapeControlCharactersInJson } from '../core/control-characters.ts';
import type { JournalRow } from '../core/journal.ts';

type Cell = string | number | null;

/**
 * The columns of the CSV file, in their order. docs/last-run.md explains them (a test compares). New ones are added at the
 * end; none is renamed.
 */
export const CSV_COLUMNS = {
  run_id: (_row, runId) => runId,
  at: ({ at }) => at,
  action: ({ action }) => action,
  outcome: ({ outcome }) => outcome,
  blueprint: ({ blueprint }) => blueprint,
  identifier: ({ identifier }) => identifier,
  title: titleOf,
  fields_changed: (row) => changedFields(row).length,
  fields: (row) => listOf(changedFields(row).map(({ path }) => path)),
  changes: (row) => changesText(row),
  reason: ({ reason }) => reason ?? null,
  detail: ({ detail }) => detail ?? null,
  error_code: ({ error }) => error?.code ?? null,
  error_message: ({ error }) => error?.message ?? null,
  source_kind: ({ source }) => source?.kind ?? null,
  source_item: ({ source }) => source?.item ?? null,
  source_entries: ({ source }) => listOf(source?.entries ?? []),
} as const satisfies { readonly [column: string]: (row: JournalRow, runId: string) => Cell };

/** The rows of a run as CSV (RFC 4180), in pieces. The first line has the names of the columns. */
export async function* csvOf(runId: string, pieces: AsyncIterable<readonly JournalRow[]>): AsyncGenerator<string> {
  const columns = Object.values(CSV_COLUMNS);
  yield `${Object.keys(CSV_COLUMNS).join(',')}\r\n`;
  for await (const rows of pieces)
    yield rows.map((row) => `${columns.map((column) => csvCell(column(row, runId))).join(',')}\r\n`).join('');
}

/** The rows of a run as JSON, one a line, all with the same keys, in pieces. */
export async function* ndjsonOf(runId: string, pieces: AsyncIterable<readonly JournalRow[]>): AsyncGenerator<string> {
  for await (const rows of pieces)
    yield rows.map((row) => `${escapeControlCharactersInJson(JSON.stringify(withAllKeys(runId, row)))}\n`).join('');
}

/** What is missing becomes null. */
function withAllKeys(runId: string, row: JournalRow) {
  return {
    runId,
    at: row.at,
    action: row.action,
    outcome: row.outcome,
    blueprint: row.blueprint,
    identifier: row.identifier,
    title: row.title,
    icon: row.icon ?? null,
    team: row.team ?? null,
    properties: row.properties ?? {},
    relations: row.relations ?? {},
    fields: changedFields(row).map(({ path }) => path),
    reason: row.reason ?? null,
    detail: row.detail ?? null,
    error: row.error ?? null,
    source: row.source ?? null,
  };
}

/**
 * One cell. A number stays a number. A text that a spreadsheet would take for a formula gets an apostrophe before it.
 * Control characters are written as numbers, except tabs and line ends: a terminal would obey them.
 */
export function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const visible = cell.replaceAll(/[^\t\r\n]+/g, escapeControlCharacters);
  const text = MAY_BE_FORMULA.test(cell) ? `'${visible}` : visible;
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Spreadsheets look past blanks and quotes; some take the signs in full width too. */
const MAY_BE_FORMULA = /^[\s"'\p{Cf}]*?[\t\r=+\-@＝＋－＠]/u;

/** Changed fields with their values as JSON; null where none is kept. */
function changesText(row: JournalRow): string | null {
  const values = changedFields(row).filter((field) => 'from' in field || 'to' in field);
  if (values.length === 0) return null;
  return JSON.stringify(Object.fromEntries(values.map(({ path, ...value }) => [path, value])));
}

function listOf(names: readonly string[]): string | null {
  return names.length === 0 ? null : names.join('; ');
}
