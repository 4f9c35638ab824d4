import type { JsonObject } from '../model.ts';
import type { Keyword, KeywordCheck } from './keyword.ts';
import { isObject, own } from './values.ts';

/** The keywords that combine schemas (`allOf`, `anyOf`, `oneOf`, `not`, `if`). */
export const COMBINING: readonly (readonly [string, Keyword])[] = [
  ['allOf', ofList((checks) => (value) => checks.map((check) => check(value)).find((one) => one !== undefined))],
  [
    'anyOf',
    ofList((checks) => (value) => (checks.some((check) => fits(check, value)) ? undefined : 'fits none of anyOf')),
  ],
  ['oneOf', contrary(ofList((checks) => (value) => aboutOneOf(checks.filter((check) => fits(check, value)).length)))],
  [
    'not',
    contrary(
      (limit, _, checkOf) => (value) => (fits(checkOf(limit), value) ? 'fits what the schema excludes' : undefined),
    ),
  ],
  ['if', contrary(conditional)],
  ['contains', contrary(contains)],
];

/** Keywords that we do not check, or not for every value. Whether a value fits a schema with one of them is unknown. */
const UNDECIDED = [
  'pattern',
  'patternProperties',
  'format',
  '$ref',
  '$dynamicRef',
  'unevaluatedItems',
  'unevaluatedProperties',
  'dependentSchemas',
];

function fits(check: KeywordCheck, value: unknown): boolean {
  return check(value) === undefined;
}

function ofList(make: (checks: readonly KeywordCheck[]) => KeywordCheck): Keyword {
  return (limit, _, checkOf) => {
    if (!Array.isArray(limit) || limit.length === 0) return undefined;
    return (value) => make(limit.map(checkOf))(value);
  };
}

function aboutOneOf(fitting: number): string | undefined {
  if (fitting === 1) return undefined;
  return fitting === 0 ? 'fits none of oneOf' : `fits ${fitting} of oneOf`;
}

/** The check of a keyword that forbids values that fit a schema. It complains only if the value certainly fits. */
function contrary(keyword: Keyword): Keyword {
  return (limit, schema, checkOf) => {
    if (limit === undefined || !isDecided(limit)) return undefined;
    return keyword(limit, schema, checkOf);
  };
}

function isDecided(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isDecided);
  if (!isObject(schema)) return true;
  return Object.entries(schema).every(([key, part]) => !UNDECIDED.includes(key) && isDecided(part));
}

function conditional(limit: unknown, schema: JsonObject, checkOf: Parameters<Keyword>[2]): KeywordCheck {
  return (value) => checkOf(own(schema, fits(checkOf(limit), value) ? 'then' : 'else'))(value);
}

function contains(limit: unknown, schema: JsonObject, checkOf: Parameters<Keyword>[2]): KeywordCheck {
  const least = own(schema, 'minContains') ?? 1;
  const most = own(schema, 'maxContains') ?? Number.POSITIVE_INFINITY;
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const found = value.filter((item) => fits(checkOf(limit), item)).length;
    return found < Number(least) || found > Number(most)
      ? `the list has ${found} items of a kind that the blueprint asks for`
      : undefined;
  };
}
