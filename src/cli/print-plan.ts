import { changedFields } from '../core/change-rows.ts';
import type { Change, RunReport } from '../core/report.ts';
import { bold, dim, green, plain, print, printWrapped, red, yellow } from './output.ts';
import { fieldLabel, lineOf, nameOf, printChangedFields, printField } from './print-change.ts';
import { isOfKomodor, wasNothingRead } from './print-report.ts';

/** How many changes of one action are printed. `--json` and `--out` have all of them. */
const MAX_CHANGES_SHOWN = 50;
/** How many names of one group of deletions are printed. */
const MAX_NAMES_SHOWN = 20;
const WHERE_TO_FIND_ALL = '(--json or --out FILE has all of them)';

export interface PlanView {
  /** Also print the values of entities that would be created. */
  readonly values?: boolean;
}

/**
 * Prints what a resync would change: a headline; what it would create in Port first; then, by blueprint, old -> new of each
 * property; then deletions, grouped by reason. Why deletions are blocked is among the report's problems.
 */
export function printPlan(report: RunReport, view: PlanView = {}): void {
  const { changes = [], setup = [] } = report;
  if (wasNothingRead(report)) {
    printWrapped('', `No plan could be made: ${firstErrorOf(report)}`, plain, red);
    print();
    return;
  }
  printHeadline(report);
  for (const { what, identifier, diff } of setup) {
    printWrapped('', `${what} ${identifier}`, plain, bold);
    for (const line of diff.split('\n')) printWrapped('  ', line, plain, diffLinePaint(line));
    print();
  }
  for (const blueprint of new Set(changes.map((change) => change.blueprint))) {
    print(bold(blueprint));
    const own = changes.filter((change) => change.blueprint === blueprint);
    printSome(own, 'create', (change) => printCreation(change, view));
    printSome(own, 'update', printUpdate);
    printDeletions(own);
    print();
  }
}

function firstErrorOf({ problems }: RunReport): string {
  return problems.find(({ severity }) => severity === 'error')?.message ?? 'the problems are below';
}

function printHeadline(report: RunReport): void {
  const { status, kinds, changes = [], setup = [] } = report;
  const counts = countsOf(changes, setup.length);
  if (report.mapping) printWrapped('', `As if Port held the mapping ${report.mapping.origin}:`, plain, dim);
  if (status === 'failed' || status === 'aborted') {
    const unread = kinds.filter(({ complete }) => !complete).map(({ kind }) => kind);
    const what = unread.join(' and ') || 'a part of it';
    printWrapped('', `The plan is not whole, for ${what} failed: ${firstErrorOf(report)}`, plain, red);
    print();
    if (counts.length === 0) return;
  }
  if (counts.length > 0) printWrapped('', `Plan: ${counts.join(', ')}`, plain, bold);
  else if (status === 'completed')
    print(
      `Nothing to change: Port is as ${kinds.every(({ kind }) => isOfKomodor(kind)) ? 'Komodor says' : 'all that was read says'}.`,
    );
  else print('Nothing would change in what could be read and mapped; the problems are below.');
  print();
}

function countsOf(changes: readonly Change[], toSetUp: number): readonly string[] {
  const count = (action: Change['action'], isBlocked = false) =>
    changes.filter((change) => change.action === action && (change.blocked ?? false) === isBlocked).length;
  const counts = [
    { number: toSetUp, text: 'to set up first' },
    { number: count('create'), text: 'to create' },
    { number: count('update'), text: 'to update' },
    { number: count('delete'), text: 'to delete' },
    { number: count('delete', true), text: 'held back' },
  ];
  return counts.filter(({ number }) => number > 0).map(({ number, text }) => `${number} ${text}`);
}

function printSome(changes: readonly Change[], action: Change['action'], show: (change: Change) => void): void {
  const ofAction = changes.filter((change) => change.action === action);
  for (const change of ofAction.slice(0, MAX_CHANGES_SHOWN)) show(change);
  if (ofAction.length > MAX_CHANGES_SHOWN)
    print(dim(`  … and ${ofAction.length - MAX_CHANGES_SHOWN} more to ${action} ${WHERE_TO_FIND_ALL}`));
}

function printCreation(change: Change, { values }: PlanView): void {
  printWrapped('  + ', nameOf(change), green);
  if (!values) return;
  for (const { path, to } of changedFields(change)) if (to !== null) printField(fieldLabel(path), lineOf(to));
}

function printUpdate(change: Change): void {
  printWrapped('  ~ ', nameOf(change), yellow);
  printChangedFields(change);
}

/** Deletions are grouped by reason, so that each reason is printed once. */
function printDeletions(changes: readonly Change[]): void {
  for (const group of byReason(changes.filter(({ action }) => action === 'delete'))) {
    const [{ blocked, reason, detail }] = group;
    const lead = blocked ? `  ! ${group.length} held back: ` : `  - ${group.length} to delete: `;
    printWrapped(lead, detail ?? reason ?? '', blocked ? yellow : red);
    for (const change of group.slice(0, MAX_NAMES_SHOWN)) printWrapped('      ', nameOf(change));
    if (group.length > MAX_NAMES_SHOWN)
      print(dim(`      … and ${group.length - MAX_NAMES_SHOWN} more ${WHERE_TO_FIND_ALL}`));
  }
}

type Group = [Change, ...Change[]];

function byReason(deletions: readonly Change[]): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const change of deletions) {
    const key = JSON.stringify([change.blocked, change.reason, change.detail]);
    const group = groups.get(key);
    if (group) group.push(change);
    else groups.set(key, [change]);
  }
  return groups.values();
}

function diffLinePaint(line: string): (text: string) => string {
  if (line.startsWith('+')) return green;
  return line.startsWith('-') ? red : plain;
}
