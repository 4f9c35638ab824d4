import type { Access } from './access.ts';
import type { App } from './app.ts';
import type { ServerContext } from './dependencies.ts';
import { statusSchema } from './status-schemas.ts';
import { timelineQuerySchema, timelineSchema } from './timeline-schemas.ts';

/** GET /v1/status and GET /v1/timeline: how things are now, and what happened. */
export function addStatusRoutes(app: App, { status, timeline }: ServerContext, access: Access): void {
  app.get(
    '/v1/status',
    {
      onRequest: access.read,
      schema: {
        tags: ['status'],
        security: [{ apiToken: [] }],
        summary: 'How fresh the catalog is, what runs, and what needs a person',
        description: 'docs/freshness.md says what the words mean. Never waits for a run.',
        response: { 200: statusSchema },
      },
    },
    async () => status(),
  );
  app.get(
    '/v1/timeline',
    {
      onRequest: access.read,
      schema: {
        tags: ['status'],
        security: [{ apiToken: [] }],
        summary: 'What happened, newest first',
        description:
          'Runs, plans, bursts of live events, changes of the mapping, approvals, starts and stops, stalls and recoveries.',
        querystring: timelineQuerySchema,
        response: { 200: timelineSchema },
      },
    },
    async ({ query }) => timeline.page(query),
  );
}
