import { createHash } from 'node:crypto';
import { isObject } from './schema/values.ts';
import { sortedInTurns } from './sorted-in-turns.ts';
import { forEachInTurns } from './yield-to-event-loop.ts';

/**
 * A 52-bit fingerprint of a value, equal for values with equal canonical JSON. Never 0, which stands for "no value". It
 * only has to detect changes of about a million fields per run, so it is fast and not cryptographic.
 */
export function fingerprint(value: unknown): number {
  low = 0x2f0b4c47;
  high = 0x51ed270b;
  mixValue(value);
  return (avalanche(high) >>> 12) * 2 ** 32 + (avalanche(low) >>> 0) + 1;
}

/** The state of the current fingerprint: two 32-bit halves, because one would be too short. */
let low = 0;
let high = 0;

/** Marks for the type of a value, above all character codes, so that `"1"`, `1` and `[1]` differ. */
const NULL = 0x10001;
const TRUE = 0x10002;
const FALSE = 0x10003;
const NUMBER = 0x10004;
const STRING = 0x10005;
const LIST = 0x10006;
const OBJECT = 0x10007;
const END = 0x10008;

function mix(word: number): void {
  low = lowAfter(low, word);
  high = highAfter(high, word);
}

function lowAfter(before: number, word: number): number {
  const a = before ^ word;
  return (Math.imul((a << 15) | (a >>> 17), 0x1b873593) + 0x3c6ef35f) | 0;
}

function highAfter(before: number, word: number): number {
  const b = (before + word) | 0;
  return Math.imul(b ^ (b >>> 15), 0x2c1b3c6d) ^ ((b << 7) | (b >>> 25));
}

/** Makes every bit of a half depend on every other. */
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
  else if (isObject(value)) mixObject(value);
  else mix(NULL);
}

function mixText(text: string): void {
  mix(STRING);
  mix(text.length);
  // Local variables: twice as fast, and most of what is mixed is text.
  let [nextLow, nextHigh] = [low, high];
  const last = text.length - 1;
  // Two characters per word. The length, which is mixed in too, tells an odd last character from one followed by NUL.
  for (let at = 0; at <= last; at += 2) {
    const word = text.charCodeAt(at) | (at < last ? text.charCodeAt(at + 1) << 16 : 0);
    nextLow = lowAfter(nextLow, word);
    nextHigh = highAfter(nextHigh, word);
  }
  low = nextLow;
  high = nextHigh;
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

/** Each member is mixed alone and the results are added, so that the order of members is nothing and nobody sorts them. */
function mixObject(object: { readonly [key: string]: unknown }): void {
  mix(OBJECT);
  const [lowBefore, highBefore] = [low, high];
  let lowSum = 0;
  let highSum = 0;
  for (const key of Object.keys(object)) {
    const member = object[key];
    if (member === null || member === undefined) continue;
    mixText(key);
    mixValue(member);
    lowSum = (lowSum + avalanche(low)) | 0;
    highSum = (highSum + avalanche(high)) | 0;
    low = lowBefore;
    high = highBefore;
  }
  mix(lowSum);
  mix(highSum);
  mix(END);
}

/** A short name for a set of strings, independent of their order. */
export function digestOf(scope: string, members: readonly string[]): string {
  const digest = startDigest(scope);
  for (const member of [...members].sort()) digest.add(member);
  return digest.end();
}

/** The same for very many strings, without keeping the event loop busy. */
export async function digestInTurns(scope: string, members: readonly string[]): Promise<string> {
  const digest = startDigest(scope);
  await forEachInTurns(await sortedInTurns(members), (member) => digest.add(member));
  return digest.end();
}

/** Its members have to be added in order. */
function startDigest(scope: string): { add(member: string): void; end(): string } {
  const hash = createHash('sha256').update(JSON.stringify(scope));
  return {
    add: (member) => void hash.update(JSON.stringify(member)),
    end: () => hash.digest('hex').slice(0, 16),
  };
}

/** The form of a digest. */
export const DIGEST = /^[0-9a-f]{16}$/;

/** Whether a text has the form of a digest. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}
