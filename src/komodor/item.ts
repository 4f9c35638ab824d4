import { createHash } from 'node:crypto';
import { exactJson, numberText } from '../core/exact-json.ts';
import type { JsonObject, Kind, RawItem } from '../core/model.ts';

/** A row of an answer as an item, or undefined when it is no object. Missing fields never make it unusable. */
export function toItem(kind: Kind, row: unknown): RawItem | undefined {
  if (!isObject(row)) return undefined;
  return kind === 'komodorService' ? serviceItem(row) : riskItem(row);
}

// A key is the JSON of what tells the item from others, so that no two differ only in how they are written together.

function serviceItem(value: JsonObject): RawItem {
  const parts = ['kind', 'cluster', 'namespace', 'service'].map((field) => textIn(value, field));
  const uid = textIn(value, 'uid');
  const identity = !parts.includes(undefined) ? parts : uid === undefined ? hashOf(value) : { uid };
  return { key: JSON.stringify(identity), label: parts.map((part) => part ?? '?').join('/'), value };
}

function riskItem(value: JsonObject): RawItem {
  const id = textIn(value, 'id') ?? numberText(value, 'id');
  const checkType = textIn(value, 'checkType');
  const komodorUid = textIn(value, 'komodorUid');
  const address = checkType === undefined || komodorUid === undefined ? hashOf(value) : [komodorUid, checkType];
  const label = `${checkType ?? '?'} on ${komodorUid ?? '?'} (${id ?? '?'})`;
  return { key: JSON.stringify(id === undefined ? address : [id]), label, value };
}

function hashOf(value: JsonObject): { readonly hash: string } {
  return { hash: createHash('sha256').update(exactJson(value)).digest('hex') };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field of an item as text; undefined when it is missing, empty or no text. */
export function textOf(item: RawItem, field: string): string | undefined {
  return textIn(item.value, field);
}

function textIn(object: JsonObject, field: string): string | undefined {
  const value = object[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
