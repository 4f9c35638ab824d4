import type { FastifyReply } from 'fastify';
import { withDeadline } from '../core/deadline.ts';
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
import { HttpProblem } from './problems.ts';

const tags = ['entities'];
const security = [{ apiToken: [] }];
/** Each asks both systems, so only so many are answered at once. */
const AT_ONCE = 2;
const MAX_MS = 60_000;

/** /v1/entities: finding entities by name, and explaining one. */
export function addEntityRoutes(app: App, context: ServerContext, access: Access): void {
  const answer = createAnswering();
  addFindRoute(app, context, access, answer);
  addExplainRoute(app, context, access, answer);
  addHistoryRoute(app, context, access);
}

type Answering = <T>(reply: FastifyReply, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** Works on an answer as long as its caller waits, on few at once, and not for ever. */
function createAnswering(): Answering {
  let busy = 0;
  return async (reply, work) => {
    if (busy >= AT_ONCE) throw new HttpProblem('too_many_requests', { retryAfterSeconds: 2 });
    busy += 1;
    const left = new AbortController();
    const leave = () => left.abort(new DOMException('The caller has left', 'AbortError'));
    reply.raw.once('close', leave);
    try {
      return await withDeadline(MAX_MS, left.signal, work);
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') throw new HttpProblem('took_too_long');
      throw error;
    } finally {
      busy -= 1;
      reply.raw.off('close', leave);
    }
  };
}

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
        description: 'Those in Port, and what runs made of those that are not there. At most 50.',
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
