import type { JsonObject } from '../../../src/core/model.ts';

/** A schema, values that fit it, and values that do not. */
type Constraint = readonly [schema: JsonObject, good: readonly unknown[], bad: readonly unknown[]];

const string = (rest: JsonObject): JsonObject => ({ type: 'string', ...rest });
const number = (rest: JsonObject): JsonObject => ({ type: 'number', ...rest });
const array = (rest: JsonObject): JsonObject => ({ type: 'array', ...rest });
const object = (rest: JsonObject): JsonObject => ({ type: 'object', ...rest });

/** Every constraint that a property of a blueprint may carry. */
export const CONSTRAINTS: readonly Constraint[] = [
  [string({}), ['', 'x'], [1, true, [], {}]],
  [number({}), [0, -1.5], ['1', true, []]],
  [{ type: 'boolean' }, [true, false], ['true', 0]],
  [array({}), [[], [1]], [{}, 'x']],
  [object({}), [{}, { a: 1 }], [[], 'x']],
  [string({ enum: ['a', 'b'] }), ['a'], ['A', '']],
  [number({ enum: [1, 2] }), [1], [3]],
  [object({ enum: [{ a: 1, b: 2 }] }), [{ b: 2, a: 1 }], [{ a: 1 }]],
  [string({ const: 'a' }), ['a'], ['b']],
  [
    string({ format: 'date-time' }),
    ['2026-01-01T00:00:00Z', '2026-01-01t00:00:00.123456z', '2024-02-29T23:59:59+05:30', '2026-01-01 00:00:00-00:00'],
    [
      '2026-01-01T00:00:00+0100',
      '2026-01-01T00:00:00+01',
      '2026-01-01T00:00:00',
      '2026-01-01',
      '2026-02-30T00:00:00Z',
      '2025-02-29T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-00-01T00:00:00Z',
      '2026-01-01T24:00:00Z',
      '2026-01-01T00:60:00Z',
      '2026-01-01T00:00:00+24:00',
      'yesterday',
      '',
    ],
  ],
  [string({ format: 'timer' }), ['2026-01-01T00:00:00Z'], ['tomorrow']],
  [
    string({ format: 'url' }),
    ['https://a.b/c?d#e', 'http://localhost:8080', 'ftp://x/y'],
    ['a.b', '', 'https://a b', ' https://a.b', 'https://'],
  ],
  [
    string({ format: 'email' }),
    ['a@b.co', 'a.b+c@d-e.example.org', "o'neil@x.io"],
    ['a', 'a@', '@b.c', 'a@b', 'a b@c.d', 'a@b..c', '.a@b.c', 'a@b.c ', 'Ann <a@b.c>', 'ä@b.c'],
  ],
  [string({ format: 'idn-email' }), ['ä@bücher.example', 'a@b.c'], ['a', 'a@b', 'a b@c.d']],
  [
    string({ format: 'ipv4' }),
    ['10.0.0.1', '255.255.255.255'],
    ['10.0.0', '10.0.0.256', '01.2.3.4', '1.2.3.4/8', '::1'],
  ],
  [
    string({ format: 'ipv6' }),
    ['::1', 'fe80::1', '2001:db8:0:0:0:0:0:1', '::ffff:10.0.0.1'],
    ['1', '10.0.0.1', 'fe80::1%eth0', '::g', '1::2::3', ':::', '[::1]'],
  ],
  // These formats say how Port shows a text, not which it takes.
  [string({ format: 'user' }), ['anybody'], [1]],
  [string({ format: 'team' }), ['any team'], [['a']]],
  [string({ format: 'blueprints' }), ['service'], [1]],
  [string({ format: 'yaml' }), ['a: 1'], [{ a: 1 }]],
  [string({ format: 'markdown' }), ['# x'], [1]],
  [string({ format: 'proto' }), ['syntax = "proto3";'], [{}]],
  [string({ format: 'url', spec: 'embedded-url' }), ['https://a.b'], ['a']],
  [string({ spec: 'open-api' }), ['openapi: 3.1.0'], [{}]],
  [object({ spec: 'async-api' }), [{ asyncapi: '3.0.0' }], ['asyncapi: 3.0.0']],
  [
    object({ format: 'labeled-url' }),
    [{ url: 'https://a.b' }, { url: 'https://a.b', displayText: 'A' }],
    [{}, { url: 'a' }, { url: 1 }, { url: 'https://a.b', displayText: 1 }],
  ],
  [string({ minLength: 2 }), ['ab', '👍👍'], ['a', '👍', '']],
  [string({ maxLength: 2 }), ['ab', '👍👍', ''], ['abc', '👍👍👍']],
  [string({ pattern: '^[A-Z]{2,4}-\\d+$' }), ['AB-1', 'ABCD-42'], ['a-1', 'AB-', 'ABCDE-1']],
  [string({ pattern: 'b' }), ['abc'], ['ac']],
  [string({ pattern: '^\\p{L}+$' }), ['äß'], ['1']],
  [string({ pattern: '^(?:prod|test)(?:-[0-9])?$' }), ['prod', 'test-1'], ['prod-', 'dev']],
  [string({ pattern: '^(?=.*x)a' }), ['a x'], ['a', 'x']],
  [string({ pattern: '^(?<year>\\d{4})$' }), ['2026'], ['26']],
  [number({ minimum: 1 }), [1, 2], [0.9]],
  [number({ maximum: 1 }), [1, 0], [1.1]],
  [number({ exclusiveMinimum: 1 }), [1.1], [1]],
  [number({ exclusiveMaximum: 1 }), [0.9], [1]],
  [number({ multipleOf: 5 }), [0, -10], [7]],
  [number({ multipleOf: 0.5 }), [1.5], [1.2]],
  [array({ minItems: 1 }), [[1]], [[]]],
  [array({ maxItems: 1 }), [[], [1]], [[1, 2]]],
  [
    array({ uniqueItems: true }),
    [
      [1, '1'],
      [{ a: 1 }, { a: 2 }],
    ],
    [
      [1, 1],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
    ],
  ],
  [array({ items: { type: 'string' } }), [[], ['a']], [['a', 1], [null]]],
  [array({ items: { type: 'string', format: 'url' } }), [['https://a.b']], [['https://a.b', 'b']]],
  [array({ items: { type: 'string', enum: ['a'] } }), [['a']], [['b']]],
  [array({ items: { type: 'string', pattern: '^a' } }), [['a']], [['b']]],
  [array({ items: { type: 'number', minimum: 0 } }), [[0]], [[-1]]],
  [array({ items: { type: 'string', format: 'email' } }), [['a@b.c']], [['a']]],
  [array({ items: { type: 'object', format: 'labeled-url' } }), [[{ url: 'https://a.b' }]], [[{}], ['https://a.b']]],
  [array({ items: { type: 'array', items: { type: 'integer' } } }), [[[1]]], [[1], [[1.5]]]],
  [array({ items: [{ type: 'string' }, { type: 'number' }], additionalItems: false }), [['a', 1]], [[1], ['a', 1, 2]]],
  [array({ contains: { type: 'number' } }), [['a', 1]], [['a']]],
  [object({ required: ['a'] }), [{ a: null }], [{}, { b: 1 }]],
  [
    object({ properties: { a: { type: 'string', minLength: 1 } } }),
    [{}, { a: 'x' }, { b: 1 }],
    [{ a: '' }, { a: null }],
  ],
  [object({ properties: { a: {} }, additionalProperties: false }), [{ a: 1 }], [{ a: 1, b: 2 }]],
  [object({ additionalProperties: { type: 'number' } }), [{ a: 1 }], [{ a: 'x' }]],
  [object({ patternProperties: { '^x-': { type: 'string' } } }), [{ 'x-a': 'b', c: 1 }], [{ 'x-a': 1 }]],
  [object({ propertyNames: { maxLength: 2 } }), [{ ab: 1 }], [{ abc: 1 }]],
  [object({ minProperties: 1, maxProperties: 2 }), [{ a: 1 }], [{}, { a: 1, b: 2, c: 3 }]],
  [object({ dependentRequired: { a: ['b'] } }), [{ b: 1 }, { a: 1, b: 1 }], []],
  [object({ dependencies: { a: ['b'] } }), [{ b: 1 }, { a: 1, b: 1 }], [{ a: 1 }]],
  [string({ allOf: [{ minLength: 1 }, { maxLength: 2 }] }), ['a'], ['', 'abc']],
  [string({ anyOf: [{ const: 'a' }, { const: 'b' }] }), ['a', 'b'], ['c']],
  [number({ oneOf: [{ minimum: 5 }, { multipleOf: 2 }] }), [2, 7], [3, 6]],
  [string({ not: { const: 'a' } }), ['b'], ['a']],
  // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
  [number({ if: { minimum: 10 }, then: { multipleOf: 10 }, else: { multipleOf: 2 } }), [20, 4], [15, 3]],
];
