import type { JsonObject } from '../core/model.ts';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a field; undefined when it is missing, empty or no text. */
export function textIn(object: unknown, field: string): string | undefined {
  const value = isObject(object) ? object[field] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
