import { z } from 'zod';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import { keepRawBodies, parseJsonBody } from './body.ts';
import type { ServerContext } from './dependencies.ts';
import { eventsResponse, sendEvents } from './event-stream.ts';
import { checkMapping } from './mapping-routes.ts';
import { openStreams } from './open-streams.ts';
import { HttpProblem } from './problems.ts';
import { runEvents } from './run-events.ts';
import {
  hrefOf,
  listQuerySchema,
  orderOf,
  runListSchema,
  runOrPlanSchema,
  runParamsSchema,
  runSchema,
  runView,
  summaryOf,
  ticketSchema,
} from './run-schemas.ts';

const tags = ['runs'];
const security = [{ apiToken: [] }];

/** /v1/runs: requesting, listing, showing, watching and cancelling runs. */
export function addRunRoutes(app: App, context: ServerContext, access: Access): void {
  keepRawBodies(app, 'application/json');
  addRequestRoute(app, context, access);
  addReportRoutes(app, context, access);
  addCancelRoute(app, context, access);
  addEventRoute(app, context, access);
}

function addRequestRoute(app: App, { queue, limits, kinds, mappings }: ServerContext, access: Access): void {
  app.post(
    '/v1/runs',
    {
      onRequest: access.change,
      preValidation: parseJsonBody,
      config: { rateLimit: { max: limits.changesPerMinute } },
      schema: {
        tags,
        security,
        summary: 'Asks for a run',
        description:
          'Answers at once. A request that a waiting or running run covers joins that one; a plan with a mapping joins none.',
        body: runOrPlanSchema(kinds),
        response: { 202: ticketSchema },
      },
    },
    async (request, reply) => {
      checkMapping(mappings, request.body?.mapping);
      const ticket = await queue.request(orderOf(request.body, 'http'));
      const href = hrefOf(ticket.runId);
      return reply
        .code(202)
        .header('location', href)
        .send({ ...ticket, href });
    },
  );
}

function addReportRoutes(app: App, { queue, runAnswers }: ServerContext, access: Access): void {
  app.get(
    '/v1/runs',
    {
      onRequest: access.read,
      schema: {
        tags,
        security,
        summary: 'The latest runs, newest first',
        querystring: listQuerySchema,
        response: { 200: runListSchema },
      },
    },
    async (request) => ({ runs: (await queue.list(request.query.limit)).map(summaryOf) }),
  );

  app.get(
    '/v1/runs/:id',
    {
      onRequest: access.read,
      schema: {
        tags,
        security,
        summary: "A run's report, or where it stands",
        description: '`latest`: the last resync that finished.',
        params: runParamsSchema,
        response: { 200: runSchema },
      },
    },
    async (request) => {
      const record = await queue.find(await runIdOf(request.params.id, runAnswers));
      if (record === undefined) throw new HttpProblem('run_not_found');
      return runView(record);
    },
  );
}

/** @param id also `latest`: the last resync that finished */
async function runIdOf(id: string, runAnswers: ServerContext['runAnswers']): Promise<string> {
  if (id !== 'latest') return id;
  const lookup = await runAnswers.find(id);
  if ('unknown' in lookup) throw new HttpProblem('run_not_found', { detail: lookup.unknown });
  return lookup.found.run.runId;
}

function addCancelRoute(app: App, { queue, limits }: ServerContext, access: Access): void {
  app.delete(
    '/v1/runs/:id',
    {
      onRequest: access.change,
      config: { rateLimit: { max: limits.changesPerMinute } },
      schema: {
        tags,
        security,
        summary: 'Cancels a run',
        description: 'A waiting run is taken out, a running one stops soon and is reported as `aborted`.',
        params: runParamsSchema,
        response: { 202: z.strictObject({ runId: z.string(), cancelling: z.literal(true) }) },
      },
    },
    async (request, reply) => {
      const runId = request.params.id;
      if (!(await queue.cancel(runId))) {
        throw new HttpProblem((await queue.find(runId)) === undefined ? 'run_not_found' : 'run_finished');
      }
      return reply.code(202).send({ runId, cancelling: true });
    },
  );
}

function addEventRoute(app: App, { queue, limits }: ServerContext, access: Access): void {
  const streams = openStreams(app, limits.streams);
  app.get(
    '/v1/runs/:id/events',
    {
      onRequest: access.read,
      exposeHeadRoute: false,
      schema: {
        tags,
        security,
        summary: 'Watches a run',
        description:
          'Server-sent events: `progress` per kind, then one `finished` with the report. A finished run answers with that alone.',
        params: runParamsSchema,
        response: { 200: eventsResponse },
      },
    },
    async (request, reply) => {
      const record = await queue.find(request.params.id);
      if (record === undefined) throw new HttpProblem('run_not_found');
      return sendEvents(reply, runEvents(queue, record, limits.heartbeatMs, streams.add(reply)));
    },
  );
}
