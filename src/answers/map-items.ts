import { conform, type Misfit } from '../core/conform.ts';
import { withMember } from '../core/exact-json.ts';
import { encodeIdentifier } from '../core/identifier.ts';
import type { KindInfo, Kinds } from '../core/kinds.ts';
import type { BlueprintShape, Entity, JsonObject, Kind, Mapping, RawItem, RelationValue } from '../core/model.ts';
import type { MappedItem, MappedRow, Mapper } from '../core/ports.ts';
import { isObject, textIn } from '../komodor/item.ts';
import { fieldsOf, type MapField, pathBelow } from './map-fields.ts';
import { compileByTemplate, disabledIn, elementsOf, type TemplateEntry, withElement } from './split-entries.ts';

/** What one template of an entry makes of an item; with itemsToParse, of one element of it. */
export interface MapRow {
  /** The path of the entry in the mapping; of the template when the entry has several. */
  readonly entry: string;
  readonly result: 'entity' | 'filtered' | 'rejected';
  /** The entity as Port would get it. */
  readonly entity?: Entity;
  /** The first one is `selector.query`. */
  readonly fields: readonly MapField[];
  /** What concerns the whole row, in sentences. */
  readonly problems: readonly string[];
}

export interface MappedItemView {
  /** The item's name in reports: `Deployment/prod/default/api`. */
  readonly label: string;
  readonly rows: readonly MapRow[];
}

export interface MapParts {
  readonly mapper: Mapper;
  readonly kinds: Pick<Kinds, 'get' | 'info'>;
  /** Finds a blueprint; undefined: it is not known, and its entities are not fitted. Missing: none is known. */
  readonly blueprint?: (identifier: string, signal: AbortSignal) => Promise<BlueprintShape | undefined>;
}

interface Known extends MapParts {
  readonly shapes: ReadonlyMap<string, BlueprintShape>;
}

/** The number of bytes of an entity is of no interest here. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/**
 * Maps rows as Komodor sends them, and tells for each field which expression gave which value. A row may name the cluster that
 * was asked for it as `_.cluster`.
 * @param kind a known kind
 */
export async function mapItems(
  from: MapParts,
  mapping: Mapping,
  kind: Kind,
  rows: readonly unknown[],
  signal: AbortSignal,
): Promise<readonly MappedItemView[]> {
  const { parts, programs } = await compileByTemplate(from, mapping, kind);
  const unusable = disabledIn(from.kinds, mapping, kind);
  const made = rows.map((row) => itemOf(from.kinds.info(kind), row));
  const items = made.flatMap((item) => (item === undefined ? [] : [item]));
  const mapped = await Promise.all(programs.map((program) => program.map(items, signal)));

  const shapes = await shapesOf(from, mapped.flat(), signal);

  function rowsOf(item: RawItem): readonly MapRow[] {
    const index = items.indexOf(item);
    const results = mapped.flatMap((one) => one[index]?.rows ?? []);
    return parts.flatMap((part) => partRows({ ...from, shapes }, kind, part, { item, rows: results }));
  }
  const disabledRows = unusable.map(({ path, message }) => rejected(path, [], message));
  return made.map((item, index): MappedItemView => {
    if (item !== undefined) return { label: item.label, rows: [...rowsOf(item), ...disabledRows] };
    const names = [...parts.map(({ name }) => name), ...unusable.map(({ path }) => path)];
    return { label: `row ${index}`, rows: names.map((name) => rejected(name, [], 'the row is no JSON object')) };
  });
}

/** The blueprints of all entities, as far as they are known. */
async function shapesOf({ blueprint }: MapParts, mapped: readonly MappedItem[], signal: AbortSignal) {
  const rows = mapped.flatMap(({ rows }) => rows);
  const names = new Set(rows.flatMap((row) => (row.type === 'entity' ? [row.entity.blueprint] : [])));
  const found = new Map<string, BlueprintShape>();
  for (const name of names) {
    const shape = await blueprint?.(name, signal);
    if (shape !== undefined) found.set(name, shape);
  }
  return found;
}

