import type { RawItem } from '../core/model.ts';
import { isObject, textOf } from './item.ts';

/** What a question is limited to: one value, some, or nothing (undefined, or an empty list). */
interface Limits {
  readonly [field: string]: string | readonly string[] | undefined;
}

/** One question for each value; a single one without a limit where there is none. */
export function orAny(values: readonly string[]): readonly (string | undefined)[] {
  return values.length > 0 ? values : [undefined];
}

/** An object without what limits nothing: undefined, empty lists, empty objects. */
export function limited(limits: { readonly [field: string]: unknown }): { readonly [field: string]: unknown } {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || (isObject(value) && Object.keys(value).length === 0);
}

/** Whether an item's fields are what was asked for. A field that it does not have is given the benefit of the doubt. */
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
