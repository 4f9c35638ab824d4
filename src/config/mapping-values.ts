import { z } from 'zod';
import type { JsonObject, PropertyTemplate, SearchQuery, SearchRule } from '../core/model.ts';

/** Schemas for the values of a mapping file. They are lenient: unknown keys are reported elsewhere, YAML scalars become text. */

/** The message for a value that is absent or of the wrong type. */
export function missingOr(wrong: string) {
  return (issue: { readonly input?: unknown }) => (issue.input === undefined ? 'is missing' : wrong);
}

/** A jq expression. YAML parses `true` and `5` as boolean and number; both are expressions here. */
export const expression = z
  .union([z.string(), z.number(), z.boolean()], { error: missingOr('must be a jq expression (text)') })
  .transform(String);

const TRUE_VALUES: readonly unknown[] = [true, 1, '1', 'true', 't', 'yes', 'y', 'on', 'enabled'];
const FALSE_VALUES: readonly unknown[] = [false, 0, '0', 'false', 'f', 'no', 'n', 'off', 'disabled'];

/** A boolean, in every spelling that Ocean accepts, in upper or lower case. */
export const booleanLike = z.unknown().transform((value, context): boolean => {
  const plain = typeof value === 'string' ? value.toLowerCase() : value;
  if (TRUE_VALUES.includes(plain) || FALSE_VALUES.includes(plain)) return TRUE_VALUES.includes(plain);
  context.addIssue({ code: 'custom', message: 'must be true or false' });
  return z.NEVER;
});

const rule: z.ZodType<SearchRule> = z
  .object({ property: expression.nullish(), operator: expression, value: expression.nullish() })
  .transform(({ property, operator, value }) => ({
    operator,
    ...(property == null ? {} : { property }),
    ...(value == null ? {} : { value }),
  }));

/** A Port search query whose leaves are jq expressions. */
const query: z.ZodType<SearchQuery> = z.object({
  combinator: expression,
  rules: z.array(z.union([rule, z.lazy(() => query)], { error: 'must have an operator, or a combinator and rules' })),
});

/** A jq expression, or a search query. */
export const expressionOrQuery = z.union([expression, query], {
  error: missingOr('must be a jq expression (text), or a search query with combinator and rules'),
});

/** A relation: that, or a list of expressions, one for each entity that it leads to, as Port's K8s exporter takes it. */
export const relation = z.union(
  [expressionOrQuery, z.array(expression).transform((list) => `[${list.map((one) => `(${one})`).join(', ')}]`)],
  { error: missingOr('must be a jq expression (text), a list of them, or a search query with combinator and rules') },
);

/** A jq expression, or an object of them. Not a zod union, because a union's issues do not say at which path they are. */
export const template: z.ZodType<PropertyTemplate> = z.unknown().transform((value, context): PropertyTemplate => {
  if (!isObject(value)) return checked(expression, value, undefined, context);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, checked(template, inner, key, context)]));
});

/** Parses a value. If that fails, adds the issues to the context, below `key`. */
function checked(
  schema: z.ZodType<PropertyTemplate>,
  value: unknown,
  key: string | undefined,
  context: z.RefinementCtx,
) {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues) {
    context.addIssue({ code: 'custom', path: key === undefined ? path : [key, ...path], message });
  }
  return z.NEVER;
}

/** Whether a value is a plain object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
