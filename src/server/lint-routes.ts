import { AppError } from '../core/errors.ts';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import { keepRawBodies, parseExactJsonBody } from './body.ts';
import type { ServerContext } from './dependencies.ts';
import { limitWork } from './limited-work.ts';
import { lintDocumentSchema, lintRequestSchema } from './lint-schemas.ts';
import { problemOfMapping } from './mapping-routes.ts';
import { HttpProblem } from './problems.ts';

/** Each may run jq for seconds, and read from both systems. */
const LIMITS = { atOnce: 2, ms: 30_000, what: 'checked' };

/** POST /v1/lint */
export function addLintRoutes(app: App, { lint, limits }: ServerContext, access: Access): void {
  keepRawBodies(app, 'application/json');
  const limited = limitWork(LIMITS, asProblem);
  app.post(
    '/v1/lint',
    {
      onRequest: access.change,
      preValidation: parseExactJsonBody,
      config: { rateLimit: { max: limits.changesPerMinute } },
      schema: {
        tags: ['mapping'],
        security: [{ apiToken: [] }],
        summary: 'What is wrong with a mapping and its blueprints',
        description:
          'Writes nothing. The same document as `komodor-port lint --json`. docs/check-mapping.md explains each code.',
        body: lintRequestSchema,
        response: { 200: lintDocumentSchema },
      },
    },
    async ({ body }, reply) => limited(reply, (signal) => lint(body ?? {}, signal)),
  );
}

function asProblem(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'settings_invalid') return problemOfMapping(error);
  return new HttpProblem('invalid_request', { errors: [{ in: 'body', path: '/samples', message: error.message }] });
}
