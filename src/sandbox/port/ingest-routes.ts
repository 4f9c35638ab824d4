import { z } from 'zod';
import { readBody } from './route-schema.ts';
import type { Route } from './router.ts';
import { ok } from './router.ts';

/** Where an integration sends its logs and metrics. The bodies are only kept, for whoever wants to look. */
function ingest(method: string, path: string, body: z.ZodType): Route {
  return {
    method,
    path,
    name: 'ingest',
    handle(request, { store }) {
      store.ingested.push({ path: request.path, body: readBody(body, request.body) });
      return ok({});
    },
  };
}

const metrics = '/metrics/integration/:integration';

export const ingestRoutes: readonly Route[] = [
  ingest('POST', '/logs/integration/:integration', z.looseObject({ logs: z.array(z.looseObject({})) })),
  ingest('POST', `${metrics}/syncMetrics`, z.looseObject({ syncKindsMetrics: z.array(z.looseObject({})) })),
  ingest(
    'PUT',
    `${metrics}/syncMetrics/resync/:event/kind/:kind`,
    z.looseObject({ syncKindMetrics: z.looseObject({}) }),
  ),
  ingest('POST', `${metrics}/heartbeat`, z.looseObject({ eventId: z.string() })),
];
