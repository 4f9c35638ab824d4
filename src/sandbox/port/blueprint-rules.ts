import { z } from 'zod';
import { type ComputedFields, checkComputed, computedFields } from './computed-rules.ts';
import type { Blueprint, PropertySchema, RelationDefinition } from './model.ts';
import { own } from './model.ts';
import { isUsable } from './property-rules.ts';
import { blueprintNotFound, invalidRequest, Refusal } from './refusal.ts';
import { BLUEPRINT_IDENTIFIER, FIELD_IDENTIFIER, readBody } from './route-schema.ts';

const title = z.string().min(1).max(100);
const fieldId = z.string().regex(FIELD_IDENTIFIER).max(100);
const PROPERTY_TYPES = ['string', 'number', 'boolean', 'object', 'array'] as const;

const property = z.looseObject({
  type: z.enum(PROPERTY_TYPES),
  title: z.string().max(100).optional(),
  format: z.string().optional(),
  enum: z.array(z.unknown()).min(1).optional(),
  items: z.looseObject({}).optional(),
});

const relation = z.strictObject({
  target: z.string(),
  required: z.boolean().default(false),
  many: z.boolean().default(false),
  title: z.string().max(100).optional(),
  description: z.string().optional(),
  type: z.string().optional(),
});

const schema = z.strictObject({
  properties: z.record(fieldId, property),
  required: z.array(z.string()).default([]),
});

const fields = {
  title,
  description: z.string().max(200).nullish(),
  icon: z.string().nullish(),
  schema,
  relations: z.record(fieldId, relation).default({}),
  ...computedFields,
};

const newBlueprint = z.looseObject({ identifier: z.string().regex(BLUEPRINT_IDENTIFIER).max(100), ...fields });
const replacement = z.looseObject(fields);

/** The parts of a blueprint that clients set; the store adds identifier and meta data. */
export interface BlueprintDraft extends ComputedFields {
  readonly title: string;
  readonly schema: {
    readonly properties: { readonly [id: string]: PropertySchema };
    readonly required: readonly string[];
  };
  readonly relations: { readonly [id: string]: RelationDefinition };
  readonly [key: string]: unknown;
}

/**
 * The body of POST /blueprints. Throws 422 for a body that does not fit, 404 for a missing relation target.
 * @param known the blueprints that are there
 */
export function readNewBlueprint(
  body: unknown,
  known: readonly Blueprint[],
): BlueprintDraft & { readonly identifier: string } {
  const draft = readBody(newBlueprint, body);
  checkDraft(draft, known);
  return draft;
}

/** The body of PUT: the whole blueprint anew. Throws as for a new one, and when something changes that may not. */
export function readReplacement(body: unknown, current: Blueprint, known: readonly Blueprint[]): BlueprintDraft {
  const draft = readBody(replacement, body);
  checkDraft({ ...draft, identifier: current.identifier }, known);
  checkChange(current, draft);
  return draft;
}

/** The body of PATCH: each top-level key that is given replaces the current one. */
export function readPatch(body: unknown, current: Blueprint, known: readonly Blueprint[]): BlueprintDraft {
  const patch = readBody(z.looseObject({}), body);
  return readReplacement({ ...current, ...patch }, current, known);
}

function checkDraft(draft: BlueprintDraft & { readonly identifier: string }, known: readonly Blueprint[]): void {
  const others = known.filter(({ identifier }) => identifier !== draft.identifier);
  for (const [id, property] of Object.entries(draft.schema.properties)) {
    if (!isUsable(property)) throw invalidRequest(`"schema.properties.${id}" is no valid JSON schema`);
  }
  for (const id of draft.schema.required) {
    if (own(draft.schema.properties, id) === undefined) {
      throw invalidRequest(`"schema.required" names "${id}", which is no property`);
    }
  }
  for (const [id, { target, many, required }] of Object.entries(draft.relations)) {
    if (many && required) throw invalidRequest(`"relations.${id}" cannot be both many and required`);
    const isThere = target === draft.identifier || others.some(({ identifier }) => identifier === target);
    if (!isThere) throw blueprintNotFound(target);
  }
  checkComputed(draft, others);
}

function checkChange(current: Blueprint, next: BlueprintDraft): void {
  for (const [id, before] of Object.entries(current.schema.properties)) {
    const after = own(next.schema.properties, id);
    if (after === undefined) continue;
    if (after.type !== before.type) {
      throw new Refusal(422, 'forbidden_type_change', `The type of property "${id}" cannot be changed`, {
        property: id,
      });
    }
    if (after.format !== before.format) {
      throw new Refusal(422, 'forbidden_format_change', `The format of property "${id}" cannot be changed`, {
        property: id,
      });
    }
  }
  for (const [id, before] of Object.entries(current.relations)) {
    const after = own(next.relations, id);
    if (after !== undefined && (after.target !== before.target || after.many !== before.many)) {
      throw invalidRequest(`The target of relation "${id}", and whether it is many, cannot be changed`);
    }
  }
}
