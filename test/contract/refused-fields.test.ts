import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/core/model.ts';
import type { UpsertBatch, UpsertOutcome } from '../../src/core/ports.ts';
import { namedFields, writeWithoutRefused } from '../../src/port/refused-fields.ts';

const entity: Entity = {
  blueprint: 'thing',
  identifier: 'x',
  title: 'X',
  team: 'a-team',
  properties: { email: 'no', type: 't', 'a.b': 1, email2: 'y', 'c++': 1 },
  relations: { owner: 'o', type: 'p' },
};

describe('the fields that a refusal names', () => {
  it.each([
    ['"properties.email" must match format "email"', ['properties.email']],
    ['/properties/email must match format "email"', ['properties.email']],
    ['data/entities/0/properties/email must be string', ['properties.email']],
    ['properties["email2"] must be string', ['properties.email2']],
    ['"properties.email" must be string, "properties.type" must be number', ['properties.email', 'properties.type']],
    ['"relations.type" is not there', ['relations.type']],
    ['Property "email" should be an email', ['properties.email']],
    ["must have a valid 'email', not type no", ['properties.email']],
    ['email2 must match format "email"', ['properties.email']],
    ['the type of email2 is wrong', ['properties.type']],
    ['owner cannot contain more than one entity', ['relations.owner']],
    ['"title" must be string', ['title']],
    ['"entities.0.c++" is wrong', ['properties.c++']],
    ['an email-like text', []],
    ['something is wrong', []],
    ['', []],
  ])('in %j are %j', (message, fields) => {
    expect(namedFields(entity, { status: 422, code: 'blueprint_schema_mismatch', message })).toEqual(fields);
  });

  it('are taken from the details where Port gives some', () => {
    const refusal = { status: 422, code: 'blueprint_schema_mismatch', message: '"email" is odd', property: 'email2' };
    expect(namedFields(entity, refusal)).toEqual(['properties.email2']);
  });

  it.each(['inherited_ownership_enabled', 'team_inheritance_enabled'])('is the team for %s', (code) => {
    expect(namedFields(entity, { status: 422, code, message: '' })).toEqual(['team']);
    const { team: _, ...teamless } = entity;
    expect(namedFields(teamless, { status: 422, code, message: '' })).toEqual([]);
  });

  it.each([403, 404, 409, 429, 500])('are none of its fields when the status is %i', (status) => {
    expect(namedFields(entity, { status, code: 'x', message: '"email" is wrong' })).toEqual([]);
  });

  it('are none that it does not carry', () => {
    const message = '"properties" must have required property \'constructor\'';
    expect(namedFields(entity, { status: 422, code: 'x', message })).toEqual([]);
  });
});

describe('writing without what is refused', () => {
  const batch = (count: number): UpsertBatch => ({
    blueprint: 'thing',
    merge: true,
    entities: Array.from({ length: count }, (_, index) => ({ ...entity, identifier: `x${index}` })),
  });

  /** Refuses, of every second entity, whatever is given; notes how many entities each call had. */
  function refusing(fields: (entity: Entity) => readonly string[], calls: number[]) {
    return async ({ entities }: UpsertBatch): Promise<readonly UpsertOutcome[]> => {
      calls.push(entities.length);
      return entities.map((one): UpsertOutcome => {
        const identifier = String(one.identifier);
        const refused = Number(identifier.slice(1)) % 2 === 0 ? fields(one) : [];
        return refused.length === 0
          ? { type: 'written', identifier, created: true }
          : { type: 'refused', code: 'no', message: 'no', fields: refused };
      });
    };
  }

  it('sends only what was refused again, and says what it left out', async () => {
    const calls: number[] = [];
    const hasEmail = (one: Entity) => (Object.hasOwn(one.properties, 'email') ? ['properties.email', 'title'] : []);
    const outcomes = await writeWithoutRefused(batch(4), refusing(hasEmail, calls));
    expect(calls).toEqual([4, 2]);
    expect(outcomes.map((outcome) => outcome.type === 'written' && outcome.leftOut?.map(({ path }) => path))).toEqual([
      ['properties.email', 'title'],
      undefined,
      ['properties.email', 'title'],
      undefined,
    ]);
  });

  it('gives up on an entity of which every field is refused, in the end', async () => {
    const calls: number[] = [];
    const anything = (one: Entity) =>
      Object.keys(one.properties)
        .map((id) => `properties.${id}`)
        .slice(0, 1);
    const outcomes = await writeWithoutRefused(
      {
        ...batch(1),
        entities: [
          { ...entity, identifier: 'x0', properties: Object.fromEntries('abcdefghijk'.split('').map((id) => [id, 1])) },
        ],
      },
      refusing(anything, calls),
    );
    expect(calls.length).toBeLessThan(10);
    expect(outcomes).toMatchObject([{ type: 'refused' }]);
  });
});
