import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { RedisQueue } from './redis-queue.ts';

/** A fastify plugin. */
export type Dashboard = ReturnType<FastifyAdapter['registerPlugin']>;

/**
 * Pages that show the queues, and change nothing in them.
 * @param basePath where the plugin is registered, e.g. `/admin/queues`; the same must be given as its `prefix`
 */
export function createDashboard(queue: RedisQueue, basePath: string): Dashboard {
  const adapter = new FastifyAdapter().setBasePath(basePath);
  createBullBoard({
    queues: queue.queues.map((each) => new BullMQAdapter(each, { readOnlyMode: true })),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'komodor-port' } },
  });
  const pages = adapter.registerPlugin();
  return (app, options, done) => {
    // BullMQ's own calls wait until Redis is back; a page must not.
    app.addHook('onRequest', async (_request, reply) => {
      const { ready, detail } = await queue.health();
      if (!ready) await reply.code(503).header('retry-after', '5').send({ error: detail });
    });
    pages(app, options, done);
  };
}
