import type { JsonObject } from '../core/model.ts';
import { isObject } from './item.ts';

const MASK = '[redacted]';
/** Fields of a sink that only say whom it tells. Any other may let its reader write there. */
const NAMES = ['channel', 'channelName', 'name', 'pagerDutyAccountName', 'accountName'];
/** An address, with or without its scheme, or a key: 32 hexadecimal digits or more. */
const SECRET = /:\/\/|^[\w-]+(\.[\w-]+)+(:\d+)?\/|^[0-9a-f-]{32,}$/i;

/** The sinks of a monitor with their names only: they hold keys, and addresses of webhooks that are as good as keys. */
export function withoutSinkSecrets(sinks: unknown): unknown {
  if (!isObject(sinks)) return namesIn(sinks);
  return mapped(sinks, (_sink, value) => namesIn(value));
}

function namesIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(namesIn);
  if (isObject(value)) return mapped(value, (field, one) => (NAMES.includes(field) ? namesIn(one) : hidden(one)));
  return typeof value === 'string' && SECRET.test(value) ? MASK : value;
}

/** Nothing, yes and no are no secrets. */
function hidden(value: unknown): unknown {
  return value === null || typeof value === 'boolean' ? value : MASK;
}

function mapped(object: JsonObject, change: (field: string, value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([field, value]) => [field, change(field, value)]));
}
