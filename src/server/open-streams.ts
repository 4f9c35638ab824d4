import type { FastifyReply } from 'fastify';
import type { App } from './app.ts';
import { HttpProblem } from './problems.ts';

/** Limits how many long answers are sent at once, and ends them when the server closes. */
export function openStreams(app: App, max: number) {
  const open = new Set<AbortController>();
  // Otherwise a long answer would keep the server from closing.
  app.addHook('preClose', async () => {
    for (const stream of open) stream.abort();
  });
  return {
    /** Counts an answer until it is sent or its reader leaves; the signal aborts then. @throws HttpProblem `too_many_requests` */
    add(reply: FastifyReply): AbortSignal {
      if (open.size >= max) throw new HttpProblem('too_many_requests', { retryAfterSeconds: 10 });
      const stream = new AbortController();
      open.add(stream);
      reply.raw.once('close', () => {
        open.delete(stream);
        stream.abort();
      });
      return stream.signal;
    },
  };
}
