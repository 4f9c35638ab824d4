import { z } from 'zod';
import type { BlueprintShape, PropertyShape, RelationShape } from '../core/model.ts';

/** A part of a blueprint that Port may leave out or give as null. */
function section<S extends z.ZodType>(definition: S) {
  return z
    .record(z.string(), definition)
    .nullish()
    .transform((all) => all ?? {});
}

const relation = z.looseObject({
  target: z.string(),
  many: z.boolean().default(false),
  required: z.boolean().default(false),
});
const property = z.looseObject({
  type: z.string(),
  format: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
});
const mirror = z.looseObject({ path: z.string().catch('') });
const aggregation = z.looseObject({
  target: z.string().catch(''),
  pathFilter: z
    .array(z.looseObject({ path: z.array(z.string()), fromBlueprint: z.string().optional() }))
    .optional()
    .catch(undefined),
});

/** A blueprint as Port keeps it: what we need to know of it, and everything else as it is. */
export const blueprintDocument = z.looseObject({
  identifier: z.string(),
  schema: z.looseObject({
    properties: z.record(z.string(), property).default({}),
    required: z.array(z.string()).optional(),
  }),
  relations: section(relation),
  calculationProperties: section(z.looseObject({})),
  mirrorProperties: section(mirror),
  aggregationProperties: section(aggregation),
});
export type BlueprintDocument = z.infer<typeof blueprintDocument>;

/** The parts with what Port computes itself. Entities show it among their properties, and nobody can write it. */
export const COMPUTED = ['calculationProperties', 'mirrorProperties', 'aggregationProperties'] as const;
export type ComputedSection = (typeof COMPUTED)[number];

/** What messages call a property of each part. */
export const WORD: { readonly [section in ComputedSection]: string } = {
  calculationProperties: 'calculation',
  mirrorProperties: 'mirror',
  aggregationProperties: 'aggregation',
};

/** The part in which a property is; undefined where it is an ordinary one, or there is none of that name. */
export function computedIn(document: BlueprintDocument, id: string): ComputedSection | undefined {
  return COMPUTED.find((section) => Object.hasOwn(document[section], id));
}

const TYPES: readonly string[] = ['string', 'number', 'boolean', 'object', 'array'] satisfies PropertyShape['type'][];

function isKnownType(type: string): type is PropertyShape['type'] {
  return TYPES.includes(type);
}

/** What the engine needs to know of a blueprint: only what can be written. */
export function shapeOf({ identifier, schema, relations }: BlueprintDocument): BlueprintShape {
  const properties: [string, PropertyShape][] = [];
  for (const [id, property] of Object.entries(schema.properties)) {
    const { type } = property;
    if (isKnownType(type)) properties.push([id, { ...property, type }]);
  }
  const related = Object.entries(relations).map(([id, { target, many, required }]): [string, RelationShape] => [
    id,
    { target, many, required },
  ]);
  return {
    identifier,
    properties: Object.fromEntries(properties),
    relations: Object.fromEntries(related),
    required: schema.required ?? [],
  };
}
