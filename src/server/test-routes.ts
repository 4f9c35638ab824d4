import { z } from 'zod';
import type { TestDocument } from '../answers/mapping-tests/run.ts';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import { keepRawBodies, parseExactJsonBody } from './body.ts';
import type { ServerContext } from './dependencies.ts';
import { limitWork } from './limited-work.ts';
import { problemOfMapping } from './mapping-routes.ts';
import { mappingText } from './mapping-schemas.ts';

/** Each may run jq for seconds. */
const LIMITS = { atOnce: 2, ms: 20_000, what: 'tested' };
const MAX_TESTS = 512 * 1024;

const testRequestSchema = z.strictObject({
  tests: z
    .string()
    .max(MAX_TESTS, `Tests may have ${MAX_TESTS / 1024} KiB`)
    .meta({ description: 'A file of mapping tests, as the command `test` takes it (docs/mapping.md).' }),
  mapping: mappingText.optional().meta({
    description: 'Left out: the mapping that stands in the tests, else the one that a resync would use.',
  }),
});

const failureSchema = z.strictObject({
  message: z.string(),
  path: z.string().exactOptional(),
  expected: z.unknown().exactOptional(),
  actual: z.unknown().exactOptional(),
  entry: z.string().exactOptional(),
  expression: z.string().exactOptional(),
  input: z.unknown().exactOptional(),
});

const testDocumentSchema: z.ZodType<TestDocument> = z.strictObject({
  files: z
    .array(
      z.strictObject({
        file: z.string(),
        mapping: z.string(),
        tests: z
          .array(
            z.strictObject({
              name: z.string(),
              kind: z.string(),
              line: z.number(),
              status: z.enum(['passed', 'failed']),
              failures: z.array(failureSchema).readonly(),
              notes: z.array(z.string()).readonly(),
            }),
          )
          .readonly(),
      }),
    )
    .readonly(),
  problems: z.array(z.string()).readonly().meta({ description: 'What cannot be used, each with its line.' }),
  updated: z.array(z.string()).readonly(),
  passed: z.number(),
  failed: z.number(),
});

/** POST /v1/test */
export function addTestRoutes(app: App, { mappings, limits }: ServerContext, access: Access): void {
  keepRawBodies(app, 'application/json');
  const limited = limitWork(LIMITS, problemOfMapping);
  app.post(
    '/v1/test',
    {
      onRequest: access.change,
      preValidation: parseExactJsonBody,
      config: { rateLimit: { max: limits.changesPerMinute } },
      schema: {
        tags: ['mapping'],
        security: [{ apiToken: [] }],
        summary: 'Runs mapping tests',
        description: 'Writes nothing. The same document as `komodor-port test --json`.',
        body: testRequestSchema,
        response: { 200: testDocumentSchema },
      },
    },
    async ({ body: { tests, mapping } }, reply) => limited(reply, (signal) => mappings.test(tests, mapping, signal)),
  );
}
