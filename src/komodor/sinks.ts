import type { JsonObject } from '../core/model.ts';
import { isObject } from './item.ts';

const MASK = '[redacted]';
/** Fields of a sink that only name its receiver. Any other field may be a credential. */
const NAMES = ['channel', 'channelName', 'name', 'pagerDutyAccountName', 'accountName'];
/** A URL, with or without scheme, or a key of at least 32 hexadecimal digits. */
const SECRET = /:\/\/|^[\w-]+(\.[\w-]+)+(:\d+)?\/|^[0-9a-f-]{32,}$/i;

/** The sinks of a monitor with only their names. They contain keys, and webhook URLs that are secret too. */
export function withoutSinkSecrets(sinks: unknown): unknown {
  if (!isObject(sinks)) return namesIn(sinks);
  return mapped(sinks, (_sink, value) => namesIn(value));
}

function namesIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(namesIn);
  if (isObject(value)) return mapped(value, (field, one) => (NAMES.includes(field) ? namesIn(one) : maskScalar(one)));
  return typeof value === 'string' && SECRET.test(value) ? MASK : value;
}

/** Booleans and null are no secrets. */
function maskScalar(value: unknown): unknown {
  return value === null || typeof value === 'boolean' ? value : MASK;
}

function mapped(object: JsonObject, change: (field: string, value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([field, value]) => [field, change(field, value)]));
}
