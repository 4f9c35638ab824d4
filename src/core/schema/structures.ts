import { canonicalJson } from '../canonical-json.ts';
import type { JsonObject } from '../model.ts';
import type { Keyword, KeywordCheck } from './keyword.ts';
import { patternTest } from './pattern.ts';
import { isObject, own } from './values.ts';

/** The keywords for lists and objects. */
export const STRUCTURES: readonly (readonly [string, Keyword])[] = [
  ['minItems', list((limit, { length }) => length < limit && `has ${length} items, at least ${limit} are needed`)],
  ['maxItems', list((limit, { length }) => length > limit && `has ${length} items, at most ${limit} are allowed`)],
  ['uniqueItems', (limit) => (limit === true ? unique : undefined)],
  ['prefixItems', (limit, _, checkOf) => (Array.isArray(limit) ? tuple(limit, checkOf) : undefined)],
  [
    'items',
    (limit, schema, checkOf) => {
      if (Array.isArray(limit)) return tuple(limit, checkOf);
      const first = Array.isArray(schema.prefixItems) ? schema.prefixItems.length : 0;
      return limit === undefined ? undefined : everyItem(first, limit, checkOf);
    },
  ],
  [
    'additionalItems',
    (limit, { items }, checkOf) =>
      Array.isArray(items) && limit !== undefined ? everyItem(items.length, limit, checkOf) : undefined,
  ],
  ['required', required],
  ['minProperties', members((limit, count) => count < limit && `has ${count} members, at least ${limit} are needed`)],
  ['maxProperties', members((limit, count) => count > limit && `has ${count} members, at most ${limit} are allowed`)],
  ['properties', properties],
  ['patternProperties', patternProperties],
  ['additionalProperties', additionalProperties],
  ['propertyNames', propertyNames],
  ['dependentRequired', dependent],
  ['dependencies', dependent],
];

type CheckOf = Parameters<Keyword>[2];

function list(complaint: (limit: number, value: readonly unknown[]) => string | false): Keyword {
  return (limit) => {
    if (typeof limit !== 'number') return undefined;
    return (value) => (Array.isArray(value) ? the('list', complaint(limit, value)) : undefined);
  };
}

function members(complaint: (limit: number, count: number) => string | false): Keyword {
  return (limit) => {
    if (typeof limit !== 'number') return undefined;
    return (value) => (isObject(value) ? the('object', complaint(limit, Object.keys(value).length)) : undefined);
  };
}

function the(what: string, complaint: string | false): string | undefined {
  return complaint === false ? undefined : `the ${what} ${complaint}`;
}

function unique(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  return new Set(value.map(canonicalJson)).size === value.length ? undefined : 'the list has an item twice';
}

function tuple(schemas: readonly unknown[], checkOf: CheckOf): KeywordCheck {
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    return firstOf(value.slice(0, schemas.length), (item, index) => at(`item ${index}`, checkOf(schemas[index])(item)));
  };
}

function everyItem(from: number, schema: unknown, checkOf: CheckOf): KeywordCheck {
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const check = checkOf(schema);
    return firstOf(value.slice(from), (item, index) => at(`item ${from + index}`, check(item)));
  };
}

function required(limit: unknown): KeywordCheck | undefined {
  if (!Array.isArray(limit)) return undefined;
  return (value) => {
    if (!isObject(value)) return undefined;
    const missing = limit.find((name) => typeof name === 'string' && !Object.hasOwn(value, name));
    return missing === undefined ? undefined : `the object lacks ${missing}`;
  };
}

function properties(limit: unknown, _: unknown, checkOf: CheckOf): KeywordCheck | undefined {
  if (!isObject(limit)) return undefined;
  return ofMembers((name, member) => (Object.hasOwn(limit, name) ? checkOf(limit[name])(member) : undefined));
}

function patternProperties(limit: unknown, _: unknown, checkOf: CheckOf): KeywordCheck | undefined {
  if (!isObject(limit)) return undefined;
  const patterns = Object.entries(limit).map(([pattern, schema]) => ({ test: patternTest(pattern), schema }));
  return ofMembers((name, member) =>
    firstOf(patterns, ({ test, schema }) => (test(name) === true ? checkOf(schema)(member) : undefined)),
  );
}

function additionalProperties(limit: unknown, schema: JsonObject, checkOf: CheckOf): KeywordCheck | undefined {
  if (limit === undefined || limit === true) return undefined;
  const named = own(schema, 'properties');
  const matched = own(schema, 'patternProperties');
  const known = isObject(named) ? named : {};
  const tests = isObject(matched) ? Object.keys(matched).map(patternTest) : [];
  return ofMembers((name, member) => {
    // If a pattern is not checked, we do not know which properties it covers.
    if (Object.hasOwn(known, name) || tests.some((test) => test(name) !== false)) return undefined;
    return limit === false ? 'the object may not have it' : checkOf(limit)(member);
  });
}

function propertyNames(limit: unknown, _: unknown, checkOf: CheckOf): KeywordCheck | undefined {
  return limit === undefined ? undefined : ofMembers((name) => checkOf(limit)(name));
}

function dependent(limit: unknown, _: unknown, checkOf: CheckOf): KeywordCheck | undefined {
  if (!isObject(limit)) return undefined;
  return (value) => {
    if (!isObject(value)) return undefined;
    return firstOf(Object.entries(limit), ([name, needs]) => {
      if (own(value, name) === undefined) return undefined;
      return Array.isArray(needs) ? required(needs)?.(value) : checkOf(needs)(value);
    });
  };
}

function ofMembers(complaint: (name: string, member: unknown) => string | undefined): KeywordCheck {
  return (value) => {
    if (!isObject(value)) return undefined;
    return firstOf(Object.entries(value), ([name, member]) => at(name, complaint(name, member)));
  };
}

function at(place: string, complaint: string | undefined): string | undefined {
  return complaint === undefined ? undefined : `${place}: ${complaint}`;
}

function firstOf<T>(
  items: readonly T[],
  complaint: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = complaint(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
