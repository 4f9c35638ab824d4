import type { EntityTemplate, JsonObject, Kind, Mapping, ResourceEntry } from '../../core/model.ts';
import { isObject } from '../../komodor/item.ts';
import type { MapField } from '../map-fields.ts';
import { type MapRow, mapItems } from '../map-items.ts';
import { type Given, withLenientSelectors } from './input.ts';

/** What one template made of one sample. */
export interface Observed {
  readonly kind: Kind;
  readonly label: string;
  /** Tells samples of a kind apart. */
  readonly index: number;
  readonly sample: JsonObject;
  readonly entry: ResourceEntry;
  readonly template: EntityTemplate;
  readonly row: MapRow;
}

/** Maps samples with the entries that can be used. */
export async function observe(
  given: Given,
  mapping: Mapping,
  samples: ReadonlyMap<Kind, readonly unknown[]>,
  signal: AbortSignal,
): Promise<readonly Observed[]> {
  const parts = { mapper: given.mapper, kinds: withLenientSelectors(given.kinds) };
  const usable = { ...mapping, entries: mapping.entries.filter((entry) => isUsable(given, entry)), disabled: [] };
  const targets = new Map(
    usable.entries.flatMap((entry) =>
      entry.templates.map((template) => [
        entry.templates.length === 1 ? entry.path : template.path,
        { entry, template },
      ]),
    ),
  );
  const found: Observed[] = [];
  for (const [kind, rows] of samples) {
    if (!usable.entries.some((entry) => entry.kind === kind)) continue;
    const objects = rows.filter(isObject);
    const views = await mapItems(parts, usable, kind, objects, signal);
    for (const [index, { label, rows: made }] of views.entries()) {
      for (const row of made) {
        const target = targets.get(row.entry);
        if (target !== undefined) found.push({ kind, label, index, sample: objects[index] ?? {}, ...target, row });
      }
    }
  }
  return found;
}

/** Whether the entry's selector, identifiers and so on compile. Without that a run does not use it. */
function isUsable({ uses, broken }: Given, entry: ResourceEntry): boolean {
  return !uses.some(({ entry: of, costs, path }) => of.path === entry.path && costs === 'entry' && broken.has(path));
}

/** The path of a field in the mapping. */
export function pathOf(
  { entry, template }: Pick<Observed, 'entry' | 'template'>,
  { path }: Pick<MapField, 'path'>,
): string {
  if (path.startsWith('selector.')) return `${entry.path}.${path}`;
  return path.startsWith('itemsToParse') ? `${entry.path}.port.${path}` : `${template.path}.${path}`;
}

/** Groups values by a key. */
export function groupBy<T>(
  values: readonly T[],
  keyOf: (value: T) => string,
): ReadonlyMap<string, readonly [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}

/** `3 of 50 samples, e.g. Deployment/prod/shop/api` */
export function countText(some: readonly Pick<Observed, 'label'>[], all: number): string {
  const [first] = some;
  return `${some.length} of ${all} sample${all === 1 ? '' : 's'}${first === undefined ? '' : `, e.g. ${first.label}`}`;
}
