import type {
  ExplainedRelation,
  ExplainedSource,
  Explanation,
  HistoryRow,
  NextStep,
  PortCopy,
  Verdict,
} from '../answers/explain/document.ts';
import type { MapField } from '../answers/map-fields.ts';
import type { MapRow } from '../answers/map-items.ts';
import { bold, dim, green, plain, print, printWrapped, red, yellow } from './output.ts';
import { lineOf, printChangedFields } from './print-change.ts';
import { isOfKomodor } from './print-report.ts';

const PATH_WIDTH = 32;
const MAX_HISTORY = 10;
const MARK = { true: 'exists', false: 'does not exist', null: 'not known' } as const;

/** Prints an explanation: the verdict first, then what it rests on. */
export function printExplanation(explanation: Explanation): void {
  const { blueprint, identifier, verdict, summary, sources, port, relations, history, resembling } = explanation;
  printWrapped('', `${blueprint} ${identifier}`, plain, bold);
  printWrapped(`${verdict}  `, summary, paintOf(verdict));
  print();
  if (resembling.length > 0) {
    print(bold('This resembles it'));
    for (const one of resembling) {
      const title = one.title !== null && one.title !== one.identifier ? ` (${one.title})` : '';
      printWrapped('  ', `${one.blueprint} ${one.identifier}${title}`);
    }
    print();
  }
  if (sources.length > 0) print(bold(sources.every(({ kind }) => isOfKomodor(kind)) ? 'Komodor' : 'What gives it'));
  for (const source of sources) printSource(source, explanation);
  if (port) printPort(port, explanation);
  if (relations.length > 0) printRelations(relations);
  printNext(explanation);
  if (history.length > 0) printHistory(history);
  printReads(explanation);
}

function paintOf(verdict: Verdict): (text: string) => string {
  if (verdict === 'current') return green;
  return verdict === 'differs' || verdict === 'foreign' ? yellow : red;
}

function printSource({ kind, label, rows }: ExplainedSource, { blueprint }: Explanation): void {
  printWrapped('  ', `${kind}: ${label}`);
  for (const row of rows) {
    // Entries for other blueprints say nothing about this entity.
    if (row.entity !== undefined && row.entity.blueprint !== blueprint) continue;
    printRow(row);
  }
  print();
}

const RESULT_PAINT = { entity: green, filtered: yellow, rejected: red } as const;

function printRow({ entry, result, fields, problems }: MapRow): void {
  print(`    ${entry}: ${RESULT_PAINT[result](result)}`);
  for (const problem of problems) printWrapped('      ', problem, plain, yellow);
  for (const field of fields) printField(field);
}

function printField({ path, expression, value, error, input }: MapField): void {
  const oneLine = expression.trim().replaceAll(/\s*\n\s*/g, ' ');
  const name = `      ${path.padEnd(PATH_WIDTH)} `;
  if (error !== undefined) printWrapped(name, error, plain, red);
  else printWrapped(name, lineOf(value));
  const looked = input === undefined ? '' : `   (looked at ${lineOf(input)})`;
  if (error !== undefined || value === null || value === false || path === 'identifier')
    printWrapped(' '.repeat(7 + PATH_WIDTH), `${oneLine}${looked}`, plain, dim);
}

/** Port's copy: what differs from the mapping, and what no item was found for. The rest is the same and printed above. */
function printPort({ entity, owner, updatedAt }: PortCopy, { sources, next: { changes } }: Explanation): void {
  const by = owner === null ? '' : `, written by ${owner}`;
  const when = updatedAt === null ? '' : `, last at ${updatedAt}`;
  printWrapped('', `Port${by}${when}`, plain, bold);
  const fields: [name: string, value: unknown, isChanged: boolean][] = [
    ['title', entity.title, typeof changes?.title === 'object' && changes.title !== null],
    ...Object.entries(entity.properties).map(([id, value]): [string, unknown, boolean] => [
      `properties.${id}`,
      value,
      changes?.properties?.[id] !== undefined,
    ]),
    ...Object.entries(entity.relations).map(([id, value]): [string, unknown, boolean] => [
      `relations.${id}`,
      value,
      changes?.relations?.[id] !== undefined,
    ]),
  ];
  const written = new Set(
    sources.flatMap(({ rows }) =>
      rows.flatMap(({ entity: given, fields: all }) => (given ? all.map(({ path }) => path) : [])),
    ),
  );
  const isTold = (name: string) => written.has(name);
  const same = fields.filter(([name, , isChanged]) => !isChanged && isTold(name)).length;
  for (const [name, value, isChanged] of fields) {
    if (!isChanged && (isTold(name) || value === null || value === undefined)) continue;
    const label = `${isChanged ? '  ~ ' : '    '}${name.padEnd(PATH_WIDTH)} `;
    printWrapped(label, lineOf(value), isChanged ? yellow : plain);
  }
  if (same > 0) print(dim(`    ${same} fields are as above`));
  print();
}

function printRelations(relations: readonly ExplainedRelation[]): void {
  print(bold('Relations'));
  for (const { relation, target, exists } of relations) {
    const paint = exists === false ? red : exists === null ? yellow : plain;
    printWrapped(`  ${relation} -> `, `${target.blueprint} ${target.identifier}: ${MARK[`${exists}`]}`, plain, paint);
  }
  print();
}

const ACTION = {
  none: 'does nothing',
  create: 'creates it',
  update: 'updates it',
  delete: 'deletes it',
  held_back: 'holds its deletion back',
  unknown: 'is not known',
} as const satisfies { readonly [action in NextStep['action']]: string };

function printNext({ blueprint, identifier, next: { action, changes, reason, digest } }: Explanation): void {
  print(bold('The next resync'));
  printWrapped(`  ${ACTION[action]}: `, reason);
  // What it would create is printed above, as the mapping gives it.
  if (changes !== null && action === 'update') printChangedFields({ action, blueprint, identifier, ...changes });
  if (digest !== null) printWrapped('  to approve: ', `komodor-port resync --approve-deletions ${digest}`);
  print();
}

function printHistory(history: readonly HistoryRow[]): void {
  print(bold('History'));
  for (const row of history.slice(0, MAX_HISTORY)) {
    const { at, action, outcome, runId, detail, error } = row;
    const why = error ? `: ${error.code}: ${error.message}` : detail === undefined ? '' : `: ${detail}`;
    const paint = outcome === 'refused' ? red : outcome === 'held_back' ? yellow : plain;
    printWrapped(`  ${at}  `, `${action} ${outcome}${why} (run ${runId})`, dim, paint);
    if (action === 'update') printChangedFields(row);
  }
  if (history.length > MAX_HISTORY) print(dim(`  … and ${history.length - MAX_HISTORY} more (--json has all of them)`));
  print();
}

function printReads({ reads }: Explanation): void {
  const open = reads.filter(({ complete }) => !complete);
  if (open.length > 0) print(bold('Not known'));
  for (const { kind, detail } of open) printWrapped(`  ${kind}: `, detail, yellow);
  if (open.length > 0) print();
  const asked = reads.filter(({ complete }) => complete).map(({ kind, detail }) => `${kind} (${detail})`);
  if (asked.length > 0) printWrapped('Asked: ', asked.join('; '), dim, dim);
}
