import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/core/canonical-json.ts';
import { FieldTable, onlyFields, selectFields } from '../../src/core/fields.ts';
import type { Entity, EntityTemplate, StoredEntity } from '../../src/core/model.ts';
import type { FieldSelection, Program } from '../../src/core/ports.ts';
import { entity, shape, stored } from './shapes.ts';

const thing = shape();
const everything: FieldSelection = {
  title: true,
  icon: true,
  team: true,
  properties: Object.keys(thing.properties),
  relations: Object.keys(thing.relations),
};
const table = new FieldTable(thing, everything);

const target = fc.constantFrom('a', 'b', 'c');
const propertyValue = {
  text: fc.option(fc.constantFrom('', 'x', 'y')),
  count: fc.option(fc.constantFrom(0, 1)),
  on: fc.option(fc.boolean()),
  data: fc.option(fc.constantFrom({}, { k: 1 }, { k: 1, n: null })),
  list: fc.option(fc.constantFrom([], [1, 2], [2, 1])),
};
/** Two different instants, in several spellings each. */
const instant = fc.constantFrom(
  '2026-01-01T12:00:00Z',
  '2026-01-01T12:00:00.000Z',
  '2026-01-01T13:00:00+01:00',
  '2026-01-01T12:00:01Z',
);
const mapped: fc.Arbitrary<Entity> = fc
  .record(
    {
      title: fc.option(fc.constantFrom('T', 'U')),
      icon: fc.option(fc.constantFrom('I', 'J')),
      team: fc.option(fc.oneof(fc.constant('t1'), fc.subarray(['t1', 't2']))),
      properties: fc.record({ ...propertyValue, at: fc.option(instant) }, { requiredKeys: [] }),
      relations: fc.record(
        { one: fc.option(target), many: fc.option(fc.shuffledSubarray(['a', 'b', 'c'])) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['properties', 'relations'] },
  )
  .map((fields) => entity(fields));

/** What Port gives back of an entity that was written as it is. */
function asStored({ title, icon, team, properties, relations }: Entity) {
  return stored({ title: title ?? 'x', icon: icon ?? null, team: team ?? [], properties, relations });
}

/** A field as it counts: an instant, a set of targets, absent for null. Written apart from the product's own rules. */
function meaning(path: string, value: unknown): string {
  if (path === 'properties.at' && typeof value === 'string') return String(new Date(value).getTime());
  if (path === 'team' || path === 'relations.many') return canonicalJson(value === null ? [] : [value].flat().sort());
  return canonicalJson(value);
}

function fieldsOf({ title, icon, team, properties, relations }: Entity): Map<string, unknown> {
  const named = (prefix: string, fields: object) =>
    Object.entries(fields).map(([id, value]) => [`${prefix}.${id}`, value] as const);
  const all = [
    ['title', title],
    ['icon', icon],
    ['team', team],
    ...named('properties', properties),
    ...named('relations', relations),
  ] as const;
  return new Map(all.filter(([, value]) => value !== undefined));
}

function differs(before: Entity, after: Entity): boolean {
  const known = fieldsOf(before);
  return [...fieldsOf(after)].some(([path, value]) => meaning(path, known.get(path) ?? null) !== meaning(path, value));
}

describe('FieldTable.fingerprintsAfter', () => {
  it('is undefined exactly when no field that the entity carries differs', () => {
    fc.assert(
      fc.property(mapped, mapped, (before, after) => {
        const next = table.fingerprintsAfter(after, table.fingerprints(asStored(before)));
        expect(next !== undefined).toBe(differs(before, after));
      }),
      { numRuns: 1000 },
    );
  });

  it('finds nothing to change in what it has just overlaid', () => {
    fc.assert(
      fc.property(mapped, mapped, (before, after) => {
        const next = table.fingerprintsAfter(after, table.fingerprints(asStored(before)));
        if (next) expect(table.fingerprintsAfter(after, next)).toBeUndefined();
      }),
    );
  });

  it('leaves fields alone that the entity does not carry', () => {
    fc.assert(
      fc.property(mapped, mapped, (before, after) => {
        const next = table.fingerprintsAfter(after, table.fingerprints(asStored(before)));
        const carried = fieldsOf(after);
        const rest = [...fieldsOf(before)].filter(([path]) => !carried.has(path));
        const pick = (prefix: string) =>
          Object.fromEntries(
            rest.flatMap(([path, value]) => (path.startsWith(prefix) ? [[path.slice(prefix.length), value]] : [])),
          );
        const untouched = entity({ properties: pick('properties.'), relations: {} });
        if (next) expect(table.fingerprintsAfter(untouched, next)).toBeUndefined();
      }),
    );
  });

  it('takes an entity that Port does not have for a change, however empty', () => {
    expect(table.fingerprintsAfter(entity(), undefined)).toBeDefined();
    expect(table.fingerprintsAfter(entity(), table.fingerprints(stored()))).toBeUndefined();
  });

  it.each([
    ['2026-01-01T12:00:00Z', '2026-01-01T12:00:00.000Z', false],
    ['2026-01-01T12:00:00Z', '2026-01-01T13:00:00+01:00', false],
    ['2026-01-01T12:00:00Z', '2026-01-01T12:00:00.001Z', true],
  ])('compares date-times as instants: %s and %s', (before, after, isChange) => {
    const known = table.fingerprints(stored({ properties: { at: before, text: before } }));
    expect(table.fingerprintsAfter(entity({ properties: { at: after } }), known) !== undefined).toBe(isChange);
    expect(table.fingerprintsAfter(entity({ properties: { text: after } }), known)).toBeDefined();
  });

  it('takes null for what is absent, and only null', () => {
    const nothing = table.fingerprints(stored());
    const isChange = (properties: Entity['properties']) =>
      table.fingerprintsAfter(entity({ properties }), nothing) !== undefined;
    expect(isChange({ text: null, data: null, list: null })).toBe(false);
    for (const properties of [{ text: '' }, { count: 0 }, { on: false }, { data: {} }, { list: [] }]) {
      expect(isChange(properties)).toBe(true);
    }
  });

  it('clears what Port has when the mapping says null', () => {
    const known = table.fingerprints(stored({ properties: { text: 'x' }, relations: { one: 'a' } }));
    expect(table.fingerprintsAfter(entity({ properties: { text: null } }), known)).toBeDefined();
    expect(table.fingerprintsAfter(entity({ relations: { one: null } }), known)).toBeDefined();
  });

  it('does not mind the order of many targets', () => {
    const known = table.fingerprints(stored({ relations: { many: ['b', 'a'] } }));
    expect(table.fingerprintsAfter(entity({ relations: { many: ['a', 'b'] } }), known)).toBeUndefined();
    expect(table.fingerprintsAfter(entity({ relations: { many: ['a', 'c'] } }), known)).toBeDefined();
  });

  it('takes the identifier for no title, for Port shows it as one', () => {
    const untitled = table.fingerprints(stored({ title: 'x' }));
    expect(table.fingerprintsAfter(entity({ title: null }), untitled)).toBeUndefined();
    expect(table.fingerprintsAfter(entity({ title: 'x' }), untitled)).toBeUndefined();
  });

  it('always sends what only Port can find', () => {
    const query = { combinator: 'and', rules: [] };
    expect(
      table.fingerprintsAfter(
        entity({ relations: { one: query } }),
        table.fingerprints(stored({ relations: { one: 'a' } })),
      ),
    ).toBeDefined();
    expect(table.fingerprintsAfter(entity({ team: query }), table.fingerprints(stored({ team: ['t'] })))).toBeDefined();
  });
});

describe('FieldTable.dropNullsPortDoesNotHave', () => {
  it('drops only nulls, and none that clears something', () => {
    fc.assert(
      fc.property(mapped, mapped, (before, after) => {
        const known = table.fingerprints(asStored(before));
        const kept = fieldsOf(table.dropNullsPortDoesNotHave(after, known));
        const held = fieldsOf(before);
        for (const [path, value] of fieldsOf(after)) {
          const isNeeded = value !== null || meaning(path, held.get(path) ?? null) !== meaning(path, null);
          expect(kept.has(path)).toBe(isNeeded);
          if (isNeeded) expect(kept.get(path)).toEqual(value);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps all of an entity of which nothing is known: somebody else may have made it', () => {
    fc.assert(
      fc.property(mapped, (entity) => {
        expect(table.dropNullsPortDoesNotHave(entity, undefined)).toEqual(entity);
      }),
    );
  });
});

describe('selectFields', () => {
  const template: EntityTemplate = {
    path: 'p',
    identifier: '.id',
    blueprint: '"thing"',
    properties: {},
    relations: {},
  };
  const program = (...templates: Partial<EntityTemplate>[]): Program => ({
    entries: [],
    blueprints: ['thing'],
    writing: (blueprint) => (blueprint === 'thing' ? templates.map((fields) => ({ ...template, ...fields })) : []),
    map: async () => [],
    mapUnfiltered: async (item) => ({ item, rows: [] }),
  });

  it('reads and compares only what the mapping writes and the blueprint has', () => {
    const programs = [
      program({ title: '.t', properties: { text: '.x', unheard: '.y' } }),
      program({ properties: { text: '.x' }, relations: { one: '.o' } }),
    ];
    expect(selectFields(thing, programs)).toEqual({
      title: true,
      icon: false,
      team: false,
      properties: ['text'],
      relations: ['one'],
    });
  });

  it('takes a spread for all properties of the blueprint', () => {
    expect(selectFields(thing, [program({ properties: { '*': '.labels' } })]).properties).toEqual(
      Object.keys(thing.properties),
    );
  });

  it('is not fooled by names that every object has', () => {
    const properties = JSON.parse('{"__proto__":".x","constructor":".y","toString":".z"}');
    expect(selectFields(thing, [program({ properties })]).properties).toEqual([]);
  });

  it.each([
    [[{ icon: '.i', team: '.t' }, {}], { title: false, icon: true, team: true }],
    [[{}, { title: '.t' }], { title: true, icon: false, team: false }],
    [[{}], { title: false, icon: false, team: false }],
    [[], { title: true, icon: false, team: false }],
    [[{ team: { combinator: 'and', rules: [] } }], { title: false, icon: false, team: false }],
  ] as const)('reads title, icon and team where some template writes them: %j', (templates, expected) => {
    expect(selectFields(thing, [program(...templates)])).toMatchObject(expected);
  });
});

describe('FieldTable.hasSameValue', () => {
  it('tells one field that Port has already from one that it has not', () => {
    const known = table.fingerprints(stored({ title: 'T', properties: { text: 'x' }, relations: { one: 'a' } }));
    const wanted = entity({ title: 'T', properties: { text: 'y' }, relations: { one: 'a', many: ['b'] } });
    const holds = (path: string) => table.hasSameValue(wanted, path, known);
    expect(holds('title')).toBe(true);
    expect(holds('properties.text')).toBe(false);
    expect(holds('relations.one')).toBe(true);
    expect(holds('relations.many')).toBe(false);
    expect(holds('relations.nobody')).toBe(false);
  });
});

describe('fields that something gave in this run already', () => {
  function claimed(...columns: number[]) {
    const own = new Set(columns);
    return {
      has: (column: number) => own.has(column),
      add: (column: number) => void own.add(column),
      conflicts: [] as string[],
      own,
    };
  }
  const columnOf = (path: string) =>
    ['title', 'icon', 'team', ...Object.keys(thing.properties).map((id) => `properties.${id}`)].indexOf(path);

  it('stay as they are, and another value for them is told', () => {
    const known = table.fingerprints(stored({ title: 'T', properties: { text: 'x' } }));
    const claims = claimed(columnOf('properties.text'));
    expect(table.fingerprintsAfter(entity({ properties: { text: 'y' } }), known, claims)).toBeUndefined();
    expect(claims.conflicts).toEqual(['properties.text']);
    const next = table.fingerprintsAfter(entity({ title: 'U', properties: { text: 'y' } }), known, claims);
    expect(next?.[columnOf('properties.text')]).toBe(known[columnOf('properties.text')]);
    expect(next?.[0]).not.toBe(known[0]);
    expect(claims.own.has(0)).toBe(true);
  });

  it('may be given the same value again', () => {
    const known = table.fingerprints(stored({ properties: { text: 'x' } }));
    const claims = claimed(columnOf('properties.text'));
    expect(table.fingerprintsAfter(entity({ properties: { text: 'x', count: 1 } }), known, claims)).toBeDefined();
    expect(claims.conflicts).toEqual([]);
  });
});

describe('values that mean the same', () => {
  const isChange = (before: Partial<StoredEntity>, after: Partial<Entity>) =>
    table.fingerprintsAfter(entity(after), table.fingerprints(stored(before))) !== undefined;

  it('are teams in any order, once or twice, without what is no name', () => {
    expect(isChange({ team: ['a', 'b'] }, { team: ['b', 'a', 'b', ''] })).toBe(false);
    expect(isChange({ team: ['', 7, null] }, { team: [] })).toBe(false);
    expect(isChange({ team: ['a'] }, { team: 'a' })).toBe(false);
    expect(isChange({ team: ['a'] }, { team: ['a', 'b'] })).toBe(true);
    expect(isChange({ team: ['a'] }, { team: ['b'] })).toBe(true);
  });

  it('are targets without empty names', () => {
    expect(isChange({ relations: { many: ['a', ''] } }, { relations: { many: ['a'] } })).toBe(false);
    expect(isChange({ relations: { one: '' } }, { relations: { one: null } })).toBe(false);
  });

  it('are not times that are no text', () => {
    expect(isChange({ properties: { at: 2026 } }, { properties: { at: '2026' } })).toBe(true);
    expect(isChange({ properties: { at: 2026 } }, { properties: { at: 2026 } })).toBe(false);
  });

  it('are compared for fields that the blueprint has lost meanwhile, too', () => {
    const lost = new FieldTable(thing, { ...everything, properties: ['lost'], relations: ['gone'] });
    const known = lost.fingerprints(stored({ properties: { lost: 1 }, relations: { gone: ['a', 'b'] } }));
    expect(
      lost.fingerprintsAfter(entity({ properties: { lost: 1 }, relations: { gone: 'a' } }), known),
    ).toBeUndefined();
    expect(lost.fingerprintsAfter(entity({ properties: { lost: 2 } }), known)).toBeDefined();
  });
});

describe('an entity with some of its fields', () => {
  it('has no others, not even empty ones', () => {
    const whole = entity({
      title: 'T',
      icon: null,
      team: 't',
      properties: { text: null, count: 1 },
      relations: { one: 'a' },
    });
    expect(onlyFields(whole, (path) => path === 'icon' || path === 'properties.count')).toStrictEqual({
      blueprint: 'thing',
      identifier: 'x',
      icon: null,
      properties: { count: 1 },
      relations: {},
    });
    expect(onlyFields(entity(), () => true)).toStrictEqual(entity());
    expect(onlyFields(whole, () => true)).toStrictEqual(whole);
  });

  it('is itself where there is no null to drop', () => {
    const whole = entity({ title: 'T', properties: { text: 'x' } });
    expect(table.dropNullsPortDoesNotHave(whole, table.fingerprints(stored()))).toBe(whole);
  });
});
