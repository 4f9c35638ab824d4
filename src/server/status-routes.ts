import type { Access } from './access.ts';
import type { App } from './app.ts';
import type { ServerContext } from './dependencies.ts';
import { statusSchema } from './status-schemas.ts';

/** GET /v1/status: how things are now. */
export function addStatusRoutes(app: App, { status }: ServerContext, access: Access): void {
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
}
