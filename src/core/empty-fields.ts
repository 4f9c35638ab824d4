import type { JsonObject, ResourceEntry } from './model.ts';
import { nearest } from './nearest.ts';
import type { MappingPlace } from './places.ts';
import type { MappedItem } from './ports.ts';
import { isObject, own } from './schema/values.ts';

/** With fewer items, a field may be missing by chance. */
export const MIN_ITEMS = 5;
/** How many names are kept for suggestions. */
const MAX_NAMES = 1000;
const MAX_NAMES_SHOWN = 8;

/** A field whose expression is a plain path, such as `.labels.team`, and that no item has had so far. */
interface WatchedField {
  readonly entry: ResourceEntry;
  readonly field: string;
  readonly keys: readonly string[];
  items: number;
  /** Keys that exist at the place of the last key. */
  readonly names: Set<string>;
}

const PATH = /^\.[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\["[^"\\]*"\])*$/;
const STEP = /\.(\w+)|\["([^"]*)"\]/g;

/** Finds fields that no item has. A misspelt name is not an error in jq but null. */
export class EmptyFields {
  #watched: WatchedField[];

  constructor(entries: readonly ResourceEntry[]) {
    this.#watched = entries.filter(({ itemsToParse }) => itemsToParse === undefined).flatMap(watchedOf);
  }

  take(mapped: readonly MappedItem[]): void {
    for (const { item, rows } of mapped) {
      if (this.#watched.length === 0) return;
      const entries = new Set(rows.filter(({ type }) => type === 'entity').map(({ entry }) => entry));
      this.#watched = this.#watched.filter((one) => !entries.has(one.entry) || isMissing(one, item.value));
    }
  }

  /** One sentence per field that no item has, although its parent exists. */
  findings(): readonly { readonly path: string; readonly message: string; readonly place: MappingPlace }[] {
    return this.#watched
      .filter(({ items }) => items >= MIN_ITEMS)
      .flatMap(({ entry, field, keys, items, names }) => {
        const similar = nearest(keys.at(-1) ?? '', [...names]);
        // A missing top-level field may be one that Komodor leaves out. A missing key of a map like labels is probably misspelt.
        if (similar === undefined && (keys.length === 1 || names.size === 0)) return [];
        const there = [...names].slice(0, MAX_NAMES_SHOWN).join(', ');
        const hint =
          similar === undefined ? `there are: ${there}` : `did you mean ${pathOf([...keys.slice(0, -1), similar])}?`;
        const message = `${field}: ${pathOf(keys)} is null for all ${items} items (${hint})`;
        const place = { entries: [entry.path], field };
        return [{ path: `${entry.path} ${field}`, message: `${entry.path}: ${message}`, place }];
      });
  }
}

function watchedOf(entry: ResourceEntry): WatchedField[] {
  return entry.templates.flatMap(({ title, icon, team, properties, relations }) => {
    const fields: (readonly [string, unknown])[] = [
      ['title', title],
      ['icon', icon],
      ['team', team],
      ...Object.entries(properties).map(([id, value]) => [`properties.${id}`, value] as const),
      ...Object.entries(relations).map(([id, value]) => [`relations.${id}`, value] as const),
    ];
    return fields.flatMap(([field, expression]) => {
      const text = typeof expression === 'string' ? expression.trim() : '';
      if (!PATH.test(text)) return [];
      const keys = [...text.matchAll(STEP)].map(([, word, quoted]) => word ?? quoted ?? '');
      return [{ entry, field, keys, items: 0, names: new Set<string>() }];
    });
  });
}

/** Counts an item without the field. False: the item has the field. */
function isMissing(watched: WatchedField, item: JsonObject): boolean {
  let value: unknown = item;
  for (const [index, key] of watched.keys.entries()) {
    if (!isObject(value)) break;
    if (index === watched.keys.length - 1) {
      if (Object.hasOwn(value, key)) return false;
      for (const name of Object.keys(value)) if (watched.names.size < MAX_NAMES) watched.names.add(name);
    }
    value = own(value, key);
  }
  watched.items += 1;
  return true;
}

function pathOf(keys: readonly string[]): string {
  return keys
    .map((key, index) => (/^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `${index === 0 ? '.' : ''}[${JSON.stringify(key)}]`))
    .join('');
}
