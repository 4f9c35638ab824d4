import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { createDashboard } from '../../src/queue/dashboard.ts';
import { createRedisQueue } from '../../src/queue/redis-queue.ts';
import { ownRedis, withoutOwnRedis } from './redis-server.ts';
import { RESYNC } from './workers.ts';

describe.skipIf(withoutOwnRedis !== undefined)(`the dashboard${withoutOwnRedis ? ` (${withoutOwnRedis})` : ''}`, () => {
  it('shows the queues, changes nothing, and does not hang without Redis', async () => {
    const redis = await ownRedis();
    await redis.start();
    const queue = createRedisQueue({ url: redis.url, log: () => undefined });
    const app = Fastify();
    await app.register(createDashboard(queue, '/admin/queues'), { prefix: '/admin/queues' });
    try {
      const { runId } = await queue.request(RESYNC);
      expect((await app.inject('/admin/queues/')).body).toContain('komodor-port');
      const shown = await app.inject('/admin/queues/api/queues?activeQueue=runs');
      expect(shown.json().queues.map(({ name }: { name: string }) => name)).toEqual(['runs', 'ticks', 'live']);
      expect(shown.body).toContain(runId);
      const emptied = await app.inject({ method: 'PUT', url: '/admin/queues/api/queues/runs/empty' });
      expect(emptied.statusCode).toBeGreaterThanOrEqual(400);
      expect(await queue.queues[0]?.getJobState(runId)).toBe('waiting');
      await redis.kill();
      expect((await app.inject('/admin/queues/api/queues')).statusCode).toBe(503);
    } finally {
      await app.close();
      await queue.close();
      await redis.remove();
    }
  });
});
