import type { Entity, JsonObject } from './model.ts';
import { isObject, own } from './model.ts';
import { invalidRequest } from './refusal.ts';
import { relatedTo } from './related.ts';
import type { PortStore } from './store.ts';
import type { Slot } from './stored-entities.ts';

export type Matches = (entity: Entity) => boolean;

/** A query made ready: what matches, and which identifiers can match at all when the query pins them down. */
export interface CompiledQuery {
  readonly matches: Matches;
  readonly candidates: ReadonlySet<string> | undefined;
}

/** Reads a `{ combinator, rules }` query. Throws 422 for what no search understands. */
export function compileQuery(store: PortStore, query: unknown): CompiledQuery {
  if (!isObject(query)) throw invalidRequest('"query" must be object');
  const { combinator, rules } = query;
  if (combinator !== 'and' && combinator !== 'or') throw invalidRequest('"combinator" must be one of and, or');
  if (!Array.isArray(rules)) throw invalidRequest('"rules" must be array');
  const parts = rules.map((rule: unknown) =>
    isObject(rule) && 'combinator' in rule ? compileQuery(store, rule) : compileRule(store, rule),
  );
  const pinned = parts.flatMap(({ candidates }) => (candidates === undefined ? [] : [candidates]));
  if (combinator === 'and') {
    const smallest = pinned.sort((a, b) => a.size - b.size)[0];
    return { matches: (entity) => parts.every(({ matches }) => matches(entity)), candidates: smallest };
  }
  // One loose part is enough to let anything match.
  const all = pinned.length === parts.length ? new Set(pinned.flatMap((set) => [...set])) : undefined;
  return { matches: (entity) => parts.some(({ matches }) => matches(entity)), candidates: all };
}

/** The entities of a blueprint that match, oldest first, from a place in that order on. */
export function* findEntities(
  store: PortStore,
  blueprint: string,
  query: CompiledQuery,
  afterSeq = 0,
): Generator<Slot> {
  for (const slot of candidateSlots(store, blueprint, query.candidates)) {
    if (slot.seq > afterSeq && query.matches(slot.entity)) yield slot;
  }
}

function candidateSlots(
  store: PortStore,
  blueprint: string,
  candidates: ReadonlySet<string> | undefined,
): Iterable<Slot> {
  if (candidates === undefined) return store.entities.slots(blueprint);
  return [...candidates]
    .flatMap((identifier) => store.entities.slot(blueprint, identifier) ?? [])
    .sort((a, b) => a.seq - b.seq);
}

function compileRule(store: PortStore, rule: unknown): CompiledQuery {
  if (!isObject(rule)) throw invalidRequest('"rules" must be objects');
  const { operator, property, value } = rule;
  if (typeof operator !== 'string') throw invalidRequest('"operator" must be string');
  if (operator === 'relatedTo') return { matches: relatedTo(store, rule), candidates: undefined };
  const make = own(OPERATORS, operator);
  if (make === undefined)
    throw invalidRequest(`"operator" must be one of ${Object.keys(OPERATORS).join(', ')}, relatedTo`);
  if (typeof property !== 'string') throw invalidRequest('"property" must be string');
  const test = make(value);
  const pins = property === '$identifier' && (operator === '=' || operator === 'in');
  return {
    matches: (entity) => test(fieldOf(entity, property)),
    candidates: pins ? new Set(listOf(value).filter((item) => typeof item === 'string')) : undefined,
  };
}

const META: { readonly [name: string]: (entity: Entity) => unknown } = {
  $identifier: ({ identifier }) => identifier,
  $title: ({ title }) => title,
  $icon: ({ icon }) => icon,
  $team: ({ team }) => team,
  $blueprint: ({ blueprint }) => blueprint,
  $createdAt: ({ createdAt }) => createdAt,
  $createdBy: ({ createdBy }) => createdBy,
  $updatedAt: ({ updatedAt }) => updatedAt,
  $updatedBy: ({ updatedBy }) => updatedBy,
  $datasource: ({ datasource }) => datasource,
};

function fieldOf(entity: Entity, property: string): unknown {
  const meta = own(META, property);
  return meta === undefined ? (own(entity.properties, property) ?? own(entity.relations, property)) : meta(entity);
}

