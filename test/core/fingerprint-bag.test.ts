import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FingerprintBag } from '../../src/core/fingerprint-bag.ts';

describe('FingerprintBag', () => {
  // Few different ones, some of them neighbours in the table, so that they meet.
  const fingerprint = fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 40 }).map((n) => n * 2 ** 32),
    fc.integer({ min: 0, max: 40 }).map((n) => 2 ** 52 - n),
  );

  it('counts as a map does, before and after it has grown', () => {
    fc.assert(
      fc.property(fc.array(fingerprint, { maxLength: 400 }), (added) => {
        const bag = new FingerprintBag();
        const model = new Map<number, number>();
        for (const one of added) {
          expect(bag.add(one)).toBe(model.get(one) ?? 0);
          model.set(one, (model.get(one) ?? 0) + 1);
        }
        expect(bag.size).toBe(model.size);
        for (const [one, count] of model) expect(bag.count(one)).toBe(count);
        expect(bag.count(123_456_789)).toBe(0);
      }),
    );
  });

  it('keeps what it has when it grows', () => {
    const bag = new FingerprintBag();
    for (let n = 1; n <= 5_000; n += 1) bag.add(n * 7_919 * 2 ** 20);
    expect(bag.size).toBe(5_000);
    for (let n = 1; n <= 5_000; n += 1) expect(bag.count(n * 7_919 * 2 ** 20)).toBe(1);
    expect(bag.count(1)).toBe(0);
  });
});
