/** No output, as jq's `empty`. */
export const NOTHING = Symbol('no output');

/** Thrown where the result is not certain. Then jq decides, which also gives the message when the expression fails. */
export class Undecided extends Error {}
const UNDECIDED = new Undecided('jq decides');

/** One object for all: where it was thrown does not matter, and a stack would cost more than the expression. */
export function undecided(): never {
  throw UNDECIDED;
}

export type JqType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export function typeOf(value: unknown): JqType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'boolean' || type === 'number' || type === 'string' || type === 'object' ? type : undecided();
}

export function isTrue(value: unknown): boolean {
  return value !== null && value !== false;
}

export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : undecided();
}

export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : undecided();
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A computed number that jq computes and prints as JavaScript does. */
export function certain(value: number): number {
  return isCertainNumber(value) ? value : undecided();
}

const LEAST_FRACTION = 1e-3;
const MOST_FRACTION = 1e9;

/** Whether every jq prints and compares a number as JavaScript does: a safe integer or a fraction without exponent; not -0. */
export function isCertainNumber(value: number): boolean {
  if (Number.isInteger(value)) return Number.isSafeInteger(value) && !Object.is(value, -0);
  const size = Math.abs(value);
  return size >= LEAST_FRACTION && size < MOST_FRACTION;
}

/** jq's equality: members in any order. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((member, at) => isEqual(member, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]));
}

const SURROGATE = /[\ud800-\udfff]/;

export function hasSurrogates(text: string): boolean {
  return SURROGATE.test(text);
}

/** The order of two numbers or two strings: below 0, 0, above 0. jq compares strings by code point. */
export function orderOf(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [textIn(a), textIn(b)];
  if (hasSurrogates(left) || hasSurrogates(right)) return undecided();
  return left < right ? -1 : left > right ? 1 : 0;
}
