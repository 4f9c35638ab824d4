import { z } from 'zod';
import { canonicalJson } from '../core/canonical.ts';
import type { BlueprintShape, PropertyShape, RelationShape } from '../core/model.ts';

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

/** A blueprint as Port keeps it: what we need to know of it, and everything else as it is. */
export const blueprintDocument = z.looseObject({
  identifier: z.string(),
  schema: z.looseObject({
    properties: z.record(z.string(), property).default({}),
    required: z.array(z.string()).optional(),
  }),
  relations: z.record(z.string(), relation).default({}),
});
export type BlueprintDocument = z.infer<typeof blueprintDocument>;

const TYPES: readonly string[] = ['string', 'number', 'boolean', 'object', 'array'] satisfies PropertyShape['type'][];

function isKnownType(type: string): type is PropertyShape['type'] {
  return TYPES.includes(type);
}

/** What the engine needs to know of a blueprint. */
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

export interface Extension {
  /** The body of the PATCH that adds what is missing; undefined when nothing is. */
  readonly patch: { readonly [key: string]: unknown } | undefined;
  /** The blueprint as it stands after the patch. */
  readonly result: BlueprintDocument;
  /** What is missing in Port, by name. */
  readonly added: readonly string[];
  /** Where Port's blueprint differs from ours in something that matters to our entities. Never changed by us. */
  readonly drift: readonly string[];
}

/**
 * What has to be added to Port's blueprint so that ours fits into it. Only adds: what somebody edited stays.
 * A PATCH replaces whole sub-objects, so the patch carries Port's own properties and relations along.
 * @param targetExists whether a relation's target blueprint is there; relations to others are left for later
 */
export function extend(
  theirs: BlueprintDocument,
  ours: BlueprintDocument,
  targetExists: (blueprint: string) => boolean,
): Extension {
  const properties = missing(theirs.schema.properties, ours.schema.properties);
  const relations = missing(theirs.relations, ours.relations).filter(([, { target }]) => targetExists(target));
  const schema = { ...theirs.schema, properties: { ...theirs.schema.properties, ...Object.fromEntries(properties) } };
  const related = { ...theirs.relations, ...Object.fromEntries(relations) };
  const patch = {
    ...(properties.length > 0 ? { schema } : {}),
    ...(relations.length > 0 ? { relations: related } : {}),
  };
  return {
    patch: Object.keys(patch).length > 0 ? patch : undefined,
    result: { ...theirs, schema, relations: related },
    added: [...properties.map(([id]) => `property ${id}`), ...relations.map(([id]) => `relation ${id}`)],
    drift: [...propertyDrift(theirs, ours), ...relationDrift(theirs, ours)],
  };
}

function missing<T>(theirs: { readonly [id: string]: T }, ours: { readonly [id: string]: T }): [string, T][] {
  return Object.entries(ours).filter(([id]) => !Object.hasOwn(theirs, id));
}

function propertyDrift(theirs: BlueprintDocument, ours: BlueprintDocument): string[] {
  return Object.entries(ours.schema.properties).flatMap(([id, own]) => {
    const other = Object.hasOwn(theirs.schema.properties, id) ? theirs.schema.properties[id] : undefined;
    if (!other) return [];
    const lacking = other.enum ? (own.enum ?? []).filter((value) => !other.enum?.includes(value)) : [];
    return [
      ...(other.type === own.type ? [] : [`property ${id} has type ${other.type}, ours ${own.type}`]),
      ...(other.format === own.format
        ? []
        : [`property ${id} has format ${other.format ?? 'none'}, ours ${own.format ?? 'none'}`]),
      ...(lacking.length === 0
        ? []
        : [`property ${id} does not allow ${lacking.map((value) => JSON.stringify(value)).join(', ')}`]),
    ];
  });
}

function relationDrift(theirs: BlueprintDocument, ours: BlueprintDocument): string[] {
  return Object.entries(ours.relations).flatMap(([id, own]) => {
    const other = Object.hasOwn(theirs.relations, id) ? theirs.relations[id] : undefined;
    if (!other) return [];
    const essence = ({ target, many, required }: RelationShape) =>
      `${target}${many ? ', many' : ''}${required ? ', required' : ''}`;
    return canonicalJson(essence(other)) === canonicalJson(essence(own))
      ? []
      : [`relation ${id} is (${essence(other)}), ours (${essence(own)})`];
  });
}
