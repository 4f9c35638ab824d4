import { type ChangedField, changedFields, titleOf } from '../../../src/core/change-rows.ts';
import type { JournalRow } from '../../api/documents.ts';

export type { ChangedField };
export { changedFields, titleOf };

/** `status`, `service (relation)` */
export function fieldName(path: string): string {
  return path.startsWith('relations.') ? `${path.slice(10)} (relation)` : path.replace(/^properties\./, '');
}

/** The changed fields, and of objects only the members that differ. */
export function differences(row: JournalRow): readonly ChangedField[] {
  return changedFields(row).flatMap((field) => (row.action === 'create' ? [field] : membersOf(field)));
}

function membersOf(field: ChangedField): readonly ChangedField[] {
  const { path, from, to } = field;
  if (!isObject(from) || !isObject(to)) return [field];
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  const members = names
    .filter((name) => JSON.stringify(from[name] ?? null) !== JSON.stringify(to[name] ?? null))
    .map((name) => ({ path: `${path}.${name}`, from: from[name] ?? null, to: to[name] ?? null }));
  return members.length === 0 ? [field] : members;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Why the values of a field are not shown. */
export const NOT_KEPT = 'changed; its values are not kept';
