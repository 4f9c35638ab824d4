import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../src/core/entity-outcome.ts';
import { EntityTable } from '../../src/core/entity-table.ts';
import { TextPool } from '../../src/core/text-pool.ts';

const name = (n: number) => `entity ${n}`;

describe('EntityTable', () => {
  it('keeps what it is told of each entity, and mixes nothing up', () => {
    const table = new EntityTable(3, ['cluster', 'namespace']);
    const prints = (n: number) => [n + 1, 2 ** 52 - n, 0];
    for (let n = 0; n < 1_000; n += 1) {
      const cluster = n % 3 === 0 ? undefined : `cluster ${n % 7}`;
      const view = table.add(name(n), { owned: n % 2 === 0, fingerprints: prints(n), located: [cluster, 'shop'] });
      if (n % 5 === 0) view.sighting = { kind: 'komodorHealthMonitoring', item: n, label: `item ${n}` };
      view.outcome = OUTCOMES[n % OUTCOMES.length];
      view.sent = n % 11 === 0;
    }
    for (let n = 0; n < 1_000; n += 1) {
      const view = table.get(name(n));
      expect(view?.owned).toBe(n % 2 === 0);
      expect([...Array.from(view?.fingerprints ?? [])]).toEqual(prints(n));
      expect(view?.locatorValues).toEqual({
        ...(n % 3 === 0 ? {} : { cluster: `cluster ${n % 7}` }),
        namespace: 'shop',
      });
      expect(view?.sighting).toEqual(
        n % 5 === 0 ? { kind: 'komodorHealthMonitoring', item: n, label: `item ${n}` } : undefined,
      );
      expect(view?.outcome).toBe(OUTCOMES[n % OUTCOMES.length]);
      expect(view?.sent).toBe(n % 11 === 0);
    }
    expect(table.owned).toBe(500);
    expect([...table.unseen()]).toEqual(
      Array.from({ length: 1_000 }, (_, n) => n)
        .filter((n) => n % 2 === 0 && n % 5 !== 0)
        .map(name),
    );
  });

  it('tells an entity of which nothing is known from one that has no values', () => {
    const table = new EntityTable(2, []);
    expect(table.get('x')).toBeUndefined();
    expect(table.add('x', { owned: false }).fingerprints).toBeUndefined();
    expect(table.add('y', { owned: false, fingerprints: [0, 0] }).fingerprints).toHaveLength(2);
    const view = table.get('x');
    if (view) view.sighting = { kind: null, item: 0, label: 'target of a relation' };
    expect(table.get('x')?.sighting).toEqual({ kind: null, item: 0, label: 'target of a relation' });
  });
});

describe('TextPool', () => {
  it('gives every text back, of a long one the beginning', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 200 }), (texts) => {
        const pool = new TextPool();
        const places = texts.map((text) => pool.add(text));
        expect(places.map((place) => pool.at(place))).toEqual(texts);
      }),
    );
    const pool = new TextPool();
    const place = pool.add('é'.repeat(10_000));
    expect('é'.repeat(10_000).startsWith(pool.at(place))).toBe(true);
    expect(pool.at(place).length).toBeGreaterThan(400);
  });

  it('keeps no more than its bytes, and says so of the others', () => {
    const pool = new TextPool(32 * 1024);
    const texts = Array.from({ length: 500 }, (_, at) => `text ${at} ${'x'.repeat(90)}`);
    const read = texts.map((text) => pool.add(text)).map((place) => pool.at(place));
    const kept = read.indexOf('an earlier item');
    expect(kept).toBeGreaterThan(250);
    expect(read.slice(0, kept)).toEqual(texts.slice(0, kept));
    expect(new Set(read.slice(kept))).toEqual(new Set(['an earlier item']));
  });
});
