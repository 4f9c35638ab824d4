import { shortPair, shortText, valueText } from '../answers/value-text.ts';
import { type ChangedField, changedFields, titleOf } from '../core/change-rows.ts';
import type { JournalRow } from '../core/journal.ts';
import type { Change } from '../core/report.ts';
import { printWrapped } from './output.ts';

const VALUE_WIDTH = 100;

/** An entity's name: its identifier, and its title if that says more. */
export function nameOf(change: Change | JournalRow): string {
  const title = titleOf(change);
  return title !== null && title !== change.identifier ? `${change.identifier} (${title})` : change.identifier;
}

/** Prints the changed fields of an entity: old -> new. */
export function printChangedFields(change: Change | JournalRow): void {
  for (const field of changedFields(change)) printField(fieldLabel(field.path), changeText(field));
}

export function printField(label: string, value: string): void {
  printWrapped(`      ${label}: `, value);
}

/** `status`, `service (relation)` */
export function fieldLabel(path: string): string {
  return path.startsWith('relations.') ? `${path.slice(10)} (relation)` : path.replace(/^properties\./, '');
}

function changeText(field: ChangedField): string {
  if (!('from' in field) && !('to' in field)) return 'changed (its values are not kept)';
  const from = 'from' in field ? valueText(field.from) : '(not known)';
  const to = 'to' in field ? valueText(field.to) : '(not known)';
  return shortPair(from, to, VALUE_WIDTH).join(' -> ');
}

/** A value in one line. */
export function lineOf(value: unknown): string {
  return shortText(valueText(value), VALUE_WIDTH);
}
