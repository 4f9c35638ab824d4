import type { RawItem } from '../core/model.ts';
import { isObject, textOf } from './item.ts';

/** The limits of a question: for each field one value, a list, or no limit (undefined, or an empty list). */
interface Limits {
  readonly [field: string]: string | readonly string[] | undefined;
}

/** The values, for one question each; undefined, for one question without limit, when there are none. */
export function orAny(values: readonly string[]): readonly (string | undefined)[] {
  return values.length > 0 ? values : [undefined];
}

/** The object without fields that limit nothing: undefined, empty lists, empty objects. */
export function limited(limits: { readonly [field: string]: unknown }): { readonly [field: string]: unknown } {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || (isObject(value) && Object.keys(value).length === 0);
}

/** Whether an item is within the limits. A missing field is accepted. */
export function isWithin(limits: Limits, item: RawItem): boolean {
  return Object.entries(limits).every(([field, limit]) => {
    const value = textOf(item, field);
    const wanted = valuesOf(limit);
    return value === undefined || wanted.length === 0 || wanted.includes(value);
  });
}

/** The name of a listing, for messages: `services of cluster prod, kind Deployment`. */
export function nameOf(what: string, limits: Limits): string {
  const parts = Object.entries(limits).flatMap(([field, limit]) => {
    const wanted = valuesOf(limit);
    return wanted.length === 0 ? [] : [`${field} ${wanted.join(', ')}`];
  });
  return parts.length === 0 ? what : `${what} of ${parts.join(', ')}`;
}

function valuesOf(limit: Limits[string]): readonly string[] {
  if (limit === undefined) return [];
  return typeof limit === 'string' ? [limit] : limit;
}