type Test = (actual: unknown) => boolean;

const OPERATORS: { readonly [operator: string]: (value: unknown) => Test } = {
  '=': equals,
  '!=': (value) => not(equals(value)),
  in: isIn,
  notIn: (value) => not(isIn(value)),
  contains,
  doesNotContains: (value) => not(contains(value)),
  containsAny: (value) => anyOf(requireList(value, 'containsAny').map((item) => contains(item))),
  beginsWith: (value) => text((actual) => actual.startsWith(String(value))),
  doesNotBeginsWith: (value) => not(text((actual) => actual.startsWith(String(value)))),
  endsWith: (value) => text((actual) => actual.endsWith(String(value))),
  doesNotEndsWith: (value) => not(text((actual) => actual.endsWith(String(value)))),
  '>': (value) => (actual) => order(actual, value) > 0,
  '>=': (value) => (actual) => order(actual, value) >= 0,
  '<': (value) => (actual) => order(actual, value) < 0,
  '<=': (value) => (actual) => order(actual, value) <= 0,
  between: (value) => {
    const { from, to } = spanOf(value);
    return (actual) => order(actual, from) >= 0 && order(actual, to) <= 0;
  },
  isEmpty: () => isEmpty,
  isNotEmpty: () => not(isEmpty),
};

const DAY_MS = 24 * 3600 * 1000;
/** The spans of time that have a name; each ends now. */
const PRESETS: { readonly [name: string]: number } = {
  lastDay: 1,
  lastWeek: 7,
  last2Weeks: 14,
  lastMonth: 30,
  last3Months: 91,
  last6Months: 183,
  last12Months: 365,
};

/** `{ from, to }`, or `{ preset }`. */
function spanOf(value: unknown): { readonly from?: unknown; readonly to?: unknown } {
  if (!isObject(value)) return {};
  if (typeof value.preset !== 'string') return value;
  const days = own(PRESETS, value.preset);
  if (days === undefined) throw invalidRequest(`"preset" must be one of ${Object.keys(PRESETS).join(', ')}`);
  const now = Date.now();
  return { from: new Date(now - days * DAY_MS).toISOString(), to: new Date(now).toISOString() };
}

function equals(value: unknown): Test {
  return (actual) => (value === null ? isEmpty(actual) : actual === value);
}

function isIn(value: unknown): Test {
  const wanted = new Set(requireList(value, 'in'));
  return (actual) => listOf(actual).some((item) => wanted.has(item));
}

function contains(value: unknown): Test {
  if (Array.isArray(value)) return anyOf(value.map((item: unknown) => contains(item)));
  return (actual) =>
    typeof actual === 'string' ? actual.includes(String(value)) : Array.isArray(actual) && actual.includes(value);
}

function isEmpty(actual: unknown): boolean {
  return actual === undefined || actual === null || actual === '' || (Array.isArray(actual) && actual.length === 0);
}

/** Numbers by size, texts (ISO dates among them) by letter; NaN, which is never before or after, for the rest. */
function order(actual: unknown, value: unknown): number {
  if (typeof actual === 'number' && typeof value === 'number') return actual - value;
  if (typeof actual === 'string' && typeof value === 'string') return actual < value ? -1 : Number(actual > value);
  return Number.NaN;
}

function text(test: (actual: string) => boolean): Test {
  return (actual) => typeof actual === 'string' && test(actual);
}

function not(test: Test): Test {
  return (actual) => !test(actual);
}

function anyOf(tests: readonly Test[]): Test {
  return (actual) => tests.some((test) => test(actual));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function requireList(value: unknown, operator: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidRequest(`"value" of the operator "${operator}" must be array`);
  return value;
}

/** Throws unless a query that stands for an identifier or a relation uses only these operators. */
export function requireOperators(query: JsonObject, allowed: readonly string[]): void {
  for (const rule of listOf(query.rules)) {
    if (!isObject(rule)) continue;
    if ('combinator' in rule) requireOperators(rule, allowed);
    else if (!allowed.some((operator) => operator === rule.operator)) {
      throw invalidRequest(`"operator" must be one of ${allowed.join(', ')}`);
    }
  }
}
