import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonBytes } from '../../src/core/conform.ts';
import { ENVELOPE_BYTES, Packer, type PackLimits } from '../../src/core/pack.ts';

const items = fc.array(fc.record({ id: fc.string({ unit: 'binary', maxLength: 20 }), size: fc.nat(60) }), {
  maxLength: 60,
});
const limits = fc.record({ items: fc.integer({ min: 1, max: 20 }), bytes: fc.integer({ min: 60, max: 400 }) });

/** Packs as the writer does: a batch leaves when the next item does not fit, and when it is full. */
function pack<T>(values: readonly T[], { items, bytes }: PackLimits): (readonly T[])[] {
  const packer = new Packer<T>({ items, bytes });
  const batches: (readonly T[])[] = [];
  for (const item of values) {
    const closed = packer.add({ item, bytes: jsonBytes(item) });
    if (closed) batches.push(closed);
    if (packer.isFull) batches.push(packer.take());
  }
  const rest = packer.take();
  return rest.length > 0 ? [...batches, rest] : batches;
}

function bodyBytes(entities: readonly unknown[]): number {
  return Buffer.byteLength(JSON.stringify({ entities }));
}

describe('Packer', () => {
  it('loses nothing, doubles nothing and keeps the order', () => {
    fc.assert(
      fc.property(items, limits, (values, limit) => {
        expect(pack(values, limit).flat()).toEqual(values);
      }),
    );
  });

  it('keeps both limits of the real body; only an item too large for any batch travels alone', () => {
    fc.assert(
      fc.property(items, limits, (values, limit) => {
        for (const batch of pack(values, limit)) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(limit.items);
          if (batch.length > 1) expect(bodyBytes(batch)).toBeLessThanOrEqual(limit.bytes);
        }
      }),
    );
  });

  it('closes no batch that the next item would still have fitted into', () => {
    fc.assert(
      fc.property(items, limits, (values, limit) => {
        const batches = pack(values, limit);
        for (const [index, batch] of batches.slice(1).entries()) {
          const before = batches[index] ?? [];
          const fits = before.length < limit.items && bodyBytes([...before, batch[0]]) <= limit.bytes;
          expect(fits).toBe(false);
        }
      }),
    );
  });

  it('is full exactly when it holds as many as it may, and takes no more without giving those away', () => {
    fc.assert(
      fc.property(limits, fc.nat(40), ({ items: most }, count) => {
        const packer = new Packer<number>({ items: most, bytes: 1_000_000 });
        for (let index = 0; index < count; index += 1) {
          const closed = packer.add({ item: index, bytes: 1 });
          expect(closed === undefined).toBe(index % most !== 0 || index === 0);
          if (closed) expect(closed).toHaveLength(most);
          expect(packer.isFull).toBe((index + 1) % most === 0);
        }
        packer.take();
        expect(packer.isFull).toBe(false);
      }),
    );
  });

  it('keeps to the real limits, counted as they are on the wire, with letters of one to four bytes', () => {
    const real: PackLimits = { items: 20, bytes: 1_048_576 };
    const large = fc.record({ letter: fc.constantFrom('a', 'é', '船', '🚢', '"', '\u0000'), count: fc.nat(60_000) });
    fc.assert(
      fc.property(fc.array(large, { maxLength: 25 }), (sizes) => {
        const values = sizes.map(({ letter, count }) => letter.repeat(count));
        const batches = pack(values, real);
        expect(batches.flat()).toEqual(values);
        for (const [index, batch] of batches.entries()) {
          expect(batch.length).toBeLessThanOrEqual(20);
          expect(bodyBytes(batch)).toBeLessThanOrEqual(real.bytes);
          const next = batches[index + 1]?.[0];
          if (next === undefined) continue;
          expect(batch.length === 20 || bodyBytes([...batch, next]) > real.bytes).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('counts the envelope as it is sent', () => expect(ENVELOPE_BYTES).toBe(bodyBytes([])));

  it('fills a batch to the last byte', () => {
    const pair = ['ab', 'cd'];
    expect(pack(pair, { items: 20, bytes: bodyBytes(pair) })).toEqual([pair]);
    expect(pack(pair, { items: 20, bytes: bodyBytes(pair) - 1 })).toEqual([['ab'], ['cd']]);
  });
});
