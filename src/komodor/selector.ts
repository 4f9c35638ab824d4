import { z } from 'zod';

/** The keys that limit places, in every kind that has them. */
export const PLACE_KEYS = ['clusters', 'namespaces'] as const;

/** Their text in docs/kinds.md. */
export const PLACE_DOC = {
  clusters: 'Names of clusters. Default: all.',
  namespaces: 'Names of namespaces. Default: all.',
} as const;

/** The schema of free names: clusters, namespaces. */
export function names() {
  return listOf(z.string({ error: 'must be a string or a list of strings' }).min(1, { error: 'must not be empty' }));
}

/** The schema of a list of known values. */
export function someOf<const T extends readonly [string, ...string[]]>(values: T) {
  const error = `must be one of ${values.join(', ')}, or a list of them`;
  return listOf(z.enum(values, { error }));
}

/** The schema of one known value. */
export function oneOf<const T extends readonly [string, ...string[]]>(values: T, usual: T[number]) {
  return z.preprocess((value) => value ?? usual, z.enum(values, { error: `must be one of ${values.join(', ')}` }));
}

/** The schema of one value or a list; missing means the empty list. */
function listOf<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value) => (Array.isArray(value) ? value : (value ?? null) === null ? [] : [value]),
    z.array(item),
  );
}

/** The message for a wrong value. It begins with its path in the selector. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.map(String).join('.').replace(/\.0$/, '')}: ${issue.message}`;
}
