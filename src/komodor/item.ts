import { createHash } from 'node:crypto';
import { exactJson, withMember } from '../core/exact-json.ts';
import type { JsonObject, RawItem } from '../core/model.ts';
import type { Place } from '../core/source.ts';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field of an item as text; undefined when it is missing, empty or no text. */
export function textOf(item: Pick<RawItem, 'value'>, field: string): string | undefined {
  return textIn(item.value, field);
}

/** The same of a row. */
export function textIn(object: JsonObject, field: string): string | undefined {
  const value = object[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The fields of an item that hold text, by their names. */
export function textsOf(item: RawItem, fields: readonly string[]): { readonly [field: string]: string } {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = textOf(item, field);
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

/** How a row of an answer becomes an item. */
export interface ItemSpec {
  /** A row without the secrets that Komodor sends in it: nothing else of the program ever sees them. */
  withoutSecrets?(row: JsonObject): JsonObject;
  /** What together tells an item from all others of its kind: fields of its row, or parts of its place where `placeOf` names them. */
  readonly identity?: readonly string[];
  /**
   * What tells a row from all others of the kind, and how people call it. Missing fields never make a row unusable. Absent:
   * the fields of `identity`; of a row that lacks one its `uid`, or all of it.
   */
  identify?(row: JsonObject): { readonly identity: unknown; readonly label: string };
  /** Put under `_` of the item that jq sees: what follows from a row and from the place that was asked about. */
  derive?(row: JsonObject, asked: Place): JsonObject;
}

/**
 * A row as an item; undefined when it is no object. Its key is the JSON of its identity, so that no two differ only in how
 * they are written together.
 */
export function itemOf(spec: ItemSpec, row: unknown, asked: Place = {}): RawItem | undefined {
  if (!isObject(row)) return undefined;
  const safe = spec.withoutSecrets?.(row) ?? row;
  const value = spec.derive === undefined ? safe : withMember(safe, '_', spec.derive(safe, asked));
  const { identity, label } = spec.identify?.(value) ?? identifyBy(spec.identity ?? [], value);
  return { key: JSON.stringify(identity), label, value };
}

/** Identifies a row by these fields; where one is missing, by its `uid`, or by all of it. */
export function identifyBy(fields: readonly string[], row: JsonObject): { identity: unknown; label: string } {
  const parts = fields.map((field) => textIn(row, field));
  const uid = textIn(row, 'uid');
  const isWhole = parts.length > 0 && !parts.includes(undefined);
  return {
    identity: isWhole ? parts : uid === undefined ? hashOf(row) : { uid },
    label: parts.map((part) => part ?? '?').join('/'),
  };
}

/** The identity of a row that has nothing else to tell it from others. */
export function hashOf(row: JsonObject): { readonly hash: string } {
  return { hash: createHash('sha256').update(exactJson(row)).digest('hex') };
}
