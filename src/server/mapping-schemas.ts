import { z } from 'zod';
import type { MapDocument } from '../answers/map-document.ts';
import type { MappingDocument } from '../answers/mapping-answers.ts';
import type { KindNames } from '../core/kinds.ts';
import type { Entity } from '../core/model.ts';

/** How many items one request may bring. */
const MAX_ITEMS = 200;
/** The size of a mapping in characters. Queues keep it while a plan with it waits. */
const MAX_MAPPING = 128 * 1024;

const TOO_LARGE = `A mapping may have ${MAX_MAPPING / 1024} KiB`;

/** The length of a kind's name. */
export const MAX_KIND = 600;

/** A mapping as YAML text or as an object; parsed to text. */
export const mappingText = z
  .union(
    [z.string().max(MAX_MAPPING, TOO_LARGE), z.record(z.string(), z.unknown())],
    'A mapping is YAML text or an object',
  )
  .transform((mapping) => (typeof mapping === 'string' ? mapping : JSON.stringify(mapping)))
  .refine((text) => text.length <= MAX_MAPPING, TOO_LARGE);

/** A kind by any of its spellings; parsed to its name. */
export function kindNameSchema(kinds: KindNames) {
  const { known, form } = kinds;
  return z
    .string()
    .max(MAX_KIND)
    .meta(form === undefined ? { enum: [...known] } : { anyOf: [{ enum: [...known] }, { pattern: form.source }] })
    .transform((name, context) => {
      const found = kinds.find(name);
      if ('kind' in found) return found.kind;
      context.addIssue(found.problem);
      return z.NEVER;
    });
}

/** Body of POST /v1/map. */
export function mapRequestSchema(kinds: KindNames) {
  return z.strictObject({
    kind: kindNameSchema(kinds),
    items: z
      .array(z.unknown())
      .max(MAX_ITEMS, `At most ${MAX_ITEMS} items at once`)
      .meta({ description: 'Items as Komodor gives them. `_.cluster` may name the cluster that was asked for them.' }),
    mapping: mappingText.optional().meta({ description: 'Left out: the mapping that a resync would use.' }),
  });
}

/** The schema of an entity, for the OpenAPI document. Answers are not checked against it. */
const entitySchema = z
  .custom<Entity>((value) => typeof value === 'object' && value !== null)
  .meta({
    description: 'The entity as Port would get it.',
    type: 'object',
    required: ['blueprint', 'identifier', 'properties', 'relations'],
    properties: {
      blueprint: { type: 'string' },
      identifier: { anyOf: [{ type: 'string' }, { type: 'object', additionalProperties: {} }] },
      title: { type: ['string', 'null'] },
      icon: { type: ['string', 'null'] },
      team: {},
      properties: { type: 'object', additionalProperties: {} },
      relations: { type: 'object', additionalProperties: {} },
    },
  });

const fieldSchema = z.strictObject({
  path: z.string(),
  expression: z.string(),
  value: z.unknown().exactOptional(),
  error: z.string().exactOptional(),
  input: z.unknown().exactOptional(),
});

/** What one entry of a mapping makes of an item. */
export const mapRowSchema = z.strictObject({
  entry: z.string(),
  result: z.enum(['entity', 'filtered', 'rejected']),
  entity: entitySchema.exactOptional(),
  fields: z.array(fieldSchema).readonly(),
  problems: z.array(z.string()).readonly(),
});

/** What POST /v1/map answers. */
export const mapDocumentSchema: z.ZodType<MapDocument> = z.strictObject({
  kind: z.string(),
  mapping: z.string(),
  items: z.array(z.strictObject({ label: z.string(), rows: z.array(mapRowSchema).readonly() })).readonly(),
  problems: z.array(z.string()).readonly(),
});

/** What GET /v1/mapping answers. */
export const mappingDocumentSchema: z.ZodType<MappingDocument> = z.strictObject({
  origin: z.string(),
  source: z.enum(['port', 'file']),
  digest: z.string(),
  mapping: z.string(),
});

/** Body of PUT /v1/mapping. */
export const writeMappingSchema = z.strictObject({
  mapping: mappingText,
  plan: z.string().min(1).max(200).meta({
    description: 'The run id of a finished plan of exactly this mapping, or the digest `mapping.plan` of its report.',
  }),
});
