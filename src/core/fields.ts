import { fingerprint } from './canonical.ts';
import { isSearchQuery } from './conform.ts';
import type { BlueprintShape, Entity, StoredEntity } from './model.ts';
import type { FieldSelection, Program } from './ports.ts';

/** Fingerprints of an entity's fields, one per column; 0 for a field without value. */
export type Fingerprints = ArrayLike<number>;

type AnyEntity = Entity | StoredEntity;

/** One compared field of a blueprint: `title`, `properties.status`, `relations.service`. */
interface Column {
  readonly index: number;
  readonly path: string;
  /** The value for comparison; undefined when the entity does not have the field. */
  read(entity: AnyEntity): unknown;
}

/**
 * The fields of a blueprint that the mapping writes and that Port returns. Undeclared properties are left out: Port may
 * not keep them, and then the entity would look changed in every run.
 */
export function selectFields(shape: BlueprintShape, programs: readonly Program[]): FieldSelection {
  const templates = programs.flatMap((program) => program.writing(shape.identifier));
  const declared = (ids: readonly string[], known: object) =>
    ids.includes('*') ? Object.keys(known) : [...new Set(ids)].filter((id) => Object.hasOwn(known, id));
  return {
    // For a blueprint that no entry writes any more, the title is read for the report.
    title: templates.length === 0 || templates.some((template) => template.title !== undefined),
    icon: templates.some((template) => template.icon !== undefined),
    team: templates.some((template) => typeof template.team === 'string'),
    properties: declared(
      templates.flatMap((template) => Object.keys(template.properties)),
      shape.properties,
    ),
    relations: declared(
      templates.flatMap((template) => Object.keys(template.relations)),
      shape.relations,
    ),
  };
}

/** The declared members of a blueprint that only a `*` of the mapping gives, because no template names them. */
export function spreadMembers(
  shape: BlueprintShape,
  programs: readonly Program[],
): { readonly properties: readonly string[]; readonly relations: readonly string[] } {
  const templates = programs.flatMap((program) => program.writing(shape.identifier));
  const unnamed = (part: 'properties' | 'relations') => {
    const named = new Set(templates.flatMap((template) => Object.keys(template[part])));
    return named.has('*') ? Object.keys(shape[part]).filter((id) => !named.has(id)) : [];
  };
  return { properties: unnamed('properties'), relations: unnamed('relations') };
}

/** The columns of one entity that got a value in this run. */
export interface GivenColumns {
  has(column: number): boolean;
  add(column: number): void;
  /** The paths of fields that were given a second, different value. */
  readonly conflicts: string[];
}

/** Compares the entities of one blueprint field by field, by fingerprints. */
export class FieldTable {
  readonly #columns: readonly Column[];

  constructor(shape: BlueprintShape, selection: FieldSelection) {
    const columns = [
      ...(selection.title ? [column('title', (e) => titleOf(e))] : []),
      ...(selection.icon ? [column('icon', (e) => e.icon)] : []),
      ...(selection.team ? [column('team', (e) => teamOf(e.team))] : []),
      ...selection.properties.map((id) => propertyColumn(id, shape)),
      ...selection.relations.map((id) => relationColumn(id, shape)),
    ];
    this.#columns = columns.map((one, index) => ({ ...one, index }));
  }

  /** The number of columns. */
  get width(): number {
    return this.#columns.length;
  }

  /** The fingerprints of all columns of an entity in Port. */
  fingerprints(stored: StoredEntity): number[] {
    return this.#columns.map(({ read }) => fingerprintOrZero(read(stored)));
  }

  /**
   * The fingerprints after writing `entity` over `known`; undefined when nothing would change. Fields that the entity does
   * not have stay. A field with a search query counts as changed, because only Port knows its result.
   * @param claims fields that got a value in this run. They keep it; the entity's fields are added.
   */
  fingerprintsAfter(entity: Entity, known: Fingerprints | undefined, claims?: GivenColumns): number[] | undefined {
    let next: number[] | undefined;
    const begin = () => this.#columns.map((_, index) => known?.[index] ?? 0);
    if (known === undefined || hasSearch(entity)) next = begin();
    for (const { index, path, read } of this.#columns) {
      const value = read(entity);
      if (value === undefined) continue;
      const after = fingerprintOrZero(value);
      const isSame = after === (known?.[index] ?? 0);
      if (!isSame && claims?.has(index)) {
        claims.conflicts.push(path);
        continue;
      }
      claims?.add(index);
      if (isSame) continue;
      next ??= begin();
      next[index] = after;
    }
    return next;
  }

