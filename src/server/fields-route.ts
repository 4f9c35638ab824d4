import { z } from 'zod';
import { type FieldsDocument, fieldsDocument } from '../answers/fields-document.ts';
import { KEPT_FIELD_RUNS } from '../core/field-history.ts';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import type { ServerContext } from './dependencies.ts';
import { kindSchema, runStatusSchema } from './report-schema.ts';

const count = z.int().min(0);
const cellSchema = z.strictObject({
  values: count.meta({ description: 'How many times it gave a value.' }),
  nulls: count.meta({ description: 'How many times it gave null.' }),
  failed: count.meta({ description: 'How many times it failed, or gave something that the field cannot hold.' }),
});

export const fieldsSchema: z.ZodType<FieldsDocument> = z.strictObject({
  runs: z
    .array(z.strictObject({ runId: z.string(), startedAt: z.iso.datetime(), status: runStatusSchema }))
    .readonly()
    .meta({ description: 'The newest first.' }),
  fields: z
    .array(
      z.strictObject({
        entry: z.string(),
        kind: kindSchema,
        blueprint: z.string().nullable().meta({ description: 'null: an expression computes it.' }),
        path: z.string().meta({ description: '`selector.query`, `identifier`, `properties.status`' }),
        expression: z.string(),
        cells: z.array(cellSchema.nullable()).readonly().meta({
          description: 'In the order of the runs. null: that run had no such expression, or did not read its kind.',
        }),
      }),
    )
    .readonly(),
});

const querySchema = z.strictObject({ runs: z.coerce.number().int().min(1).max(KEPT_FIELD_RUNS).default(20) });

/** GET /v1/fields: what the expressions of the mapping gave, run by run. */
export function addFieldsRoute(app: App, { fields }: ServerContext, access: Access): void {
  app.get(
    '/v1/fields',
    {
      onRequest: access.read,
      schema: {
        tags: ['mapping'],
        security: [{ apiToken: [] }],
        summary: 'How often each expression of the mapping gave a value, null, or failed',
        description: 'Of the last resyncs, so that one sees what got worse, and when.',
        querystring: querySchema,
        response: { 200: fieldsSchema },
      },
    },
    async ({ query }) => fieldsDocument(await fields.list(query.runs)),
  );
}
