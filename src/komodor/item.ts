import { createHash } from 'node:crypto';
import { exactJson } from '../core/exact-json.ts';
import type { JsonObject, RawItem } from '../core/model.ts';

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

/** The identity of a row that has nothing else to tell it from others. */
export function hashOf(row: JsonObject): { readonly hash: string } {
  return { hash: createHash('sha256').update(exactJson(row)).digest('hex') };
}