  /**
   * The fields that writing `entity` changes, by path. A field with a search query counts as changed, because only Port
   * knows its result. Fields that are not compared are left out.
   * @param known the fingerprints of what Port has; undefined: not known, so every field of the entity may be changed
   * @param merge false: Port drops the fields that the write does not have
   */
  changedPaths(entity: Entity, known: Fingerprints | undefined, merge: boolean): readonly string[] {
    const searched = searchedPaths(entity);
    const changed = this.#columns.filter(({ path, read }, index) => {
      const value = read(entity);
      if (value === undefined && (merge || known === undefined || searched.includes(path))) return false;
      return known === undefined || fingerprintOrZero(value) !== known[index];
    });
    return [...changed.map(({ path }) => path), ...searched];
  }

  /** The paths of the fields that have a value. */
  pathsWithValue(known: Fingerprints): ReadonlySet<string> {
    return new Set(this.#columns.filter((_, index) => (known[index] ?? 0) !== 0).map(({ path }) => path));
  }

  /** Whether Port already has the entity's value of a field. */
  hasSameValue(entity: Entity, path: string, known: Fingerprints): boolean {
    const index = this.#columns.findIndex((candidate) => candidate.path === path);
    return index >= 0 && fingerprintOrZero(this.#columns[index]?.read(entity)) === known[index];
  }

  /** The entity without nulls for fields that have no value in Port. */
  dropNullsPortDoesNotHave(entity: Entity, known: Fingerprints | undefined): Entity {
    // An unknown entity may be another writer's, with values that have to be cleared.
    if (known === undefined || !hasNull(entity)) return entity;
    const held = this.pathsWithValue(known);
    return onlyFields(entity, (path, value) => value !== null || held.has(path));
  }
}

/** The entity with only some fields: `title`, `properties.status`, `relations.service`. */
export function onlyFields(entity: Entity, keeps: (path: string, value: unknown) => boolean): Entity {
  const { title, icon, team, ...rest } = entity;
  const prune = <T>(prefix: string, fields: { readonly [key: string]: T }) =>
    Object.fromEntries(Object.entries(fields).filter(([id, value]) => keeps(`${prefix}.${id}`, value)));
  return {
    ...rest,
    ...(title !== undefined && keeps('title', title) ? { title } : {}),
    ...(icon !== undefined && keeps('icon', icon) ? { icon } : {}),
    ...(team !== undefined && keeps('team', team) ? { team } : {}),
    properties: prune('properties', entity.properties),
    relations: prune('relations', entity.relations),
  };
}

function column(path: string, read: Column['read']): Omit<Column, 'index'> {
  return { path, read };
}

function fingerprintOrZero(value: unknown): number {
  return value === undefined || value === null ? 0 : fingerprint(value);
}

function hasNull({ title, icon, team, properties, relations }: Entity): boolean {
  if (title === null || icon === null || team === null) return true;
  return Object.values(properties).includes(null) || Object.values(relations).includes(null);
}

/** The paths of the fields that have a value. */
export function givenPaths({ title, icon, team, properties, relations }: Entity): readonly string[] {
  const hasValue = ([, value]: readonly [string, unknown]) => value !== null && value !== undefined;
  const pathsIn = (prefix: string, fields: { readonly [id: string]: unknown }) =>
    Object.entries(fields)
      .filter(hasValue)
      .map(([id]) => `${prefix}${id}`);
  return [
    ...pathsIn('', { title, icon, team }),
    ...pathsIn('properties.', properties),
    ...pathsIn('relations.', relations),
  ];
}

/** The paths of the fields whose value is a search query. */
function searchedPaths({ team, relations }: Entity): readonly string[] {
  const searched = Object.keys(relations).filter((id) => isSearchQuery(relations[id]));
  return [...(isSearchQuery(team) ? ['team'] : []), ...searched.map((id) => `relations.${id}`)];
}

/** Whether the entity contains a search query, so that only Port knows what writing it changes. */
export function hasSearch({ identifier, team, relations }: Entity): boolean {
  if (isSearchQuery(identifier) || isSearchQuery(team)) return true;
  for (const id of Object.keys(relations)) if (isSearchQuery(relations[id])) return true;
  return false;
}

/** Port shows the identifier as the title of an entity without title. */
function titleOf(entity: AnyEntity): string | null | undefined {
  return entity.title === entity.identifier ? null : entity.title;
}

function teamOf(team: unknown): unknown {
  if (team === undefined || isSearchQuery(team)) return undefined;
  const teams = (Array.isArray(team) ? team : [team]).filter((name) => typeof name === 'string' && name !== '');
  return teams.length === 0 ? null : [...new Set(teams)].sort();
}

function propertyColumn(id: string, shape: BlueprintShape): Omit<Column, 'index'> {
  const isDateTime = shape.properties[id]?.format === 'date-time';
  return column(`properties.${id}`, (entity) => {
    const value = own(entity.properties, id);
    return isDateTime ? instantOf(value) : value;
  });
}

/** `12:00:00Z`, `12:00:00.000Z` and `13:00:00+01:00` are the same time. Port may return another spelling than it got. */
function instantOf(value: unknown): unknown {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? value : time;
}

function relationColumn(id: string, shape: BlueprintShape): Omit<Column, 'index'> {
  const many = shape.relations[id]?.many ?? false;
  return column(`relations.${id}`, (entity) => {
    const value = own(entity.relations, id);
    if (value === undefined || isSearchQuery(value)) return undefined;
    if (typeof value === 'string' && value !== '') return many ? [value] : value;
    const targets = (Array.isArray(value) ? value : [value]).filter(
      (target) => typeof target === 'string' && target !== '',
    );
    if (targets.length === 0) return null;
    return many ? targets.sort() : targets[0];
  });
}

function own(fields: { readonly [key: string]: unknown }, id: string): unknown {
  return Object.hasOwn(fields, id) ? fields[id] : undefined;
}
