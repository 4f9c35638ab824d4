import type { JsonObject, RelationValue, SearchQuery } from '../core/model.ts';

/** A value converted to the form that a field needs, or why that is not possible. */
export type Coerced<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

const NO_QUERY = 'its combinator, properties and operators must give texts';
const NEEDS_NO_VALUE = ['isEmpty', 'isNotEmpty'];

/** For identifier and blueprint: a text, or a number that is converted to text. */
export function toName(value: unknown): Coerced<string> {
  if (typeof value === 'string' && value !== '') return { ok: true, value };
  if (typeof value === 'number' && Number.isFinite(value)) return { ok: true, value: textOf(value) };
  return { ok: false, message: `it gives ${describe(value)}, but must give a text that is not empty` };
}

/** For an identifier, which may also be a search query: then every rule needs a value. */
export function toIdentifier(value: unknown, isTemplateQuery: boolean): Coerced<string | SearchQuery> {
  if (!isTemplateQuery) return toName(value);
  if (!isSearchQuery(value)) return { ok: false, message: NO_QUERY };
  const empty = emptyRule(value);
  return empty === undefined
    ? { ok: true, value }
    : { ok: false, message: `the search rule on "${empty}" has no value to look for` };
}

function emptyRule(query: SearchQuery): string | undefined {
  for (const rule of query.rules) {
    if ('rules' in rule) {
      const inner = emptyRule(rule);
      if (inner !== undefined) return inner;
    } else if (
      'value' in rule &&
      !NEEDS_NO_VALUE.includes(rule.operator) &&
      (rule.value === null || rule.value === '' || (Array.isArray(rule.value) && rule.value.length === 0))
    ) {
      return rule.property ?? rule.operator;
    }
  }
  return undefined;
}

/** For title and icon. */
export function toText(value: unknown): Coerced<string | null> {
  if (value === null || typeof value === 'string') return { ok: true, value };
  if (typeof value === 'boolean') return { ok: true, value: String(value) };
  if (typeof value === 'number' && Number.isFinite(value)) return { ok: true, value: textOf(value) };
  return { ok: false, message: `it gives ${describe(value)}, but must give a text` };
}

/** For a relation or a team: one name, several, none, or a search query. */
export function toReference(value: unknown): Coerced<RelationValue> {
  if (value === null || typeof value === 'string' || isSearchQuery(value)) return { ok: true, value };
  if (typeof value === 'number' && Number.isFinite(value)) return { ok: true, value: textOf(value) };
  if (Array.isArray(value)) {
    const names = value.map((member: unknown) =>
      typeof member === 'number' && Number.isFinite(member) ? textOf(member) : member,
    );
    const odd = names.find((name) => typeof name !== 'string');
    if (names.every((name) => typeof name === 'string')) return { ok: true, value: names };
    return { ok: false, message: `it gives a list with ${describe(odd)} in it, but must give texts` };
  }
  if (isJsonObject(value) && Array.isArray(value.rules)) return { ok: false, message: NO_QUERY };
  return {
    ok: false,
    message: `it gives ${describe(value)}, but must give a text, a list of texts, or a search query`,
  };
}

/** A whole number with all digits, like jq's tostring; never `1e+21`. */
function textOf(value: number): string {
  return Number.isInteger(value) ? String(BigInt(value)) : String(value);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSearchQuery(value: unknown): value is SearchQuery {
  return (
    isJsonObject(value) &&
    typeof value.combinator === 'string' &&
    Array.isArray(value.rules) &&
    value.rules.every(isRuleOrQuery)
  );
}

function isRuleOrQuery(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  if ('rules' in value) return isSearchQuery(value);
  return typeof value.operator === 'string' && (value.property === undefined || typeof value.property === 'string');
}

/** Describes a value for messages: `null`, `an empty text`, `the number 5`, `an object`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value === '') return 'an empty text';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  if (typeof value === 'number') return `the number ${value}`;
  return typeof value === 'boolean' ? String(value) : 'an object';
}