/** The row as an item. What it has under `_` counts as asked for, and takes precedence over what is derived. */
function itemOf(info: KindInfo | undefined, row: unknown): RawItem | undefined {
  if (!isObject(row) || !isObject(row._)) return info?.toItem(row);
  const cluster = textIn(row._, 'cluster');
  const service = isObject(row._.service) ? textIn(row._.service, 'kind') : undefined;
  const serviceKind = textIn(row._, 'kind') ?? service;
  const item = info?.toItem(row, {
    ...(cluster === undefined ? {} : { cluster }),
    ...(serviceKind === undefined ? {} : { kind: serviceKind }),
  });
  if (item === undefined) return undefined;
  const derived = isObject(item.value._) ? item.value._ : {};
  return { ...item, value: withMember(item.value, '_', { ...derived, ...row._ }) };
}

function partRows(from: Known, kind: Kind, part: TemplateEntry, { item, rows }: MappedItem): readonly MapRow[] {
  if (part.unusable !== undefined) {
    const fields = fieldsOf(part, item.value, {}, part.broken).filter(({ error }) => error !== undefined);
    return [rejected(part.name, fields, `the entry cannot be used: ${part.unusable}`)];
  }
  const source = from.kinds.get(kind);
  const excludedBy = source && part.listing.excludedBy(source.placeOf(item));
  if (excludedBy !== undefined) {
    return [filtered(part.name, [], `selector.${excludedBy} leaves the item out, so it is not read for this entry`)];
  }
  const elements = part.lister === undefined ? [] : elementsOf(part.lister, rows);
  const own = rows.filter(({ entry }) => entry === part.entry);
  return own.map((row, index) => {
    const input = withElement(item, part.entry, elements[index] ?? null);
    return rowOf(from, part, row, input, elements.length);
  });
}

function rowOf(from: Known, part: TemplateEntry, row: MappedRow, input: JsonObject, elements: number): MapRow {
  switch (row.type) {
    case 'filtered': {
      const isEmptyList = part.entry.itemsToParse !== undefined && elements === 0;
      if (isEmptyList) return filtered(part.name, [], 'itemsToParse gives no element');
      return filtered(part.name, fieldsOf(part, input, { selector: false }, []).slice(0, 1));
    }
    case 'rejected': {
      const failure = { path: pathBelow(part, row.path), message: row.message };
      const isSelected = !['', 'selector.query', 'itemsToParse'].includes(failure.path);
      const fields = fieldsOf(part, input, isSelected ? { selector: true } : {}, [failure]);
      const told = fields.filter(({ value, error }) => value !== undefined || error !== undefined);
      return rejected(part.name, told, failure.path === '' ? row.message : `${failure.path}: ${row.message}`);
    }
    case 'entity': {
      const { entity, problems, failures } = fitted(from, row.entity);
      const fields = fieldsOf(part, input, { selector: true, entity: row.entity }, [
        ...row.failures,
        ...failures,
        ...part.broken,
      ]);
      return { entry: part.name, result: 'entity', entity, fields, problems };
    }
  }
}

/** The entity as a run would send it. Without its blueprint, only the identifiers are known to change. */
function fitted({ shapes }: Known, entity: Entity) {
  const shape = shapes.get(entity.blueprint);
  if (shape === undefined) return { entity: encoded(entity), problems: [], failures: [] };
  const { entity: fits, misfits } = conform(entity, shape, NO_LIMIT);
  // What the blueprint does not declare is no failure of the item: a run warns of it.
  const isUndeclared = ({ code }: Misfit) => code === 'property_undeclared' || code === 'relation_undeclared';
  return {
    entity: fits,
    problems: misfits.filter(isUndeclared).map(({ path, message }) => `${path}: ${message}`),
    failures: misfits.filter((misfit) => !isUndeclared(misfit)),
  };
}

function encoded(entity: Entity): Entity {
  const { identifier } = entity;
  return {
    ...entity,
    identifier: typeof identifier === 'string' ? encodeIdentifier(identifier) : identifier,
    relations: Object.fromEntries(
      Object.entries(entity.relations).map(([name, value]) => [name, encodedTarget(value)]),
    ),
  };
}

function encodedTarget(value: RelationValue): RelationValue {
  if (typeof value === 'string') return encodeIdentifier(value);
  return Array.isArray(value) ? value.map(encodeIdentifier) : value;
}

function filtered(entry: string, fields: readonly MapField[], ...problems: readonly string[]): MapRow {
  return { entry, result: 'filtered', fields, problems };
}

function rejected(entry: string, fields: readonly MapField[], problem: string): MapRow {
  return { entry, result: 'rejected', fields, problems: [problem] };
}
