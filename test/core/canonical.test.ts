import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, digestOf, fingerprint } from '../../src/core/canonical.ts';

/** The value with the members of all its objects in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, shuffled(member)]),
  );
}

/** The value without null members, which stand for absent ones. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === null ? [] : [[key, withoutNulls(member)]])),
  );
}

const json = fc.jsonValue({ maxDepth: 4 }).map((value): unknown => JSON.parse(JSON.stringify(value)));

describe('canonicalJson', () => {
  it('is the value again when read, but for absent members', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(withoutNulls(value));
      }),
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it('depends on the order of a list', () => expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1])));

  it('takes absent, undefined and null members for the same', () => {
    expect(canonicalJson({ a: null, b: undefined, c: { d: null } })).toBe(canonicalJson({ c: {} }));
  });

  it('takes __proto__ for a key like any other', () => {
    const value: unknown = JSON.parse('{"__proto__":{"x":1},"constructor":2}');
    expect(canonicalJson(value)).toBe('{"__proto__":{"x":1},"constructor":2}');
  });
});

describe('fingerprint', () => {
  it('is a whole number above 0 that JavaScript can hold', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(fingerprint(value)).toBeGreaterThan(0);
        expect(Number.isSafeInteger(fingerprint(value))).toBe(true);
      }),
    );
  });

  it('is equal exactly for equal values', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        expect(fingerprint(one) === fingerprint(other)).toBe(canonicalJson(one) === canonicalJson(other));
      }),
    );
  });
});

describe('digestOf', () => {
  const names = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 8 }), { maxLength: 8 });

  it('names a set, whatever its order', () => {
    fc.assert(
      fc.property(names, (members) => {
        expect(digestOf('b', [...members].reverse())).toBe(digestOf('b', members));
      }),
    );
  });

  it('names another set, and the same set of another blueprint, otherwise', () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        const same = JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
        expect(digestOf('b', one) === digestOf('b', other)).toBe(same);
        expect(digestOf('b', one)).not.toBe(digestOf('c', one));
      }),
    );
  });

  it('does not confuse where one name ends', () => {
    expect(digestOf('b', ['x', 'y'])).not.toBe(digestOf('b', ['xy']));
    expect(digestOf('b', ['x","y'])).not.toBe(digestOf('b', ['x', 'y']));
    expect(digestOf('b"x', [])).not.toBe(digestOf('b', ['x']));
  });

  it('is short and plain enough for a command line', () => expect(digestOf('b', ['x'])).toMatch(/^[0-9a-f]{16}$/));
});
