import { z } from 'zod';
import { didYouMean } from '../core/nearest.ts';

/** A checked selector: a list of values for each key. An empty list means "not limited". Every kind has the places. */
export interface Selector {
  readonly [key: string]: readonly string[];
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
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
