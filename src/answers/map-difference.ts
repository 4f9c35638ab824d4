import { canonicalJson } from '../core/canonical-json.ts';
import type { JsonObject } from '../core/model.ts';
import type { FromTo } from '../core/report.ts';

/** An entity of a `MapDocument`, also as the page reads it from JSON. */
interface MappedEntity {
  readonly blueprint: string;
  readonly identifier: unknown;
  readonly properties: JsonObject;
  readonly relations: JsonObject;
}

interface MappedRow {
  readonly entry: string;
  readonly result: 'entity' | 'filtered' | 'rejected';
  readonly entity?: MappedEntity;
  readonly fields: readonly { readonly path: string; readonly error?: string }[];
  readonly problems: readonly string[];
}

interface Mapped {
  readonly kind: string;
  readonly mapping: string;
  readonly items: readonly { readonly label: string; readonly rows: readonly MappedRow[] }[];
  readonly problems: readonly string[];
}

/** What another mapping makes different of an entity. */
export interface EntityDifference {
  readonly action: 'create' | 'update' | 'delete';
  readonly blueprint: string;
  readonly identifier: string;
  /** `title`, `properties.status`, `relations.service`; null: the mapping writes nothing there. */
  readonly fields: { readonly [path: string]: FromTo };
}

export interface ItemDifference {
  readonly label: string;
  readonly changes: readonly EntityDifference[];
  /** What fails with the other mapping and does not with the first. */
  readonly problems: readonly string[];
}

/** What `map --diff` answers: only items that differ. */
export interface MapDifference {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly items: readonly ItemDifference[];
  readonly problems: readonly string[];
}

/** Compares what two mappings make of the same items. */
export function differenceOf(before: Mapped, after: Mapped): MapDifference {
  const items = after.items.map((item, index): ItemDifference => {
    const first = before.items[index]?.rows ?? [];
    const known = new Set(problemsIn(first));
    return {
      label: item.label,
      changes: changesBetween(entitiesIn(first), entitiesIn(item.rows)),
      problems: problemsIn(item.rows).filter((problem) => !known.has(problem)),
    };
  });
  return {
    kind: after.kind,
    from: before.mapping,
    to: after.mapping,
    items: items.filter(({ changes, problems }) => changes.length + problems.length > 0),
    problems: after.problems,
  };
}

/** The entities of an item. What several rows give for one entity is merged, as in a run. */
function entitiesIn(rows: readonly MappedRow[]): ReadonlyMap<string, MappedEntity> {
  const found = new Map<string, MappedEntity>();
  for (const { entity } of rows) {
    if (entity === undefined) continue;
    const key = canonicalJson([entity.blueprint, entity.identifier]);
    const earlier = found.get(key);
    found.set(key, {
      ...earlier,
      ...entity,
      properties: { ...earlier?.properties, ...entity.properties },
      relations: { ...earlier?.relations, ...entity.relations },
    });
  }
  return found;
}

function changesBetween(
  before: ReadonlyMap<string, MappedEntity>,
  after: ReadonlyMap<string, MappedEntity>,
): readonly EntityDifference[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [from, to] = [before.get(key), after.get(key)];
    const entity = to ?? from;
    if (entity === undefined) return [];
    const fields = fieldsBetween(from, to);
    if (from !== undefined && to !== undefined && Object.keys(fields).length === 0) return [];
    const action = from === undefined ? 'create' : to === undefined ? 'delete' : 'update';
    const { blueprint, identifier } = entity;
    return [
      {
        action,
        blueprint,
        identifier: typeof identifier === 'string' ? identifier : canonicalJson(identifier),
        fields,
      },
    ];
  });
}

function fieldsBetween(from: MappedEntity | undefined, to: MappedEntity | undefined): EntityDifference['fields'] {
  const [before, after] = [flat(from), flat(to)];
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(
    paths
      .map((path): [string, FromTo] => [path, { from: before[path] ?? null, to: after[path] ?? null }])
      .filter(([, value]) => canonicalJson(value.from) !== canonicalJson(value.to)),
  );
}

function flat(entity: MappedEntity | undefined): JsonObject {
  if (entity === undefined) return {};
  const { blueprint: _blueprint, identifier: _identifier, properties, relations, ...rest } = entity;
  const below = (folder: string, fields: JsonObject) =>
    Object.entries(fields).map(([name, value]) => [`${folder}.${name}`, value] as const);
  return Object.fromEntries([
    ...Object.entries(rest),
    ...below('properties', properties),
    ...below('relations', relations),
  ]);
}

/** What failed in rows, in sentences. */
function problemsIn(rows: readonly MappedRow[]): readonly string[] {
  return rows.flatMap(({ entry, result, fields, problems }) => [
    ...(result === 'rejected' ? problems.map((problem) => `${entry}: ${problem}`) : []),
    ...(result === 'rejected'
      ? []
      : fields.flatMap(({ path, error }) => (error === undefined ? [] : [`${entry}: ${path}: ${error}`]))),
  ]);
}
