import { type ChangeGroup, groupChanges, outcomeText } from '../answers/change-groups.ts';
import type { RecordedRun } from '../answers/recorded-run.ts';
import type { JournalRow, JournalRun, RowFilter } from '../core/journal.ts';
import { didYouMean } from '../core/nearest.ts';
import { bold, dim, green, paintStatus, plain, print, printWrapped, red, yellow } from './output.ts';
import { nameOf, printChangedFields } from './print-change.ts';

/** How many rows of one group are printed. */
const MAX_ROWS_SHOWN = 20;

/** Prints what a run changed: counts, then by blueprint each group of rows, deletions first. */
export async function printChanges(recorded: RecordedRun, filter: RowFilter, signal: AbortSignal): Promise<void> {
  const { run, note } = recorded;
  printHead(run);
  if (note) printWrapped('', note.message, plain, note.code === 'changed_nothing' ? plain : yellow);
  const groups = await groupChanges(recorded.rows(filter, signal), MAX_ROWS_SHOWN);
  if (groups.length === 0 && note === null) printWrapped('', await nothingFound(recorded, filter, signal));
  print();
  for (const blueprint of new Set(groups.map((group) => group.blueprint))) {
    const own = groups.filter((group) => group.blueprint === blueprint);
    printWrapped('', blueprint, plain, bold);
    printWrapped('  ', own.map(outcomeText).join(', '), plain, dim);
    for (const group of own) printGroup(group);
    print();
  }
}

function printHead({ runId, mode, trigger, status, startedAt, finishedAt }: JournalRun): void {
  const what = { resync: 'Resync', plan: 'Plan', live: 'Live events' }[mode];
  const how = status === null ? 'not finished' : paintStatus(status);
  print(`${bold(`${what} ${runId}`)} ${how}`);
  printWrapped(
    '',
    `began ${startedAt}${finishedAt === null ? '' : `, ended ${finishedAt}`}, asked for by: ${trigger}`,
    plain,
    dim,
  );
}

async function nothingFound(recorded: RecordedRun, filter: RowFilter, signal: AbortSignal): Promise<string> {
  const given = Object.entries(filter).map(([name, value]) => `--${name} ${value}`);
  if (given.length === 0) return 'This run changed nothing.';
  const nothing = `None of the ${recorded.run.rows} rows of this run fits ${given.join(' ')}.`;
  if (filter.blueprint === undefined) return nothing;
  const blueprints = new Set<string>();
  for await (const rows of recorded.rows({}, signal)) for (const { blueprint } of rows) blueprints.add(blueprint);
  if (blueprints.has(filter.blueprint)) return nothing;
  const known = [...blueprints];
  return `${nothing} Its blueprints are ${known.join(', ')}${didYouMean(filter.blueprint, known)}.`;
}

const SIGNS = { create: '+', update: '~', delete: '-' } as const;

function printGroup(group: ChangeGroup): void {
  const { action, outcome, count, rows, reasons } = group;
  const isWell = outcome === 'done' || outcome === 'planned';
  const paint = isWell ? { create: green, update: yellow, delete: red }[action] : outcome === 'refused' ? red : yellow;
  const sign = isWell ? SIGNS[action] : '!';
  const because = [...reasons].map(([reason, number]) => `${number} ${reason}`).join(', ');
  print();
  printWrapped(`  ${sign} `, `${outcomeText(group)}${because === '' ? '' : `: ${because}`}`, paint);
  let detail: string | undefined;
  for (const row of rows) {
    if (row.detail !== undefined && row.detail !== detail) printWrapped('    ', row.detail, plain, dim);
    detail = row.detail;
    printRow(row);
  }
  if (count > rows.length) {
    const left = `… and ${count - rows.length} more (--format csv or ndjson has all of them; --action, --outcome, --blueprint and --q find some)`;
    printWrapped('    ', left, plain, dim);
  }
}

function printRow(row: JournalRow): void {
  printWrapped('    ', nameOf(row));
  if (row.error) printWrapped('      Port: ', `${row.error.message} (${row.error.code})`, red);
  if (row.action === 'update' || row.fields !== undefined) printChangedFields(row);
  if (row.source) {
    const { kind, item, entries } = row.source;
    printWrapped('      from ', `${kind} ${item}${entries.length === 0 ? '' : `, ${entries.join(', ')}`}`, dim, dim);
  }
}
