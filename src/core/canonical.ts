import { createHash } from 'node:crypto';

/**
 * JSON text that is equal for equal values: object keys sorted, absent and null members of objects alike.
 * Built as text, never as an object, so that keys such as `__proto__` are ordinary keys.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/**
 * A fingerprint of a value, of 52 bits and never 0: 0 stands for "nothing there". Equal for values with equal canonical
 * JSON. It only has to notice changes, a hundred thousand times ten of them per run, so it is fast instead of cryptographic.
 */
export function fingerprint(value: unknown): number {
  low = 0x2f0b4c47;
  high = 0x51ed270b;
  mixValue(value);
  return (avalanche(high) >>> 12) * 2 ** 32 + (avalanche(low) >>> 0) + 1;
}

/** The state of the fingerprint under way. Two lanes that mix differently, for one of 32 bits would be too narrow. */
let low = 0;
let high = 0;

/** What a value begins with, beyond what a character can be, so that `"1"`, `1` and `[1]` differ. */
const NULL = 0x10001;
const TRUE = 0x10002;
const FALSE = 0x10003;
const NUMBER = 0x10004;
const STRING = 0x10005;
const LIST = 0x10006;
const OBJECT = 0x10007;
const END = 0x10008;

function mix(word: number): void {
  const a = low ^ word;
  low = Math.imul((a << 15) | (a >>> 17), 0x1b873593) + 0x3c6ef35f;
  const b = (high + word) | 0;
  high = Math.imul(b ^ (b >>> 15), 0x2c1b3c6d) ^ ((b << 7) | (b >>> 25));
}

/** Lets every bit of a lane depend on every other. */
function avalanche(lane: number): number {
  const a = Math.imul(lane ^ (lane >>> 16), 0x45d9f3b);
  const b = Math.imul(a ^ (a >>> 15), 0x45d9f3b);
  return b ^ (b >>> 16);
}

function mixValue(value: unknown): void {
  if (typeof value === 'string') mixText(value);
  else if (typeof value === 'number') mixNumber(value);
  else if (typeof value === 'boolean') mix(value ? TRUE : FALSE);
  else if (Array.isArray(value)) mixList(value);
  else if (typeof value === 'object' && value !== null) mixObject(value);
  else mix(NULL);
}

function mixText(text: string): void {
  mix(STRING);
  mix(text.length);
  // Two characters a word; behind an odd last one stands nothing, which the length tells apart from a NUL.
  for (let at = 0; at < text.length; at += 2) mix(text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
}

const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);

function mixNumber(value: number): void {
  if (!Number.isFinite(value)) {
    mix(NULL); // as in JSON
    return;
  }
  mix(NUMBER);
  asDouble[0] = value + 0; // -0 is 0 in JSON
  mix(asWords[0] ?? 0);
  mix(asWords[1] ?? 0);
}

function mixList(list: readonly unknown[]): void {
  mix(LIST);
  mix(list.length);
  for (const member of list) mixValue(member);
}

function mixObject(object: object): void {
  mix(OBJECT);
  const members = Object.entries(object);
  const isSorted = members.every(([key], at) => at === 0 || (members[at - 1]?.[0] ?? '') < key);
  if (!isSorted) members.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, member] of members) {
    if (member === null || member === undefined) continue;
    mixText(key);
    mixValue(member);
  }
  mix(END);
}

/** A short name for an exact set of strings, whatever their order. */
export function digestOf(scope: string, members: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(scope));
  for (const member of [...members].sort()) hash.update(JSON.stringify(member));
  return hash.digest('hex').slice(0, 16);
}

/** What `digestOf` gives. */
export const DIGEST = /^[0-9a-f]{16}$/;

/** Whether a text can be what `digestOf` gives. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}
