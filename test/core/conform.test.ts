import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conform, isSearchQuery, jsonBytes } from '../../src/core/conform.ts';
import type { Entity } from '../../src/core/model.ts';
import { entity, shape } from './shapes.ts';

const thing = shape();
const ROOM = 1024 * 1024;
const query = { combinator: 'and', rules: [{ property: 'p', operator: '=', value: 1 }] };

function misfits(fields: Partial<Entity>, maxBytes = ROOM) {
  return conform(entity(fields), thing, maxBytes).misfits.map(({ code, path }) => `${code} ${path}`);
}

function fitted(fields: Partial<Entity>, maxBytes = ROOM): Entity {
  return conform(entity(fields), thing, maxBytes).entity;
}

const anything = fc.oneof(
  fc.constantFrom<unknown>(null, '', 'good', 'https://example.com/x', '2026-01-01T00:00:00Z', 0, 1.5, true, {}, [], {
    rules: [],
  }),
  fc.jsonValue({ maxDepth: 2 }),
);
const ids = fc.constantFrom(...Object.keys(thing.properties), 'unheard', 'constructor');
const properties = fc.dictionary(ids, anything, { maxKeys: 6 });
const relationValue = fc.oneof(
  fc.constant(null),
  fc.constant(query),
  fc.constantFrom('', 'a', 'b c'),
  fc.array(fc.constantFrom('', 'a', 'b c', 'd'), { maxLength: 4 }),
);
const relations = fc.dictionary(fc.constantFrom('one', 'many', 'unheard'), relationValue, { maxKeys: 3 });
const mapped = fc.record({ properties, relations }).map((fields) => entity(fields));

