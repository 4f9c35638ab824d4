import { randomUUID } from 'node:crypto';

/** Begins a number that travels as a text. Drawn anew in each process, so that no data can hold it. */
const PLACEHOLDER_PREFIX = `${randomUUID()}:`;
const PLACEHOLDER = new RegExp(`"${PLACEHOLDER_PREFIX}([^"]*)"`, 'g');

/** A glance for numbers that a double may not bring back as they were written; it may be wrong inside strings. */
const MAY_LOSE_DIGITS = /[[:,\s]-?(?:\d{16,}|\d+\.0+|\d+(?:\.\d+)?[eE][-+]?\d+)(?:[\s,\]}]|$)/;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** Objects that hold such numbers, with those as marked texts. */
const marked = new WeakMap<object, object>();

/**
 * Reads JSON as JSON.parse does, and remembers how its objects spell the numbers that JSON.parse loses: `exactJson` writes
 * them back. So `9007199254740993` and `1.0` reach jq, which keeps them. Throws SyntaxError.
 */
export function parseExactly(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  if (!MAY_LOSE_DIGITS.test(text)) return plain;
  const withMarks = text.replace(TOKEN, (token) => {
    const spelling = token.startsWith('"') ? undefined : spellingOf(token);
    return spelling === undefined ? token : `"${PLACEHOLDER_PREFIX}${spelling}"`;
  });
  if (withMarks === text) return plain;
  try {
    return remember(JSON.parse(withMarks));
  } catch {
    return plain; // nested deeper than the stack
  }
}

/** An object as JSON text, with its numbers as they were read. Throws when it cannot be written. */
export function exactJson(value: object): string {
  const withMarks = marked.get(value);
  return withMarks === undefined ? JSON.stringify(value) : JSON.stringify(withMarks).replace(PLACEHOLDER, '$1');
}

/** A number of an object as it was read; undefined where there is none. */
export function numberText(value: object, member: string): string | undefined {
  const found: unknown = Reflect.get(marked.get(value) ?? value, member);
  if (typeof found === 'string' && found.startsWith(PLACEHOLDER_PREFIX)) return found.slice(PLACEHOLDER_PREFIX.length);
  return typeof found === 'number' ? String(found) : undefined;
}

/** A copy of an object with one member more, its numbers still as they were read. */
export function withMember(
  value: { readonly [member: string]: unknown },
  name: string,
  member: unknown,
): { readonly [member: string]: unknown } {
  const copy = { ...value, [name]: member };
  const withMarks = marked.get(value);
  if (withMarks !== undefined) marked.set(copy, { ...withMarks, [name]: member });
  return copy;
}

/** How a number has to be written so that nothing is lost; undefined when JSON.stringify writes it so. */
function spellingOf(token: string): string | undefined {
  const number = Number(token);
  if (/^-?\d+$/.test(token)) return Number.isSafeInteger(number) ? undefined : token;
  if (!Number.isFinite(number)) return token;
  if (!Number.isInteger(number)) return undefined;
  // Written as a fraction or with an exponent, it stays a fraction, as it does in Port Ocean: `1.0`, `1e3` as `1000.0`.
  if (Math.abs(number) >= 1e16) return number.toExponential();
  return `${token.startsWith('-') && number === 0 ? '-' : ''}${number.toFixed(1)}`;
}

/** The value with numbers in place of marked texts; the value itself where there are none. */
function remember(value: unknown): unknown {
  if (typeof value === 'string')
    return value.startsWith(PLACEHOLDER_PREFIX) ? Number(value.slice(PLACEHOLDER_PREFIX.length)) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list = value.map(remember);
    return list.some((member, at) => member !== value[at]) ? list : value;
  }
  const before: [string, unknown][] = Object.entries(value);
  const after = before.map(([key, member]) => [key, remember(member)] as const);
  if (after.every(([, member], at) => member === before[at]?.[1])) return value;
  // fromEntries makes own properties of every name, `__proto__` too.
  const plain: object = Object.fromEntries(after);
  marked.set(plain, value);
  return plain;
}
