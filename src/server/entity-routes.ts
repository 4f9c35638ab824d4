import type { Access } from './access.ts';
import type { App } from './app.ts';
import type { ServerContext } from './dependencies.ts';
import {
  entityParamsSchema,
  explanationSchema,
  findQuerySchema,
  foundNamesSchema,
  recollectionSchema,
} from './entity-schemas.ts';
import { limitWork } from './limited-work.ts';

const tags = ['entities'];
const security = [{ apiToken: [] }];
/** Each asks both systems. */
const EXPLAINING = { atOnce: 2, ms: 60_000, what: 'answered' };
/** Each asks Port a few questions; people type. */
const FINDING = { atOnce: 4, ms: 20_000, what: 'answered' };

/** /v1/entities: finding entities by name, and explaining one. */
export function addEntityRoutes(app: App, context: ServerContext, access: Access): void {
  addFindRoute(app, context, access, limitWork(FINDING));
  addExplainRoute(app, context, access, limitWork(EXPLAINING));
  addHistoryRoute(app, context, access);
}

type Answering = ReturnType<typeof limitWork>;

function addFindRoute(app: App, { entities, limits, redact }: ServerContext, access: Access, answer: Answering): void {
  app.get(
    '/v1/entities',
    {
      onRequest: access.read,
      config: { rateLimit: { max: limits.explainsPerMinute } },
      schema: {
        tags,
        security,
        summary: 'Finds entities by a part of their identifier or title',
        description:
          'Those in Port; those that are not there, and why: what resyncs left out, refused or deleted. At most 50. In any case.',
        querystring: findQuerySchema,
        response: { 200: foundNamesSchema },
      },
    },
    // Port is asked, and a secret that somebody pasted must not reach it.
    async (request, reply) => answer(reply, (signal) => entities.find(redact(request.query.q), signal)),
  );
}

function addExplainRoute(
  app: App,
  { entities, limits, redact }: ServerContext,
  access: Access,
  answer: Answering,
): void {
  app.get(
    '/v1/entities/:blueprint/:identifier',
    {
      onRequest: access.read,
      config: { rateLimit: { max: limits.explainsPerMinute } },
      schema: {
        tags,
        security,
        summary: 'Why an entity looks as it does, is missing, or would be deleted',
        description: 'docs/why-missing.md says what each verdict means and what to do. Writes nothing.',
        params: entityParamsSchema,
        response: { 200: explanationSchema },
      },
    },
    async ({ params }, reply) =>
      answer(reply, (signal) => entities.explain(redact(params.blueprint), redact(params.identifier), signal)),
  );
}

function addHistoryRoute(app: App, { entities }: ServerContext, access: Access): void {
  app.get(
    '/v1/entities/:blueprint/:identifier/history',
    {
      onRequest: access.read,
      schema: {
        tags,
        security,
        summary: 'What runs did with an entity',
        description: 'The part of an explanation that only the service knows. Asks neither Komodor nor Port.',
        params: entityParamsSchema,
        response: { 200: recollectionSchema },
      },
    },
    async ({ params }) => entities.recall(params.blueprint, params.identifier),
  );
}
