import { z } from 'zod';
import { blueprintId, fieldId, PROPERTY_TYPES, title } from './blueprint-names.ts';
import type { ComputedProperties } from './computed-properties.ts';
import { missingOr } from './mapping-values.ts';

/** What Port demands of a blueprint, as far as a mistake in it can be found without asking Port. */

const property = z.looseObject(
  {
    type: z.enum(PROPERTY_TYPES, { error: missingOr(`must be one of ${PROPERTY_TYPES.join(', ')}`) }),
    title: title.optional(),
  },
  { error: 'must be an object' },
);

const relation = z
  .looseObject(
    {
      target: blueprintId,
      title: title.optional(),
      many: z.boolean({ error: 'must be true or false' }).optional(),
      required: z.boolean({ error: 'must be true or false' }).optional(),
    },
    { error: 'must be an object' },
  )
  .refine(({ many, required }) => !(many && required), 'cannot be many and required at once');

const properties = z.record(fieldId, property, { error: missingOr('must be an object') });
const relations = z.record(fieldId, relation, { error: 'must be an object' });

/** A blueprint in Port's form. Keys we know nothing of are kept. */
export const blueprintSchema = z.looseObject(
  {
    identifier: blueprintId,
    title,
    schema: z
      .looseObject(
        {
          properties,
          required: z
            .array(z.string({ error: 'must be the name of a property' }), { error: 'must be a list of names' })
            .optional(),
        },
        { error: missingOr('must be an object with properties') },
      )
      .refine(
        (schema) => (schema.required ?? []).every((name) => Object.hasOwn(schema.properties, name)),
        'requires a property that it does not have',
      ),
    relations: relations.optional(),
  },
  { error: 'must be a blueprint object' },
);
export type BlueprintDefinition = z.output<typeof blueprintSchema> & ComputedProperties;

/** What an add-on gives to another blueprint. */
export const extensionSchema = z.object({
  extends: blueprintId,
  properties: properties.optional(),
  relations: relations.optional(),
});
export type BlueprintExtension = z.output<typeof extensionSchema> & ComputedProperties;
