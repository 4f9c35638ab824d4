import { createHash } from 'node:crypto';
import { exactJson, withMember } from '../core/exact-json.ts';
import type { JsonObject, RawItem } from '../core/model.ts';
import type { Place } from '../core/source.ts';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text field of an item; undefined when it is missing, empty or no text. */
export function textOf(item: Pick<RawItem, 'value'>, field: string): string | undefined {
  return textIn(item.value, field);
}

/** The same for a row. */
export function textIn(object: JsonObject, field: string): string | undefined {
  const value = object[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Those of these fields of an item that are text. */
export function textsOf(item: RawItem, fields: readonly string[]): { readonly [field: string]: string } {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = textOf(item, field);
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

/** How a row becomes an item. */
export interface ItemSpec {
  /** Removes secrets from a row, before any other code sees it. */
  withoutSecrets?(row: JsonObject): JsonObject;
  /** What identifies an item within its kind: fields of its row, or parts of its place if `placeOf` gives them. */
  readonly identity?: readonly string[];
  /**
   * The identity of a row within its kind, and its label. Missing fields must not make a row unusable. Default: the fields of
   * `identity`; if one is missing, the row's `uid`, or a hash of the row.
   */
  identify?(row: JsonObject): { readonly identity: unknown; readonly label: string };
  /** Values to add under `_` of the item, computed from the row and from the place of the question. */
  derive?(row: JsonObject, asked: Place): JsonObject;
}

/**
 * Turns a row into an item; undefined when the row is no object. The key is the JSON text of the identity, so that different
 * identities have different keys.
 */
export function itemOf(spec: ItemSpec, row: unknown, asked: Place = {}): RawItem | undefined {
  if (!isObject(row)) return undefined;
  const safe = spec.withoutSecrets?.(row) ?? row;
  const value = spec.derive === undefined ? safe : withMember(safe, '_', spec.derive(safe, asked));
  const { identity, label } = spec.identify?.(value) ?? identifyBy(spec.identity ?? [], value);
  return { key: JSON.stringify(identity), label, value };
}

/** Identifies a row by these fields; if one is missing, by its `uid`, or by a hash of the row. */
export function identifyBy(fields: readonly string[], row: JsonObject): { identity: unknown; label: string } {
  const parts = fields.map((field) => textIn(row, field));
  const uid = textIn(row, 'uid');
  const isWhole = parts.length > 0 && !parts.includes(undefined);
  return {
    identity: isWhole ? parts : uid === undefined ? hashOf(row) : { uid },
    label: parts.map((part) => part ?? '?').join('/'),
  };
}

/** The identity of a row without identifying fields. */
export function hashOf(row: JsonObject): { readonly hash: string } {
  return { hash: createHash('sha256').update(exactJson(row)).digest('hex') };
}
