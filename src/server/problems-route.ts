import { z } from 'zod';
import type { ProblemsDocument } from '../answers/run-problems.ts';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import type { ServerContext } from './dependencies.ts';
import { HttpProblem } from './problems.ts';
import { problemSchema } from './report-schema.ts';
import { runParamsSchema } from './run-schemas.ts';

export const problemsSchema: z.ZodType<ProblemsDocument> = z.strictObject({
  runId: z.string(),
  problems: z
    .array(
      problemSchema.extend({
        firstSeen: z
          .strictObject({ runId: z.string(), at: z.iso.datetime() })
          .nullable()
          .meta({ description: 'The oldest kept run that had it.' }),
        docs: z.string().meta({ description: 'Where in the documentation it is explained.' }),
      }),
    )
    .readonly(),
});

/** GET /v1/runs/:id/problems: what went wrong in a run, and since when it does. */
export function addProblemsRoute(app: App, { runAnswers }: ServerContext, access: Access): void {
  app.get(
    '/v1/runs/:id/problems',
    {
      onRequest: access.read,
      schema: {
        tags: ['runs'],
        security: [{ apiToken: [] }],
        summary: "A run's problems, with the expressions that they come from, and when they were first seen",
        description: 'The id `latest` is the last resync that finished.',
        params: runParamsSchema,
        response: { 200: problemsSchema },
      },
    },
    async ({ params }) => {
      const lookup = await runAnswers.find(params.id);
      if ('unknown' in lookup) throw new HttpProblem('run_not_found', { detail: lookup.unknown });
      const { report, run } = lookup.found;
      if (report !== null) return runAnswers.problems(report);
      if (run.mode !== 'live' && run.finishedAt === null)
        throw new HttpProblem('run_in_progress', { detail: 'The run has not finished. Its report will have them.' });
      const detail = 'Only its changes are kept, not its report, so its problems are not known any more.';
      throw new HttpProblem('report_not_kept', { detail });
    },
  );
}
