import { describe, expect, it } from 'vitest';
import { FieldCounts, MAX_COUNTED } from '../../src/core/field-counts.ts';
import { runFields } from '../../src/core/field-history.ts';
import type { EntityTemplate, JsonObject, ResourceEntry } from '../../src/core/model.ts';
import { compile, entry, items } from './support.ts';

const never = new AbortController().signal;

/** What each expression gave, as `path: values/nulls/failed`. */
async function counted(entries: readonly ResourceEntry[], values: readonly JsonObject[]) {
  const { program } = await compile(entries);
  const counts = new FieldCounts(entries);
  const mapped = await program.map(items(...values), never);
  counts.take(mapped.slice(0, 2));
  counts.take(mapped.slice(2));
  return counts
    .list()
    .map(({ path, values: some, nulls, failed }) => [path, `${some}/${nulls}/${failed}`])
    .filter(([path]) => path !== 'blueprint');
}

const of = (template: Partial<EntityTemplate>, fields: Parameters<typeof entry>[0] = {}) => [entry(fields, template)];
const SAME = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];

describe('what each expression gave is counted', () => {
  it.each<readonly [string, readonly ResourceEntry[], readonly JsonObject[], readonly (readonly [string, string])[]]>([
    [
      'nothing read',
      of({}),
      [],
      [
        ['selector.query', '0/0/0'],
        ['identifier', '0/0/0'],
      ],
    ],
    [
      'values, nulls and failures of a property',
      of({ properties: { age: '.age | if . == null then null else tonumber end' } }),
      [{ id: 'a', age: '1' }, { id: 'b', age: '2' }, { id: 'c' }, { id: 'd', age: 'old' }],
      [
        ['selector.query', '4/0/0'],
        ['identifier', '4/0/0'],
        ['properties.age', '2/1/1'],
      ],
    ],
    [
      'false, an empty text and an empty list are values',
      of({ title: '.t', properties: { a: 'false', b: '[]' }, relations: { r: '[]' } }),
      [{ id: 'a', t: '' }],
      [
        ...([
          ['selector.query', '1/0/0'],
          ['identifier', '1/0/0'],
          ['title', '1/0/0'],
        ] as const),
        ...([
          ['properties.a', '1/0/0'],
          ['properties.b', '1/0/0'],
          ['relations.r', '1/0/0'],
        ] as const),
      ],
    ],
    [
      'a value of a wrong form is a failure',
      of({ title: '.t', relations: { r: '.r' } }),
      [
        { id: 'a', t: {}, r: [1] },
        { id: 'b', t: 'x', r: {} },
        { id: 'c', t: null, r: null },
      ],
      [
        ['selector.query', '3/0/0'],
        ['identifier', '3/0/0'],
        ['title', '1/1/1'],
        ['relations.r', '1/1/1'],
      ],
    ],
    [
      'parts of a property on their own, though one that fails costs all',
      of({ properties: { place: { c: '.c', n: '.n | tonumber' } } }),
      [
        { id: 'a', c: 'x', n: '1' },
        { id: 'b', c: null, n: '2' },
        { id: 'c', c: 'x', n: 'y' },
      ],
      [
        ...([
          ['selector.query', '3/0/0'],
          ['identifier', '3/0/0'],
        ] as const),
        ...([
          ['properties.place.c', '1/1/0'],
          ['properties.place.n', '2/0/1'],
        ] as const),
      ],
    ],
    [
      'an expression that does not compile fails everywhere',
      of({ properties: { a: '.a |', 'b.c': '.b' } }),
      SAME,
      [
        ...([
          ['selector.query', '3/0/0'],
          ['identifier', '3/0/0'],
        ] as const),
        ...([
          ['properties.a', '0/0/3'],
          ['properties.b.c', '0/3/0'],
        ] as const),
      ],
    ],
    [
      'what * spreads',
      of({ properties: { '*': '.all', named: '.named' } }),
      [
        { id: 'a', all: { x: 1 } },
        { id: 'b', all: { named: 1 } },
        { id: 'c', all: 'text' },
      ],
      [
        ...([
          ['selector.query', '3/0/0'],
          ['identifier', '3/0/0'],
        ] as const),
        ...([
          ['properties.*', '1/1/1'],
          ['properties.named', '0/3/0'],
        ] as const),
      ],
    ],
    [
      'search queries',
      of({ relations: { r: { combinator: 'and', rules: [{ property: 'x', operator: '=', value: '.x' }] } } }),
      [{ id: 'a', x: 'y' }, { id: 'b' }, { id: 'c', x: 5 }],
      [
        ['selector.query', '3/0/0'],
        ['identifier', '3/0/0'],
        ['relations.r.rules[0].value', '2/1/0'],
      ],
    ],
    [
      'a selector that says no, and one that fails',
      of({ properties: { a: '.a' } }, { selectorQuery: '.no | not' }),
      [
        { id: 'a', a: 1 },
        { id: 'b', no: true },
      ],
      [
        ['selector.query', '2/0/0'],
        ['identifier', '1/0/0'],
        ['properties.a', '1/0/0'],
      ],
    ],
    [
      'a selector that gives no yes or no, and an identifier that is missing',
      of({ properties: { a: '.a' } }, { selectorQuery: '.yes' }),
      [{ id: 'a', yes: 'text' }, { yes: true }, { id: 'c', yes: true, a: 1 }],
      [
        ['selector.query', '2/0/1'],
        ['identifier', '1/0/1'],
        ['properties.a', '1/0/0'],
      ],
    ],
    [
      'each element of itemsToParse, and a list that fails',
      of(
        { identifier: '.one.id', properties: { a: '.one.a' } },
        { itemsToParse: { expression: '.list', name: 'one', topLevelTransform: false } },
      ),
      [{ list: [{ id: 'a', a: 1 }, { id: 'b' }] }, { list: 'no list' }],
      [
        ...([
          ['selector.query', '2/0/0'],
          ['itemsToParse', '2/0/1'],
        ] as const),
        ...([
          ['identifier', '2/0/0'],
          ['properties.a', '1/1/0'],
        ] as const),
      ],
    ],
  ])('%s', async (_, entries, values, expected) => {
    expect(await counted(entries, values)).toEqual(expected);
  });

  it('for each template of an entry, and a failing selector once', async () => {
    const first = { path: 'p[0]', blueprint: '"one"', properties: { a: '.a' } };
    const second = { path: 'p[1]', blueprint: '"two"', properties: { a: '.b' } };
    const entries = [entry({ selectorQuery: '.yes' }, first, second)];
    const values = [
      { id: 'a', yes: true, a: 1 },
      { id: 'b', yes: true, b: 1 },
      { id: 'c', yes: 5 },
    ];
    expect(await counted(entries, values)).toEqual([
      ...[
        ['selector.query', '2/0/1'],
        ['identifier', '2/0/0'],
        ['properties.a', '1/1/0'],
      ],
      ...[
        ['identifier', '2/0/0'],
        ['properties.a', '1/1/0'],
      ],
    ]);
    const names = new FieldCounts(entries).list().map(({ entry: name, blueprint }) => [name, blueprint]);
    expect(names).toEqual([
      ['resources[0]', 'one'],
      ...[
        ['p[0]', 'one'],
        ['p[0]', 'one'],
        ['p[0]', 'one'],
      ],
      ...[
        ['p[1]', 'two'],
        ['p[1]', 'two'],
        ['p[1]', 'two'],
      ],
    ]);
  });

  it('within limits', () => {
    const properties = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`p${i}`, '.x']));
    const many = new FieldCounts([...of({ properties }), ...of({ properties }, { path: 'resources[1]' })]);
    expect(many.list()).toHaveLength(MAX_COUNTED);
    const [long] = new FieldCounts(of({ identifier: `"${'x'.repeat(9_000)}"` })).list().slice(1);
    const run = { runId: 'r', startedAt: '2026-01-01T00:00:00.000Z', status: 'completed' } as const;
    expect(runFields(run, long ? [long] : []).fields[0]?.expression).toMatch(/^"x{499}…$/);
  });
});
