import { Readable } from 'node:stream';
import { z } from 'zod';
import { noteOnBlueprint } from '../answers/recorded-run.ts';
import type { ServiceRun } from '../answers/service-runs.ts';
import { BadCursor, type RowFilter } from '../core/journal.ts';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import { changesDocumentSchema, rowFilterSchema, rowPageQuerySchema } from './changes-schemas.ts';
import type { ServerContext } from './dependencies.ts';
import { openStreams } from './open-streams.ts';
import { HttpProblem } from './problems.ts';
import { runParamsSchema } from './run-schemas.ts';

const tags = ['runs'];
const security = [{ apiToken: [] }];
const PAGE_ROWS = 100;

type Streams = ReturnType<typeof openStreams>;

/** What a run changed: page by page, as a file, and as a page to look at. */
export function addChangesRoutes(app: App, context: ServerContext, access: Access): void {
  const streams = openStreams(app, context.limits.exports);
  addPageRoute(app, context, access);
  addFileRoutes(app, context, access, streams);
  addReportRoute(app, context, access, streams);
}

function addPageRoute(app: App, { runAnswers }: ServerContext, access: Access): void {
  app.get(
    '/v1/runs/:id/changes',
    {
      onRequest: access.read,
      schema: {
        tags,
        security,
        summary: 'What a run changed, row by row',
        description: 'The id `latest` is the last resync that finished.',
        params: runParamsSchema,
        querystring: rowPageQuerySchema,
        response: { 200: changesDocumentSchema },
      },
    },
    async (request) => {
      const found = await findRun({ runAnswers }, request.params.id);
      const { cursor = null, limit = PAGE_ROWS, ...filter } = request.query;
      try {
        const page = await found.page(filterOf(filter), cursor, limit);
        const note = page.rows.length === 0 ? noteOnBlueprint(found, filterOf(filter)) : null;
        return { run: found.run, ...page, note: found.note ?? note };
      } catch (error) {
        if (!(error instanceof BadCursor)) throw error;
        const message = 'It must be the cursor of an earlier page, unchanged';
        throw new HttpProblem('invalid_request', { errors: [{ in: 'querystring', path: '/cursor', message }] });
      }
    },
  );
}

const textSchema = z.custom<Readable>().meta({ type: 'string' });

function addFileRoutes(app: App, context: ServerContext, access: Access, streams: Streams): void {
  const { runAnswers } = context;
  const files = [
    ['/v1/runs/:id/changes.ndjson', 'ndjson', 'application/x-ndjson', 'All changes of a run, one JSON object a line'],
    ['/v1/runs/:id/changes.csv', 'csv', 'text/csv', 'All changes of a run, as a table'],
  ] as const;
  for (const [path, format, type, summary] of files) {
    app.get(
      path,
      {
        onRequest: access.read,
        exposeHeadRoute: false,
        config: { rateLimit: { max: context.limits.exportsPerMinute } },
        schema: {
          tags,
          security,
          summary,
          params: runParamsSchema,
          querystring: rowFilterSchema,
          response: { 200: { description: 'The rows', content: { [type]: { schema: textSchema } } } },
        },
      },
      async (request, reply) => {
        const found = await findRun(context, request.params.id);
        requireWhole(found);
        const signal = streams.add(reply);
        const pieces = await begun(runAnswers[format](found, filterOf(request.query), signal));
        const { runId, lost } = found.run;
        if (lost > 0) reply.header('x-rows-lost', lost);
        reply.header('content-disposition', `attachment; filename="${fileNameOf(runId)}.${format}"`);
        reply.header('cache-control', 'no-store');
        return reply.type(`${type}; charset=utf-8`).send(Readable.from(pieces));
      },
    );
  }
}

function addReportRoute(app: App, context: ServerContext, access: Access, streams: Streams): void {
  const { runAnswers } = context;
  app.get(
    '/v1/runs/:id/report.html',
    {
      onRequest: access.read,
      exposeHeadRoute: false,
      config: { rateLimit: { max: context.limits.exportsPerMinute } },
      schema: {
        tags,
        security,
        summary: 'A run as one page, to look at and to pass on',
        params: runParamsSchema,
        response: { 200: { description: 'The page', content: { 'text/html': { schema: z.string() } } } },
      },
    },
    async (request, reply) => {
      const found = await findRun(context, request.params.id);
      const page = await runAnswers.reportPage(found, streams.add(reply));
      reply.header('content-security-policy', `${runAnswers.reportPolicy}; frame-ancestors 'self'`);
      reply.header('cache-control', 'no-store');
      reply.header('content-disposition', `inline; filename="${fileNameOf(found.run.runId)}.html"`);
      return reply.type('text/html; charset=utf-8').send(page);
    },
  );
}

export async function findRun({ runAnswers }: Pick<ServerContext, 'runAnswers'>, id: string): Promise<ServiceRun> {
  const lookup = await runAnswers.find(id);
  if ('unknown' in lookup) throw new HttpProblem('run_not_found', { detail: lookup.unknown });
  return lookup.found;
}

/** A file of rows that are not there, or not yet, would look like one of a run that changed nothing. */
function requireWhole({ note, run }: ServiceRun): void {
  if (note?.code === 'history_off' || note?.code === 'not_kept')
    throw new HttpProblem('changes_not_kept', { detail: note.message });
  if (note?.code === 'in_progress' && run.mode !== 'live') throw new HttpProblem('run_in_progress');
}

/** Waits for the first piece, so that a failure until then is a problem and no broken file. */
async function begun(pieces: AsyncIterable<string>): Promise<AsyncIterable<string>> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first = await iterator.next();
  return (async function* () {
    if (first.done !== true) yield first.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  })();
}

function filterOf({ action, outcome, blueprint, q }: z.infer<typeof rowFilterSchema>): RowFilter {
  return {
    ...(action === undefined ? {} : { action }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(blueprint === undefined ? {} : { blueprint }),
    ...(q === undefined ? {} : { q }),
  };
}

function fileNameOf(runId: string): string {
  return `komodor-port-changes-${runId.replaceAll(/[^\w.-]/g, '_').slice(0, 80)}`;
}
