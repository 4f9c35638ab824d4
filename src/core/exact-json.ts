import { randomUUID } from 'node:crypto';

/** The prefix of a string that stands for a number. It is random, so that no data contains it. */
const PLACEHOLDER_PREFIX = `${randomUUID()}:`;
const PLACEHOLDER = new RegExp(`"${PLACEHOLDER_PREFIX}([^"]*)"`, 'g');

/** A quick test for numbers that a double may not keep exactly. It may also match inside strings. */
const MAY_LOSE_DIGITS = /[[:,\s]-?(?:\d{16,}|\d+\.0+|\d+(?:\.\d+)?[eE][-+]?\d+)(?:[\s,\]}]|$)/;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** Objects with such numbers -> the same objects with strings in their place. */
const marked = new WeakMap<object, object>();

/**
 * Like JSON.parse, but remembers the spelling of numbers that JSON.parse changes; `exactJson` writes them as they were.
 * So `9007199254740993` and `1.0` reach jq, which keeps them. Throws SyntaxError.
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
    return plain; // nested too deep for the stack
  }
}

/** An object as JSON text, with its numbers as they were read. Throws when it cannot be serialized. */
export function exactJson(value: object): string {
  const withMarks = marked.get(value);
  return withMarks === undefined ? JSON.stringify(value) : JSON.stringify(withMarks).replace(PLACEHOLDER, '$1');
}

/** Whether an object has numbers whose spelling is kept. */
export function hasExactNumbers(value: object): boolean {
  return marked.has(value);
}

/** A number of an object as it was spelled; undefined when the member is no number. */
export function numberText(value: object, member: string): string | undefined {
  const found: unknown = Reflect.get(marked.get(value) ?? value, member);
  if (typeof found === 'string' && found.startsWith(PLACEHOLDER_PREFIX)) return found.slice(PLACEHOLDER_PREFIX.length);
  return typeof found === 'number' ? String(found) : undefined;
}

/** A copy of an object with one more member. The numbers of both stay as they were read. */
export function withMember(
  value: { readonly [member: string]: unknown },
  name: string,
  member: unknown,
): { readonly [member: string]: unknown } {
  const copy = { ...value, [name]: member };
  const memberMarks = typeof member === 'object' && member !== null ? marked.get(member) : undefined;
  const withMarks = marked.get(value);
  if (withMarks !== undefined || memberMarks !== undefined)
    marked.set(copy, { ...(withMarks ?? value), [name]: memberMarks ?? member });
  return copy;
}

/** A copy of an object without a member. Its numbers stay as they were read. */
export function withoutMember(
  value: { readonly [member: string]: unknown },
  name: string,
): { readonly [member: string]: unknown } {
  const { [name]: _taken, ...copy } = value;
  const withMarks = marked.get(value);
  if (withMarks !== undefined) marked.set(copy, withoutMember(Object.fromEntries(Object.entries(withMarks)), name));
  return copy;
}

/** The spelling of a number that must be kept; undefined when JSON.stringify would write the same. */
function spellingOf(token: string): string | undefined {
  const number = Number(token);
  if (/^-?\d+$/.test(token)) return Number.isSafeInteger(number) ? undefined : token;
  if (!Number.isFinite(number)) return token;
  if (!Number.isInteger(number)) return undefined;
  // A number with a fraction or an exponent stays a fraction, as in Port Ocean: `1.0`, and `1e3` becomes `1000.0`.
  if (Math.abs(number) >= 1e16) return number.toExponential();
  return `${token.startsWith('-') && number === 0 ? '-' : ''}${number.toFixed(1)}`;
}

/** Replaces the placeholder strings by numbers, and remembers the objects that have some. */
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
  // fromEntries creates own properties, even for the name `__proto__`.
  const plain: object = Object.fromEntries(after);
  marked.set(plain, value);
  return plain;
}
