import type { JsonObject, Kind } from './model.ts';
import { didYouMean } from './nearest.ts';

/** A checked selector. An empty list: no limit. Values that are no lists are parameters and exclude nothing. */
export interface Selector {
  readonly [key: string]: readonly string[] | string | number | null;
}

/** Whether a key limits something. */
export function isLimited(value: Selector[string] | undefined): value is readonly [string, ...string[]] {
  return Array.isArray(value) && value.length > 0;
}

/** A message for each key of a selector that the kind does not know. */
export function unknownKeys(selector: JsonObject, kind: Kind, keys: readonly string[]): readonly string[] {
  const known = ['query', ...keys];
  return Object.keys(selector)
    .filter((key) => !known.includes(key))
    .map((key) => `${key}: is no selector of ${kind}${didYouMean(key, known) || `; there are ${known.join(', ')}`}`);
}

/** The names that a selector key lists: one, several, or none when it is missing. Undefined: the value is none of these. */
export function namesIn(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : (value ?? null) === null ? [] : [value];
  const names = list.filter((name) => typeof name === 'string' && name !== '');
  return names.length === list.length ? names.map(String) : undefined;
}

/** The same text for all selectors that select the same, independent of the order of their values. */
export function selectorKey(chosen: Selector): string {
  const sorted = Object.entries(chosen)
    .map(([key, value]) => [key, isLimited(value) ? [...new Set(value)].sort() : value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(sorted);
}
