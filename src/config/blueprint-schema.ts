import { z } from 'zod';
import { missingOr } from './mapping-values.ts';

/** What Port demands of a blueprint, as far as a mistake in it can be found without asking Port. */

const PROPERTY_TYPES = ['string', 'number', 'boolean', 'object', 'array'] as const;

const blueprintId = z
  .string({ error: missingOr('must be text') })
  .max(100, 'is longer than 100 characters')
  .regex(/^(?!\.{1,2}$)[\p{L}0-9@_.+:\\/-]+$/u, 'has a character that Port refuses in a blueprint identifier');

const title = z
  .string({ error: missingOr('must be text') })
  .min(1, 'is empty')
  .max(100, 'is longer than 100 characters');

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

const fieldId = z.string().regex(/^[A-Za-z0-9@_=\\-]{1,100}$/, 'is no identifier that Port takes');
const properties = z.record(fieldId, property, { error: missingOr('must be an object') });
const relations = z.record(fieldId, relation, { error: 'must be an object' });

/** A blueprint in Port's form. Keys we know nothing of are kept. */
export const blueprintSchema = z.looseObject(
  {
    identifier: blueprintId,
    title,
    schema: z
      .looseObject(
        { properties, required: z.array(z.string(), { error: 'must be a list of names' }).optional() },
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
export type BlueprintDocument = z.output<typeof blueprintSchema>;

/** Properties and relations that an add-on gives to another blueprint. */
export const extensionSchema = z.object({
  extends: blueprintId,
  properties: properties.optional(),
  relations: relations.optional(),
});
export type BlueprintExtension = z.output<typeof extensionSchema>;
