import { ENTRY_ID } from '../core/timeline.ts';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import type { ServerContext } from './dependencies.ts';
import { EventFeed } from './event-feed.ts';
import { eventsResponse, sendEvents } from './event-stream.ts';
import { openStreams } from './open-streams.ts';
import { headerOf } from './secrets.ts';

/** GET /v1/events: how things are now, and what happens, as it happens. */
export function addEventRoute(app: App, { status, timeline, limits }: ServerContext, access: Access): void {
  const streams = openStreams(app, limits.streams);
  const feed = new EventFeed({
    ...{ status, timeline, lookEveryMs: limits.lookEveryMs, slowReaderMs: limits.slowReaderMs },
    onFailure: (error) => app.log.warn({ err: error }, 'The event streams cannot be told how things are now'),
  });
  app.get(
    '/v1/events',
    {
      onRequest: access.read,
      exposeHeadRoute: false,
      schema: {
        tags: ['status'],
        security: [{ apiToken: [] }],
        summary: 'How things are now, and what happens, as it happens',
        description:
          'Server-sent events: `status` (the document of GET /v1/status) at once and when it changes, and `timeline` for each new entry. With `Last-Event-ID` also the entries since that one, at most 200.',
        response: { 200: eventsResponse },
      },
    },
    async (request, reply) => {
      const offered = headerOf(request.headers, 'last-event-id');
      const lastId = offered !== undefined && ENTRY_ID.test(offered) ? offered : undefined;
      const signal = streams.add(reply);
      const reader = await feed.open(lastId, () => reply.raw.destroy(), signal);
      return sendEvents(reply, reader.texts(limits.heartbeatMs, signal));
    },
  );
}
