import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestInTurns, digestOf, fingerprint } from '../../src/core/canonical.ts';
import { canonicalJson } from '../../src/core/canonical-json.ts';

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

/** Small values of every sort, so that two of them are often equal, and often nearly so. */
const { small } = fc.letrec((tie) => ({
  small: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<unknown>(null, 0, 1, -1, 0.5, 1e21, '', '0', 'a', 'null', '{}', true, false, [], {}),
    fc.array(tie('small'), { maxLength: 2 }),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', '', '__proto__', 'a":1,"b'), tie('small')), { maxLength: 3 })
      .map((members): unknown => Object.fromEntries(members)),
  ),
}));

/** Equality as the catalog sees it, without the product's own text: null members are absent, order of keys is nothing. */
function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(withoutNulls(one), withoutNulls(other));
}

describe('canonicalJson', () => {
  it('is the same for the same values and for no others', () => {
    fc.assert(
      fc.property(small, small, (one, other) => {
        expect(canonicalJson(one) === canonicalJson(other)).toBe(isSame(one, other));
        expect(fingerprint(one) === fingerprint(other)).toBe(isSame(one, other));
        expect(fingerprint(shuffled(one))).toBe(fingerprint(one));
      }),
      { numRuns: 5000 },
    );
  });

  it('tells values apart that differ in one place only', () => {
    fc.assert(
      fc.property(
        small,
        fc.constantFrom('a', 'b', '0'),
        fc.constantFrom<unknown>(0, '0', false, '', [], {}),
        (rest, key, leaf) => {
          const variants = [
            { [key]: rest },
            { [key]: [rest] },
            { [key]: rest, more: leaf },
            [rest, leaf],
            [leaf, rest],
            [rest],
          ];
          for (const [index, one] of variants.entries()) {
            for (const other of variants.slice(index + 1)) {
              expect(fingerprint(one) === fingerprint(other)).toBe(isSame(one, other));
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });

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

describe('fingerprint of very many values that are nearly the same', () => {
  it.each<[string, (index: number) => unknown]>([
    ['names', (index) => `Deployment/c${index % 7}/n${index % 101}/svc-${index}`],
    ['counts', (index) => index],
    ['moments', (index) => new Date(1_700_000_000_000 + index * 1000).toISOString()],
    ['lists of small numbers', (index) => [index % 50, Math.floor(index / 50) % 50, Math.floor(index / 2500)]],
    ['short texts', (index) => index.toString(36)],
  ])('is another one for each: %s', (_what, make) => {
    const count = 100_000;
    expect(new Set(Array.from({ length: count }, (_, index) => fingerprint(make(index)))).size).toBe(count);
  });
});

describe('digestInTurns', () => {
  it('is the digest of any set, also of one that needs many turns', async () => {
    const many = Array.from({ length: 23_456 }, (_, at) => `e${(at * 7919) % 23_456}`);
    const sets = [[], ['b', 'a'], ['\ud83d\ude00', '\uffff', 'z', ''], many];
    for (const set of sets) expect(await digestInTurns('b', set)).toBe(digestOf('b', set));
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

  it('names each of a thousand sets that are nearly the same differently', () => {
    const members = ['a', 'b', 'ab', 'a b', '', '"', ',', 'a,b', '["a"]', 'é'];
    const sets = Array.from({ length: 2 ** members.length }, (_, mask) =>
      members.filter((_member, index) => mask & (1 << index)),
    );
    expect(new Set(sets.map((set) => digestOf('b', set))).size).toBe(sets.length);
  });

  it('does not confuse where one name ends', () => {
    expect(digestOf('b', ['x', 'y'])).not.toBe(digestOf('b', ['xy']));
    expect(digestOf('b', ['x","y'])).not.toBe(digestOf('b', ['x', 'y']));
    expect(digestOf('b"x', [])).not.toBe(digestOf('b', ['x']));
  });

  it('is short and plain enough for a command line', () => expect(digestOf('b', ['x'])).toMatch(/^[0-9a-f]{16}$/));
});
