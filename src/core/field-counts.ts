import { literalText } from './expression/prepare.ts';
import { type ExpressionUse, isInside, usesOf } from './expression/uses.ts';
import type { CountedField } from './field-history.ts';
import type { Entity, EntityTemplate, ResourceEntry } from './model.ts';
import type { FieldFailure, MappedItem, MappedRow } from './ports.ts';
import { own } from './schema/values.ts';

/** How many expressions of a mapping are counted. */
export const MAX_COUNTED = 2_000;

interface Counter {
  readonly use: ExpressionUse;
  /** `properties.status`; `properties.place` for a part of it. Failures name this, or something inside it. */
  readonly field: string;
  /** Its path in the template. */
  readonly below: string;
  /** Its value in an entity; undefined: it is not there. */
  readonly read: (entity: Entity) => unknown;
  values: number;
  nulls: number;
  failed: number;
}

/** The counters of an entry: those of the selector and itemsToParse, and those of each template. */
interface EntryCounters {
  readonly own: readonly Counter[];
  readonly templates: ReadonlyMap<EntityTemplate, readonly Counter[]>;
  /** With several blueprints a rejected item gives one row for each. It counts in that of the first. */
  readonly firstBlueprint: string | null;
}

/** Counts, for every expression, what it gave for the items of a run. */
export class FieldCounts {
  readonly #entries = new Map<ResourceEntry, EntryCounters>();
  #left = MAX_COUNTED;

  /** @param entries all that are read, so that those that give nothing are there too */
  constructor(entries: readonly ResourceEntry[]) {
    for (const entry of entries) this.#countersOf(entry);
  }

  take(batch: readonly MappedItem[]): void {
    for (const { rows } of batch) for (const row of rows) this.#count(row);
  }

  list(): readonly CountedField[] {
    return [...this.#entries].flatMap(([entry, { own, templates }]) =>
      [...own, ...[...templates.values()].flat()].map((counter) => fieldOf(entry, counter)),
    );
  }

  #count(row: MappedRow): void {
    const { own, templates, firstBlueprint } = this.#countersOf(row.entry);
    if (row.type === 'rejected') {
      const isFirst = row.blueprint === firstBlueprint;
      if (isFirst) for (const counter of own) noteRejection(counter, row.path);
      for (const counters of templates.values()) {
        for (const counter of counters) if (covers(row.path, counter.use.path)) counter.failed += 1;
      }
      return;
    }
    const template = row.type === 'entity' ? (row.template ?? row.entry.templates[0]) : undefined;
    if (template === undefined || template === row.entry.templates[0]) for (const counter of own) counter.values += 1;
    if (row.type === 'filtered' || template === undefined) return;
    for (const counter of templates.get(template) ?? []) noteEntity(counter, row);
  }

  #countersOf(entry: ResourceEntry): EntryCounters {
    const known = this.#entries.get(entry);
    if (known) return known;
    const counters = usesOf(entry).slice(0, this.#left).map(counterOf);
    this.#left -= counters.length;
    const of = (template: EntityTemplate | undefined) => counters.filter(({ use }) => use.template === template);
    const [first] = entry.templates;
    const made: EntryCounters = {
      own: of(undefined),
      templates: new Map(entry.templates.map((template) => [template, of(template)])),
      firstBlueprint: first === undefined ? null : literalText(first.blueprint),
    };
    this.#entries.set(entry, made);
    return made;
  }
}

function counterOf(use: ExpressionUse): Counter {
  const below = use.template === undefined ? '' : use.path.slice(use.template.path.length + 1);
  const [folder, name] = use.steps;
  const field = folder === 'properties' || folder === 'relations' ? `${folder}.${name}` : String(folder);
  return { use, field, below, read: readerOf(use), values: 0, nulls: 0, failed: 0 };
}

function readerOf({ template, steps }: ExpressionUse): Counter['read'] {
  const [folder, name] = steps;
  if (template !== undefined && name === '*' && (folder === 'properties' || folder === 'relations')) {
    const named = template[folder];
    // The members that it spreads are those that no other expression names.
    return (entity) => Object.keys(entity[folder]).some((member) => !Object.hasOwn(named, member)) || null;
  }
  if (typeof folder !== 'string' || typeof name !== 'string' || steps.length > 2)
    return (entity) => steps.reduce<unknown>(memberOf, entity);
  // Most are properties and relations, and there is one for each field of a million entities.
  if (folder === 'properties' || folder === 'relations') return (entity) => own(entity[folder], name);
  return (entity) => memberOf(memberOf(entity, folder), name);
}

function memberOf(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined;
}

/** The expressions before the one that failed have given something. */
function noteRejection(counter: Counter, path: string): void {
  const { entry, path: own } = counter.use;
  if (path === entry.path || covers(path, own)) counter.failed += 1;
  else if (own.endsWith('.itemsToParse') || !path.endsWith('.itemsToParse')) counter.values += 1;
}

function noteEntity(counter: Counter, { entity, failures }: Extract<MappedRow, { type: 'entity' }>): void {
  const { field, below, read } = counter;
  const value = read(entity);
  // What failed is not there.
  if (value !== undefined && value !== null) counter.values += 1;
  else if (failures.some(({ path }) => covers(path, below))) counter.failed += 1;
  else if (value === null) counter.nulls += 1;
  // Another part of the same field failed, so that the field was left out. Without any failure it does not compile.
  else if (!failedIn(failures, field)) counter.failed += 1;
}

function failedIn(failures: readonly FieldFailure[], field: string): boolean {
  return failures.some(({ path }) => covers(field, path));
}

/** Whether a path is the other one, or inside it. */
function covers(outer: string, path: string): boolean {
  return path === outer || isInside(path, outer);
}

function fieldOf(entry: ResourceEntry, { use, below, values, nulls, failed }: Counter): CountedField {
  const { template, path, expression } = use;
  const own = path.slice(entry.path.length + 1).replace(/^port\.itemsToParse/, 'itemsToParse');
  return {
    entry: template !== undefined && entry.templates.length > 1 ? template.path : entry.path,
    kind: entry.kind,
    blueprint: literalText((template ?? entry.templates[0])?.blueprint ?? ''),
    path: template === undefined ? own : below,
    expression,
    ...{ values, nulls, failed },
  };
}
