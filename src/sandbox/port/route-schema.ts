import type { z } from 'zod';
import { invalidRequest } from './refusal.ts';

/** `.` and `..` are no identifiers because they would vanish from a path. */
export const ENTITY_IDENTIFIER = /^(?!\.{1,2}$)[\p{L}0-9@_.+:\\/=-]+$/u;
/** Unlike an entity's, without `=`. */
export const BLUEPRINT_IDENTIFIER = /^(?!\.{1,2}$)[\p{L}0-9@_.+:\\/-]+$/u;
export const FIELD_IDENTIFIER = /^[A-Za-z0-9@_=\\-]+$/;
export const ENTITY_IDENTIFIER_LENGTH = 1000;

/**
 * Reads a request body by its route's schema. Throws a 422 in the API's grammar, `"schema.properties" must be object`,
 * for the first thing that does not fit.
 */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalidRequest(issue === undefined ? 'The request does not match the route schema' : describe(issue));
}

function describe(issue: z.core.$ZodIssue): string {
  const field = issue.path.length === 0 ? 'body' : issue.path.join('.');
  if (issue.code === 'invalid_type') return `"${field}" must be ${issue.expected}`;
  if (issue.code === 'unrecognized_keys') {
    return `"${field}" must NOT have additional properties: ${issue.keys.join(', ')}`;
  }
  if (issue.code === 'too_small') return `"${field}" must NOT have fewer than ${issue.minimum} items or characters`;
  if (issue.code === 'too_big') return `"${field}" must NOT have more than ${issue.maximum} items or characters`;
  if (issue.code === 'invalid_value') return `"${field}" must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_format') return `"${field}" must match pattern "${issue.pattern ?? issue.format}"`;
  return `"${field}" ${issue.message}`;
}
