import { z } from 'zod';
import type { Blueprint } from './model.ts';
import { own } from './model.ts';
import { pathsBetween, readPath } from './paths.ts';
import { invalidRequest } from './refusal.ts';
import { FIELD_IDENTIFIER } from './route-schema.ts';

const fieldId = z.string().regex(FIELD_IDENTIFIER).max(100);
const title = z.string().max(100);
const PROPERTY_TYPES = ['string', 'number', 'boolean', 'object', 'array'] as const;

const calculation = z.strictObject({
  calculation: z.string(),
  type: z.enum(PROPERTY_TYPES),
  title: title.optional(),
  description: z.string().optional(),
  icon: z.string().optional(),
  format: z.string().optional(),
  spec: z.string().optional(),
  specAuthentication: z.looseObject({}).optional(),
  colorized: z.boolean().optional(),
  colors: z.looseObject({}).optional(),
  items: z.looseObject({}).optional(),
});

const mirror = z.strictObject({
  path: z.string().regex(/^(?:[A-Za-z0-9@_=\-$]+\.)+?(\w|\$|@|-)*?[^.]+$/),
  title: title.optional(),
});

const span = { averageOf: z.enum(['hour', 'day', 'week', 'month', 'total']), measureTimeBy: z.string() };
const calculationSpec = z.union([
  z.strictObject({ calculationBy: z.literal('entities'), func: z.literal('count') }),
  z.strictObject({ calculationBy: z.literal('entities'), func: z.literal('average'), ...span }),
  z.strictObject({
    calculationBy: z.literal('property'),
    func: z.enum(['sum', 'min', 'max', 'median']),
    property: z.string(),
  }),
  z.strictObject({
    calculationBy: z.literal('property'),
    func: z.literal('average'),
    property: z.string(),
    ...span,
  }),
]);

// Which other keys the API takes here is not known: the stand-in takes none.
const aggregation = z.strictObject({
  title,
  target: z.string(),
  calculationSpec,
  type: z.literal('number').default('number'),
  description: z.string().optional(),
  icon: z.string().optional(),
  query: z
    .strictObject({
      combinator: z.enum(['and', 'or']),
      rules: z.array(z.looseObject({ operator: z.string().optional() })),
    })
    .optional(),
  pathFilter: z
    .array(z.strictObject({ path: z.array(fieldId).min(1), fromBlueprint: z.string().optional() }))
    .max(1)
    .optional(),
});

/** What the API computes itself, as it comes in the body of a blueprint. */
export const computedFields = {
  mirrorProperties: z.record(fieldId, mirror).default({}),
  calculationProperties: z.record(fieldId, calculation).default({}),
  aggregationProperties: z.record(fieldId, aggregation).default({}),
};

/** The parts of a blueprint that say what is computed. */
export interface ComputedFields {
  readonly mirrorProperties: { readonly [id: string]: z.infer<typeof mirror> };
  readonly calculationProperties: { readonly [id: string]: z.infer<typeof calculation> };
  readonly aggregationProperties: { readonly [id: string]: z.infer<typeof aggregation> };
}

type Draft = Pick<Blueprint, 'identifier' | 'schema' | 'relations'> & ComputedFields;

/**
 * Checks what is computed against the blueprints that are there. Throws 422.
 *
 * The documentation says that an aggregation's target must be there and related in any way. The rest is decided here,
 * because no source says it: that the answer is 422, that a mirror's relations must be there, that a path must lead from
 * one of the two blueprints to the other, and that a name stands for one property only.
 */
export function checkComputed(draft: Draft, others: readonly Blueprint[]): void {
  const names = new Set(Object.keys(draft.schema.properties));
  for (const section of ['mirrorProperties', 'calculationProperties', 'aggregationProperties'] as const) {
    for (const id of Object.keys(draft[section])) {
      if (names.has(id)) throw invalidRequest(`"${section}.${id}" has the name of another property`);
      names.add(id);
    }
  }
  const world = new Map([...others, draft].map((blueprint) => [blueprint.identifier, blueprint] as const));
  for (const [id, { path }] of Object.entries(draft.mirrorProperties)) {
    let at: Pick<Blueprint, 'relations'> | undefined = draft;
    for (const relation of path.split('.').slice(0, -1)) {
      const target: string | undefined = own(at?.relations ?? {}, relation)?.target;
      if (target === undefined) throw invalidRequest(`"mirrorProperties.${id}.path" has no relation "${relation}"`);
      at = world.get(target);
    }
  }
  for (const [id, { target, pathFilter }] of Object.entries(draft.aggregationProperties)) {
    const place = `aggregationProperties.${id}`;
    if (!world.has(target)) throw invalidRequest(`"${place}.target" is no blueprint: "${target}"`);
    const [filter] = pathFilter ?? [];
    if (filter !== undefined) {
      if (readPath(world, draft.identifier, target, filter) === undefined)
        throw invalidRequest(`"${place}.pathFilter" does not lead from one blueprint to the other`);
    } else if (pathsBetween(world, draft.identifier, target).length === 0) {
      throw invalidRequest(`"${place}.target" is not related to "${draft.identifier}": "${target}"`);
    }
  }
}
