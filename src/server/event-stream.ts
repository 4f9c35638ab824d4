import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

/** How long a reader waits before it connects again. */
export const RETRY = 'retry: 3000\n\n';
/** A comment, so that proxies do not close a quiet connection. */
export const HEARTBEAT = ': heartbeat\n\n';

/** One server-sent event. `data` is a JSON text, which has no line breaks. */
export function eventText(event: string, data: string, id?: string): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`;
}

/** The answer of a route that sends events, for the OpenAPI document. */
export const eventsResponse = {
  description: 'Events',
  content: { 'text/event-stream': { schema: z.custom<Readable>().meta({ type: 'string' }) } },
};

/** Sends events as they come. No more than the next one is prepared for a reader that does not read. */
export function sendEvents(reply: FastifyReply, events: AsyncIterable<string>) {
  // The connection ends with the stream: an idle one would have to be closed with the server.
  reply.header('connection', 'close');
  reply.header('cache-control', 'no-cache, no-transform').header('x-accel-buffering', 'no');
  return reply.type('text/event-stream').send(Readable.from(events, { highWaterMark: 1 }));
}
