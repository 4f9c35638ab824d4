import { type FieldTable, givenPaths } from './fields.ts';
import type { JournalRow } from './journal.ts';
import type { Entity, StoredEntity } from './model.ts';
import type { Change, FromTo } from './report.ts';

type AnyEntity = Entity | StoredEntity;

/**
 * Describes a write by its changed fields, each with its old and new value. Fields that Port only spells otherwise (times,
 * the order of relation targets) are the same.
 * @param before the entity in Port; undefined: there is none
 * @param merge false: Port drops the fields that the write does not have
 */
export function describeWrite(
  entity: Entity,
  identifier: string,
  before: StoredEntity | undefined,
  { table, merge }: { readonly table: FieldTable | undefined; readonly merge: boolean },
): Change {
  const paths =
    before === undefined ? givenPaths(entity) : (table?.changedPaths(entity, table.fingerprints(before), merge) ?? []);
  const fromTo = (path: string): FromTo => ({ from: valueAt(before, path), to: valueAt(entity, path) });
  const fieldsOf = (prefix: string) =>
    Object.fromEntries(
      paths.filter((path) => path.startsWith(prefix)).map((path) => [path.slice(prefix.length), fromTo(path)]),
    );
  const current = before?.title ?? entity.title ?? null;
  return {
    action: before === undefined ? 'create' : 'update',
    blueprint: entity.blueprint,
    identifier,
    title: before !== undefined && paths.includes('title') ? fromTo('title') : current,
    ...(paths.includes('icon') ? { icon: fromTo('icon') } : {}),
    ...(paths.includes('team') ? { team: fromTo('team') } : {}),
    properties: fieldsOf('properties.'),
    relations: fieldsOf('relations.'),
  };
}

/** Merges two writes of one entity (a relation may be added later), so that readers see one change. */
export function mergeChanges<T extends Omit<Change, 'blocked'>>(earlier: T, later: T): T {
  // If the later write has no title, its title is null or Port's. Then the earlier write's title counts.
  const isTitled = later.title !== null && (later.action === 'create' || typeof later.title === 'object');
  return {
    ...earlier,
    ...later,
    // What was created is not updated for a reader when it gets the rest.
    action: earlier.action,
    title: isTitled ? later.title : earlier.title,
    ...mergeFields('properties', earlier, later),
    ...mergeFields('relations', earlier, later),
  };
}

/** Merges a second row of an entity in a run into the first, which has the same outcome. */
export function mergeRows(earlier: JournalRow, later: JournalRow): JournalRow {
  const fields = [...new Set([...(earlier.fields ?? []), ...(later.fields ?? [])])];
  const details = [...new Set([earlier.detail, later.detail].filter((detail) => detail !== undefined))];
  const source = earlier.source ?? later.source;
  const entries = [...new Set([...(earlier.source?.entries ?? []), ...(later.source?.entries ?? [])])];
  return {
    ...mergeChanges(earlier, later),
    at: earlier.at,
    ...(source ? { source: { ...source, entries } } : {}),
    ...(fields.length > 0 ? { fields } : {}),
    ...(details.length > 0 ? { detail: details.join('; ') } : {}),
  };
}

type SomeFields = Pick<Change, 'properties' | 'relations'>;

function mergeFields(of: 'properties' | 'relations', { [of]: earlier }: SomeFields, { [of]: later }: SomeFields) {
  if (!earlier || !later) return {};
  const fields = Object.entries(later).map(([id, { from, to }]) => {
    const first = Object.hasOwn(earlier, id) ? earlier[id] : undefined;
    return [id, { from: first ? first.from : from, to }] as const;
  });
  return { [of]: { ...earlier, ...Object.fromEntries(fields) } };
}

/** The value of a field (`title`, `properties.status`); null when there is none. */
function valueAt(entity: AnyEntity | undefined, path: string): unknown {
  if (entity === undefined) return null;
  const dot = path.indexOf('.');
  const [fields, id]: readonly [object, string] =
    dot === -1
      ? [entity, path]
      : [path.startsWith('properties.') ? entity.properties : entity.relations, path.slice(dot + 1)];
  const value: unknown = Object.hasOwn(fields, id) ? Reflect.get(fields, id) : null;
  return value ?? null;
}
