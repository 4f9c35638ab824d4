import { z } from 'zod';
import type { BlueprintShape, PropertyShape, RelationShape } from '../core/model.ts';

/** A section of a blueprint, which Port may leave out or give as null. */
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

/** A blueprint in Port's form: the fields that we need are parsed, all others are kept as they are. */
export const portBlueprint = z.looseObject({
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
export type PortBlueprint = z.infer<typeof portBlueprint>;

/** The sections for properties that Port computes. Entities show them like other properties, but nobody can write them. */
export const COMPUTED_SECTIONS = ['calculationProperties', 'mirrorProperties', 'aggregationProperties'] as const;
export type ComputedSection = (typeof COMPUTED_SECTIONS)[number];

/** The word for a property of each section, for messages. */
export const SECTION_WORD: { readonly [section in ComputedSection]: string } = {
  calculationProperties: 'calculation',
  mirrorProperties: 'mirror',
  aggregationProperties: 'aggregation',
};

/** The section of a computed property; undefined for an ordinary property, or an unknown one. */
export function computedIn(document: PortBlueprint, id: string): ComputedSection | undefined {
  return COMPUTED_SECTIONS.find((section) => Object.hasOwn(document[section], id));
}

const TYPES: readonly string[] = ['string', 'number', 'boolean', 'object', 'array'] satisfies PropertyShape['type'][];

function isKnownType(type: string): type is PropertyShape['type'] {
  return TYPES.includes(type);
}

/** A blueprint as the engine needs it: only what can be written. */
export function shapeOf({ identifier, schema, relations }: PortBlueprint): BlueprintShape {
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
