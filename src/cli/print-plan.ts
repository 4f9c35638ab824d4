import type { Change, FromTo } from '../core/report.ts';
import { bold, dim, green, print, red, yellow } from './output.ts';

/** How many changes of one sort are shown in full; `--json` and `--out` have all of them. */
const SHOWN = 50;
const VALUE_WIDTH = 100;

/** Prints what a resync would change, by blueprint: old -> new per property, deletions with their reason. */
export function printChanges(changes: readonly Change[]): void {
  if (changes.length === 0) {
    print('Nothing to change: Port is as Komodor says.\n');
    return;
  }
  for (const blueprint of new Set(changes.map((change) => change.blueprint))) {
    print(bold(blueprint));
    for (const action of ['create', 'update', 'delete'] as const) {
      const ofAction = changes.filter((change) => change.blueprint === blueprint && change.action === action);
      for (const change of ofAction.slice(0, SHOWN)) printChange(change);
      if (ofAction.length > SHOWN)
        print(dim(`  … and ${ofAction.length - SHOWN} more to ${action} (--json or --out FILE has all of them)`));
    }
    print('');
  }
}

function printChange(change: Change): void {
  const { action, identifier, title, reason, blocked } = change;
  const name = typeof title === 'string' && title !== identifier ? `${identifier} ${dim(`(${title})`)}` : identifier;
  if (action === 'create') print(`  ${green('+')} ${name}`);
  if (action === 'delete') print(`  ${blocked ? yellow('! kept:') : red('-')} ${name}  ${dim(reason ?? '')}`);
  if (action !== 'update') return;
  print(`  ${yellow('~')} ${name}`);
  const fields: [string, FromTo][] = [
    ...(title !== null && typeof title === 'object' ? [['title', title] satisfies [string, FromTo]] : []),
    ...(change.icon ? [['icon', change.icon] satisfies [string, FromTo]] : []),
    ...(change.team ? [['team', change.team] satisfies [string, FromTo]] : []),
    ...Object.entries(change.properties ?? {}),
    ...Object.entries(change.relations ?? {}).map(([id, value]): [string, FromTo] => [`${id} (relation)`, value]),
  ];
  for (const [field, { from, to }] of fields) print(`      ${field}: ${show(from)} ${dim('->')} ${show(to)}`);
}

function show(value: unknown): string {
  if (value === null || value === undefined) return dim('nothing');
  const text = JSON.stringify(value) ?? String(value);
  return text.length > VALUE_WIDTH ? `${text.slice(0, VALUE_WIDTH - 1)}…` : text;
}
