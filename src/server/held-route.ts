import { z } from 'zod';
import type { HeldDocument } from '../answers/held/document.ts';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import { findRun } from './changes-routes.ts';
import { journalRowSchema, noteSchema } from './changes-schemas.ts';
import type { ServerContext } from './dependencies.ts';
import { limitWork } from './limited-work.ts';
import { blockReasonSchema } from './report-schema.ts';
import { runParamsSchema } from './run-schemas.ts';

/** Port is asked for what leads to the entities. */
const LIMITS = { atOnce: 2, ms: 60_000, what: 'answered' };
const count = z.int().min(0);
const text = z.string();

const querySchema = z.strictObject({
  blueprint: text.min(1).max(200).optional().meta({ description: 'Only the set of this blueprint.' }),
  incoming: z
    .enum(['true', 'false'])
    .default('true')
    .meta({ description: '`false`: Port is not asked what leads to the entities.' }),
});

const incomingSchema = z.strictObject({
  blueprint: text,
  relation: text,
  required: z.boolean().meta({ description: 'Port refuses to delete what a required relation leads to.' }),
  count,
  sample: z.array(z.strictObject({ identifier: text, title: text.nullable() })).readonly(),
});

export const heldDocumentSchema: z.ZodType<HeldDocument> = z.strictObject({
  runId: text,
  held: z
    .array(
      z.strictObject({
        blueprint: text,
        reason: blockReasonSchema,
        detail: text.meta({ description: 'The reason as a sentence.' }),
        digest: text.meta({ description: 'Names exactly this set; `approveDeletions` of POST /v1/runs takes it.' }),
        count,
        total: count.nullable().meta({ description: 'How many entities of ours the blueprint had; null: not known.' }),
        share: z.number().nullable().meta({ description: '`count` of `total`.' }),
        threshold: z.number().nullable(),
        approvable: z.boolean().meta({ description: 'Whether an approval of the digest would delete the set.' }),
        witnesses: z.array(text).readonly().meta({ description: 'Entities that the second read still showed.' }),
        rows: z.array(journalRowSchema).readonly().meta({ description: 'The first 100; `changes` has all.' }),
        incoming: z
          .array(incomingSchema)
          .readonly()
          .nullable()
          .meta({ description: 'What in Port leads to the entities now; null: not known.' }),
        incomingProblem: text.nullable().meta({ description: 'Why `incoming` is not known, or not whole.' }),
      }),
    )
    .readonly(),
  note: noteSchema.nullable().meta({ description: 'Why there are no sets, or not all rows.' }),
});

/** GET /v1/runs/:id/held: what a person needs to decide about held-back deletions. */
export function addHeldRoute(app: App, context: ServerContext, access: Access): void {
  const answer = limitWork(LIMITS);
  app.get(
    '/v1/runs/:id/held',
    {
      onRequest: access.read,
      config: { rateLimit: { max: context.limits.explainsPerMinute } },
      schema: {
        tags: ['runs'],
        security: [{ apiToken: [] }],
        summary: 'The deletions that a run or a plan held back',
        description: 'The id `latest` is the last resync that finished. Asks Port what leads to the entities.',
        params: runParamsSchema,
        querystring: querySchema,
        response: { 200: heldDocumentSchema },
      },
    },
    async ({ params, query }, reply) => {
      const found = await findRun(context, params.id);
      const { blueprint, incoming } = query;
      return answer(reply, (signal) =>
        context.runAnswers.held(found, { blueprint, incoming: incoming === 'true' }, signal),
      );
    },
  );
}
