import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject, Kind, RawItem } from '../core/model.ts';

/** Text that may be missing or of another type: then it counts as missing, the item itself stays. */
const text = z.string().min(1).optional().catch(undefined);

const Service = z.object({ kind: text, cluster: text, namespace: text, service: text, uid: text });
const Risk = z.object({
  id: z
    .union([z.string().min(1), z.number().transform(String)])
    .optional()
    .catch(undefined),
  checkType: text,
  komodorUid: text,
});

/** A row of an answer as an item, or undefined when it is no object. Missing fields never make it unusable. */
export function toItem(kind: Kind, row: unknown): RawItem | undefined {
  if (!isObject(row)) return undefined;
  return kind === 'komodorService' ? serviceItem(row) : riskItem(row);
}

function serviceItem(value: JsonObject): RawItem {
  const { kind, cluster, namespace, service, uid } = Service.parse(value);
  const parts = [kind, cluster, namespace, service];
  const label = parts.map((part) => part ?? '?').join('/');
  const key = parts.includes(undefined) ? (uid === undefined ? hashOf(value) : `uid:${uid}`) : label;
  return { key, label, value };
}

function riskItem(value: JsonObject): RawItem {
  const { id, checkType, komodorUid } = Risk.parse(value);
  const label = `${checkType ?? '?'} on ${komodorUid ?? '?'} (${id ?? '?'})`;
  const address = checkType === undefined || komodorUid === undefined ? hashOf(value) : `${komodorUid} ${checkType}`;
  return { key: id ?? address, label, value };
}

function hashOf(value: JsonObject): string {
  return `hash:${createHash('sha256').update(JSON.stringify(value)).digest('hex')}`;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field of an item as text; undefined when it is missing, empty or no text. */
export function textOf(item: RawItem, field: string): string | undefined {
  const value = item.value[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
