import type { MapDifference } from '../answers/map-difference.ts';
import type { MapDocument } from '../answers/map-document.ts';
import type { MapField } from '../answers/map-fields.ts';
import type { MapRow } from '../answers/map-items.ts';
import { yamlText } from '../config/yaml-text.ts';
import { bold, dim, green, plain, print, printWrapped, red, yellow } from './output.ts';

/** How many items are printed. `--json` has all of them. */
const MAX_ITEMS_SHOWN = 50;
const VALUE_WIDTH = 40;

/** Prints what became of each item: the result of each entry, its fields with value and expression, and the entity. */
export function printMapDocument({ kind, mapping, items, problems }: MapDocument): void {
  printWrapped('', `${counted(items.length, 'item')} of ${kind}, mapped with ${mapping}`, plain, dim);
  for (const problem of problems) printWrapped('warning ', problem, yellow);
  print();
  for (const { label, rows } of items.slice(0, MAX_ITEMS_SHOWN)) {
    print(bold(label));
    if (rows.length === 0) printWrapped('  ', 'no entry of the mapping is for this kind', plain, yellow);
    for (const row of rows) printRow(row);
    print();
  }
  if (items.length > MAX_ITEMS_SHOWN)
    print(dim(`… and ${items.length - MAX_ITEMS_SHOWN} more (--json has all of them)`));
  printWrapped('', sumOf(items.flatMap(({ rows }) => rows)), plain, bold);
}

/** Prints what another mapping makes different. */
export function printMapDifference({ from, to, items, problems }: MapDifference, total: number): void {
  printWrapped('', `${from} -> ${to}`, plain, dim);
  for (const problem of problems) printWrapped('warning ', problem, yellow);
  print();
  const signs = { create: green('  + '), update: yellow('  ~ '), delete: red('  - ') };
  for (const { label, changes, problems: failures } of items.slice(0, MAX_ITEMS_SHOWN)) {
    print(bold(label));
    for (const { action, blueprint, identifier, fields } of changes) {
      print(`${signs[action]}${blueprint} ${identifier}`);
      const width = widthOf(Object.keys(fields));
      for (const [path, value] of Object.entries(fields)) {
        const text =
          action === 'create'
            ? textOf(value.to)
            : action === 'delete'
              ? textOf(value.from)
              : `${textOf(value.from)} -> ${textOf(value.to)}`;
        printWrapped(`      ${path.padEnd(width)}  `, text);
      }
    }
    for (const failure of failures) printWrapped('  ! ', failure, red);
    print();
  }
  if (items.length > MAX_ITEMS_SHOWN)
    print(dim(`… and ${items.length - MAX_ITEMS_SHOWN} more (--json has all of them)`));
  const sum =
    items.length === 0
      ? `No difference for ${counted(total, 'item')}.`
      : `${items.length} of ${counted(total, 'item')} differ${items.length === 1 ? 's' : ''}.`;
  printWrapped('', sum, plain, bold);
}

const RESULT_PAINT = { entity: green, filtered: dim, rejected: red };

const PROBLEM_PAINT = { entity: yellow, filtered: dim, rejected: red };

function printRow({ entry, result, entity, fields, problems }: MapRow): void {
  const what = entity === undefined ? result : `${entity.blueprint} ${textOf(entity.identifier)}`;
  printWrapped(`  ${entry} -> `, what, plain, RESULT_PAINT[result]);
  for (const problem of problems) printWrapped('    ', problem, plain, PROBLEM_PAINT[result]);
  const width = widthOf(fields.map(({ path }) => path));
  const valueWidth = Math.min(VALUE_WIDTH, widthOf(fields.map(shownValue)));
  for (const field of fields) printField(field, width, valueWidth);
  if (entity === undefined) return;
  print();
  for (const line of yamlText(entity).trimEnd().split('\n')) printWrapped('    ', line, plain, dim);
}

function printField(field: MapField, width: number, valueWidth: number): void {
  const { path, expression, error, input } = field;
  const paint = error === undefined ? plain : red;
  printWrapped(
    `    ${path.padEnd(width)}  ${cut(shownValue(field)).padEnd(valueWidth)}  `,
    oneLine(expression),
    paint,
    dim,
  );
  // Most errors of jq name the input already.
  const isWorthTelling =
    error === undefined ? field.value === null || field.value === false : !/ was .*\)$/.test(error);
  if (error !== undefined) printWrapped(`    ${' '.repeat(width)}  `, error, plain, red);
  if (isWorthTelling && input !== undefined) {
    printWrapped(`    ${' '.repeat(width)}  `, `its input was ${textOf(input)}`, plain, yellow);
  }
}

function shownValue({ value, error }: MapField): string {
  if (error !== undefined) return 'failed';
  return value === undefined ? '' : textOf(value);
}

function cut(text: string): string {
  return text.length > VALUE_WIDTH ? `${text.slice(0, VALUE_WIDTH - 1)}…` : text;
}

function textOf(value: unknown): string {
  return typeof value === 'string' && value !== '' && !/\s/.test(value) ? value : (JSON.stringify(value) ?? 'null');
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

function widthOf(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => Math.min(text.length, 60)));
}

function sumOf(rows: readonly MapRow[]): string {
  const count = (result: MapRow['result']) => rows.filter((row) => row.result === result).length;
  const failed = rows
    .flatMap(({ fields, result }) => (result === 'entity' ? fields : []))
    .filter((field) => field.error !== undefined);
  const parts = [
    counted(count('entity'), 'entity'),
    ...(count('filtered') > 0 ? [`${count('filtered')} filtered`] : []),
    ...(count('rejected') > 0 ? [`${count('rejected')} rejected`] : []),
    ...(failed.length > 0 ? [`${counted(failed.length, 'field')} failed`] : []),
  ];
  return parts.join(', ');
}

function counted(count: number, what: string): string {
  const many = what.endsWith('y') ? `${what.slice(0, -1)}ies` : `${what}s`;
  return `${count} ${count === 1 ? what : many}`;
}