describe('conform', () => {
  it('names whatever it leaves out, and keeps every other property as it was', () => {
    fc.assert(
      fc.property(mapped, (value) => {
        const result = conform(value, thing, ROOM);
        const dropped = new Set(
          result.misfits.filter(({ code }) => code !== 'property_undeclared').map(({ path }) => path),
        );
        for (const [id, property] of Object.entries(value.properties)) {
          expect(Object.hasOwn(result.entity.properties, id)).toBe(!dropped.has(`properties.${id}`));
          if (Object.hasOwn(result.entity.properties, id)) expect(result.entity.properties[id]).toEqual(property);
        }
        for (const id of Object.keys(value.relations)) {
          expect(Object.hasOwn(result.entity.relations, id)).toBe(!dropped.has(`relations.${id}`));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('finds nothing more to leave out in what it has fitted', () => {
    fc.assert(
      fc.property(mapped, (value) => {
        const again = conform(conform(value, thing, ROOM).entity, thing, ROOM).misfits;
        expect(again.filter(({ code }) => code !== 'property_undeclared')).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('lets null through everywhere: it clears', () => {
    const nulls = Object.fromEntries(Object.keys(thing.properties).map((id) => [id, null]));
    expect(fitted({ properties: nulls, relations: { one: null, many: null } })).toMatchObject({
      properties: nulls,
      relations: { one: null, many: null },
    });
  });

  it.each([
    ['text', 1],
    ['text', ['x']],
    ['status', 'ugly'],
    ['at', 'yesterday'],
    ['at', '2026-01-01'],
    ['at', '2026-13-01T00:00:00Z'],
    ['link', 'no url'],
    ['count', '1'],
    ['count', Number.NaN],
    ['on', 'true'],
    ['data', []],
    ['list', {}],
  ])('refuses for %s the value %j', (id, value) => {
    expect(misfits({ properties: { [id]: value } })).toEqual([`value_refused properties.${id}`]);
    expect(fitted({ properties: { [id]: value } }).properties).toEqual({});
  });

  it.each([
    ['at', '2026-01-01T00:00:00Z'],
    ['at', '2026-01-01t00:00:00.123+05:30'],
    ['status', 'good'],
    ['link', 'https://app.komodor.com/x?y#z'],
    ['count', -0.5],
  ])('takes for %s the value %j', (id, value) => expect(misfits({ properties: { [id]: value } })).toEqual([]));

  it('leaves out what is nested so deep that it could not be compared', () => {
    const nested = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}{}${'}'.repeat(levels)}`);
    expect(misfits({ properties: { data: nested(400) } })).toEqual([]);
    expect(misfits({ properties: { data: nested(3000), text: 'kept' } })).toEqual(['value_refused properties.data']);
  });

  it('sends a property that the blueprint lacks, and says so', () => {
    expect(misfits({ properties: { unheard: 1 } })).toEqual(['property_undeclared properties.unheard']);
    expect(fitted({ properties: { unheard: 1 } }).properties).toEqual({ unheard: 1 });
  });

  it('leaves out a relation that the blueprint lacks', () => {
    expect(misfits({ relations: { unheard: 'a' } })).toEqual(['relation_undeclared relations.unheard']);
    expect(fitted({ relations: { unheard: 'a' } }).relations).toEqual({});
  });

  it.each([
    ['one', 'a', 'a'],
    ['one', ['a'], 'a'],
    ['one', ['a', 'a'], 'a'],
    ['one', [], null],
    ['one', '', null],
    ['many', 'a', ['a']],
    ['many', ['b', 'a', 'b'], ['b', 'a']],
    ['many', [], []],
    ['many', 'b c', ['b=20c']],
    ['one', query, query],
  ] as const)('makes of the relation %s %j what the blueprint takes', (id, value, expected) => {
    expect(fitted({ relations: { [id]: value } }).relations).toEqual({ [id]: expected });
  });

  it('does not choose when a relation takes one and gets several', () => {
    expect(misfits({ relations: { one: ['a', 'b'] } })).toEqual(['value_refused relations.one']);
  });

  it('encodes the identifier as it encodes targets, and leaves a search alone', () => {
    expect(fitted({ identifier: 'a b', relations: { one: 'a b' } })).toMatchObject({
      identifier: 'a=20b',
      relations: { one: 'a=20b' },
    });
    expect(fitted({ identifier: query }).identifier).toEqual(query);
  });

  it('makes an entity fit into a request by leaving out its largest properties', () => {
    const sizes = fc.array(fc.nat(400), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 300, max: 1500 }), (lengths, maxBytes) => {
        const wide = shape({
          properties: Object.fromEntries(lengths.map((_, index) => [`p${index}`, { type: 'string' as const }])),
        });
        const value = entity({
          properties: Object.fromEntries(lengths.map((length, index) => [`p${index}`, 'é'.repeat(length)])),
        });
        const result = conform(value, wide, maxBytes);
        expect(jsonBytes(result.entity)).toBeLessThanOrEqual(maxBytes);
        const left = new Set(result.misfits.map(({ path }) => path.slice('properties.'.length)));
        expect(Object.keys(result.entity.properties)).toEqual(
          Object.keys(value.properties).filter((id) => !left.has(id)),
        );
        const smallestLeft = Math.min(...[...left].map((id) => jsonBytes(value.properties[id])));
        for (const kept of Object.values(result.entity.properties))
          expect(jsonBytes(kept)).toBeLessThanOrEqual(smallestLeft);
        if (jsonBytes(value) <= maxBytes) expect(result.entity).toEqual(value);
      }),
    );
  });
});

describe('isSearchQuery', () => {
  it.each([
    [query, true],
    [{ rules: [] }, true],
    ['a', false],
    [null, false],
    [['rules'], false],
    [{}, false],
  ])('of %j is %s', (value, expected) => {
    expect(isSearchQuery(value)).toBe(expected);
  });
});

describe('jsonBytes', () => {
  it('counts what is sent, also for text that is no text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constant('\ud800')), (value) => {
        expect(jsonBytes(value)).toBe(new Blob([JSON.stringify(value)]).size);
      }),
    );
  });
});
