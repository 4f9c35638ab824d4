import { Ajv } from 'ajv';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/model.ts';
import { complaintAbout } from '../../../src/core/schema/check.ts';
import { checkProperties } from '../../../src/sandbox/port/property-rules.ts';
import { CONSTRAINTS } from './constraints.ts';

const rows = CONSTRAINTS.flatMap(([schema, good, bad]) => [
  ...good.map((value) => ({ schema, value, fits: true })),
  ...bad.map((value) => ({ schema, value, fits: false })),
]);

/** What the stand-in says, which reads schemas with a library of its own. */
function isTakenByStandIn(schema: JsonObject, value: unknown): boolean {
  const blueprint = {
    identifier: 'thing',
    title: 'Thing',
    schema: { properties: { p: { type: 'object' as const, ...schema } }, required: [] },
    relations: {},
    mirrorProperties: {},
    calculationProperties: {},
    aggregationProperties: {},
    createdAt: '',
    createdBy: '',
    updatedAt: '',
    updatedBy: '',
  };
  try {
    checkProperties(blueprint, { p: value }, true);
    return true;
  } catch {
    return false;
  }
}

describe('the constraints that a property may carry', () => {
  it.each(rows)('$schema takes $value: $fits', ({ schema, value, fits }) => {
    expect(complaintAbout(value, schema) === undefined).toBe(fits);
    expect(isTakenByStandIn(schema, value)).toBe(fits);
  });

  it.each([
    [{ type: 'string', format: 'date-time' }, '2026-01-01T00:00:00+0100', 'its offset needs a colon, as in +01:00'],
    [{ type: 'array', items: { type: 'string', format: 'email' } }, ['a@b.c', 'x'], 'item 1: "x" is no e-mail address'],
    [
      { type: 'object', properties: { port: { type: 'number', maximum: 65535 } } },
      { port: 70000 },
      'port: 70000 is more than 65535',
    ],
    [{ type: 'string', enum: ['a', 'b'] }, 'c', '"c" is not one of a, b'],
  ])('says of %j what is wrong with %j', (schema, value, complaint) => {
    expect(complaintAbout(value, schema)).toContain(complaint);
  });

  it.each([
    { type: 'string', minLength: 'three' },
    { type: 'string', pattern: '(' },
    { type: 'string', pattern: 7 },
    { type: 'string', format: 'unheard' },
    { type: 'string', enum: 'a' },
    { type: 'text' },
    { properties: [], required: 'x', items: 7, allOf: {}, not: undefined },
    { not: { type: 'string', pattern: '^(a+)+$' } },
    { oneOf: [{ $ref: '#/x' }, {}] },
  ])('forbids nothing where a limit is none that we know: %j', (schema) => {
    expect(complaintAbout('some text', schema)).toBeUndefined();
  });
});

const scalar = fc.constantFrom<unknown>('', 'a', 'bb', 'ccc', 0, 1, -1, 2.5, 4, true, false);
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 4 }),
  fc.dictionary(fc.constantFrom('x', 'y', 'constructor'), scalar, { maxKeys: 3 }),
);
const size = fc.nat(3);
const limit = fc.integer({ min: -2, max: 4 });
const names = fc.constantFrom('x', 'y', 'constructor');

/** Schemas of some of the keywords, with others inside them down to a level. */
function schemas(levels: number): fc.Arbitrary<JsonObject> {
  const flat: { readonly [keyword: string]: fc.Arbitrary<unknown> } = {
    type: fc.constantFrom('string', 'number', 'integer', 'boolean', 'array', 'object', ['string', 'number']),
    enum: fc.uniqueArray(scalar, { minLength: 1, maxLength: 4 }),
    const: scalar,
    minLength: size,
    maxLength: size,
    pattern: fc.constantFrom('^a', 'b+$', 'c{2,}'),
    minimum: limit,
    maximum: limit,
    exclusiveMinimum: limit,
    exclusiveMaximum: limit,
    multipleOf: fc.constantFrom(1, 2, 0.5),
    minItems: size,
    maxItems: size,
    uniqueItems: fc.boolean(),
    required: fc.uniqueArray(names, { maxLength: 2 }),
    minProperties: size,
    maxProperties: size,
  };
  const inner = levels === 0 ? undefined : schemas(levels - 1);
  const list = inner && fc.array(inner, { minLength: 1, maxLength: 2 });
  const nested: { readonly [keyword: string]: fc.Arbitrary<unknown> } =
    inner === undefined || list === undefined
      ? {}
      : {
          items: inner,
          contains: inner,
          properties: fc.dictionary(names, inner, { maxKeys: 2, noNullPrototype: true }),
          patternProperties: fc.dictionary(fc.constantFrom('^x', 'y$'), inner, { maxKeys: 1, noNullPrototype: true }),
          additionalProperties: fc.oneof(fc.boolean(), inner),
          propertyNames: inner,
          allOf: list,
          anyOf: list,
          oneOf: list,
          not: inner,
          if: inner,
          // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
          then: inner,
          else: inner,
        };
  const pairs = Object.entries({ ...flat, ...nested }).map(([keyword, limits]) =>
    fc.tuple(fc.constant(keyword), limits),
  );
  return fc
    .uniqueArray(fc.oneof(...pairs), { maxLength: 3, selector: ([keyword]) => keyword })
    .map((chosen) => Object.fromEntries(chosen));
}

describe('any schema', () => {
  const ajv = new Ajv({ strict: false, validateSchema: false, logger: false, ownProperties: true });

  it('is complained about only where a validator complains, and wherever it does unless that is left to Port', () => {
    fc.assert(
      fc.property(schemas(2), value, (one, other) => {
        const isRight = ajv.compile(one)(other);
        ajv.removeSchema(one);
        const complaint = complaintAbout(other, one);
        if (isRight) expect(complaint).toBeUndefined();
        else if (!JSON.stringify(one).includes('attern')) expect(complaint).toBeDefined();
      }),
      { numRuns: 2000 },
    );
  });
});
