import { z } from 'zod';
import type { MappingAnswers, WriteOutcome } from '../answers/mapping-answers.ts';
import { AppError } from '../core/errors.ts';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import { keepRawBodies, parseExactJsonBody } from './body.ts';
import type { ServerContext } from './dependencies.ts';
import { limitWork } from './limited-work.ts';
import { mapDocumentSchema, mappingDocumentSchema, mapRequestSchema, writeMappingSchema } from './mapping-schemas.ts';
import { HttpProblem } from './problems.ts';

const tags = ['mapping'];
const security = [{ apiToken: [] }];
/** How many requests are mapped at the same time: each may run jq for seconds. */
const MAX_AT_ONCE = 2;
const MAX_MAP_MS = 20_000;
const MAX_PORT_MS = 15_000;

/** POST /v1/map, GET and PUT /v1/mapping. */
export function addMappingRoutes(app: App, context: ServerContext, access: Access): void {
  keepRawBodies(app, 'application/json');
  addMapRoute(app, context, access);
  addReadRoute(app, context, access);
  addWriteRoute(app, context, access);
}

function addMapRoute(app: App, { mappings, limits, kinds }: ServerContext, access: Access): void {
  const limited = limitWork({ atOnce: MAX_AT_ONCE, ms: MAX_MAP_MS, what: 'mapped' }, problemOfMapping);
  app.post(
    '/v1/map',
    {
      onRequest: access.change,
      preValidation: parseExactJsonBody,
      config: { rateLimit: { max: limits.changesPerMinute } },
      schema: {
        tags,
        security,
        summary: 'What a mapping makes of items',
        description: 'Writes nothing. The same document as `komodor-port map --json`.',
        body: mapRequestSchema(kinds),
        response: { 200: mapDocumentSchema },
      },
    },
    async ({ body: { kind, items, mapping } }, reply) =>
      limited(reply, (signal) => mappings.map(kind, items, mapping, signal)),
  );
}

function addReadRoute(app: App, { mappings }: ServerContext, access: Access): void {
  app.get(
    '/v1/mapping',
    {
      onRequest: access.read,
      schema: {
        tags,
        security,
        summary: 'The mapping in use, as YAML',
        description: 'Where it comes from, and the digest that names it.',
        response: { 200: mappingDocumentSchema },
      },
    },
    async () =>
      mappings
        .read(AbortSignal.timeout(MAX_PORT_MS))
        .catch((error: unknown) => Promise.reject(problemOfMapping(error))),
  );
}

function addWriteRoute(app: App, { mappings, limits }: ServerContext, access: Access): void {
  app.put(
    '/v1/mapping',
    {
      onRequest: access.change,
      preValidation: parseExactJsonBody,
      config: { rateLimit: { max: limits.changesPerMinute } },
      schema: {
        tags,
        security,
        summary: 'Writes a mapping to Port, after a plan of it',
        description: 'Refused when the plan was made with another mapping, or the mapping in Port has changed since.',
        body: writeMappingSchema,
        response: { 200: z.strictObject({ digest: z.string() }) },
      },
    },
    async (request) => {
      const { mapping, plan } = request.body;
      const signal = AbortSignal.timeout(MAX_PORT_MS);
      const outcome = await mappings
        .write(mapping, plan, signal)
        .catch((error: unknown) => Promise.reject(problemOfMapping(error)));
      return { digest: digestOrRefusal(outcome) };
    },
  );
}

function digestOrRefusal(outcome: WriteOutcome): string {
  switch (outcome.type) {
    case 'written':
      return outcome.digest;
    case 'in_files':
      throw new HttpProblem('mapping_in_files');
    case 'no_plan':
      throw new HttpProblem('run_not_found', { detail: 'There is no finished plan of that id or digest.' });
    case 'unfit_plan':
      throw new HttpProblem('plan_unfit', { detail: outcome.why });
    case 'changed':
      throw new HttpProblem('mapping_changed', { detail: outcome.why });
  }
}

/** Refuses a mapping that cannot be used as a whole. @throws HttpProblem `invalid_request` */
export function checkMapping(mappings: MappingAnswers, mapping: string | undefined): void {
  try {
    if (mapping !== undefined) mappings.check(mapping);
  } catch (error) {
    throw problemOfMapping(error);
  }
}

/** What is answered to an error of a mapping or of Port. */
export function problemOfMapping(error: unknown): unknown {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return new HttpProblem('port_unavailable', { retryAfterSeconds: 10 });
  if (!(error instanceof AppError)) return error;
  if (error.code === 'mapping_file_invalid') {
    const errors = error.message.split('\n').map((message) => ({ in: 'body', path: '/mapping', message }));
    return new HttpProblem('invalid_request', { errors: errors.slice(0, 20) });
  }
  return new HttpProblem('port_unavailable', { detail: error.message, retryAfterSeconds: 10 });
}
