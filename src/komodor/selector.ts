import { z } from 'zod';
import { didYouMean } from '../core/nearest.ts';

/** A checked selector. An empty list means "not limited"; what is no list says how to ask, not what to leave out. */
export interface Selector {
  readonly [key: string]: readonly string[] | string | number | null;
}

/** The keys that speak of a place in every kind that has them. */
export const PLACE_KEYS = ['clusters', 'namespaces'] as const;

/** What docs/kinds.md says of them. */
export const PLACE_DOC = {
  clusters: 'Names of clusters. Default: all.',
  namespaces: 'Names of namespaces. Default: all.',
} as const;

/** Whether a key leaves something out. */
export function isLimited(value: Selector[string] | undefined): value is readonly [string, ...string[]] {
  return Array.isArray(value) && value.length > 0;
}

/** Names that people choose: clusters, namespaces. */
export function names() {
  return listOf(z.string({ error: 'must be a string or a list of strings' }).min(1, { error: 'must not be empty' }));
}

/** Some of the values that Komodor knows. */
export function someOf<const T extends readonly [string, ...string[]]>(values: T) {
  const error = `must be one of ${values.join(', ')}, or a list of them`;
  return listOf(z.enum(values, { error }));
}

/** One of the values that Komodor knows. */
export function oneOf<const T extends readonly [string, ...string[]]>(values: T, usual: T[number]) {
  return z.preprocess((value) => value ?? usual, z.enum(values, { error: `must be one of ${values.join(', ')}` }));
}

/** One value or a list of them; nothing is the empty list. */
function listOf<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value) => (Array.isArray(value) ? value : (value ?? null) === null ? [] : [value]),
    z.array(item),
  );
}

/** What is wrong with a key that a selector does not have. */
export function unknownKey(key: string, kind: string, keys: readonly string[]): string {
  const known = ['query', ...keys];
  return `${key}: is no selector of ${kind}${didYouMean(key, known) || `; there are ${known.join(', ')}`}`;
}

/** What is wrong with a value, beginning with its path in the selector. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.map(String).join('.').replace(/\.0$/, '')}: ${issue.message}`;
}
