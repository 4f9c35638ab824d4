import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { createDashboard } from '../../src/queue/dashboard.ts';
import { createRedisQueue } from '../../src/queue/redis-queue.ts';
import { ownRedis, withoutOwnRedis } from './redis-server.ts';
import { PLAN, RESYNC, reportOf } from './workers.ts';

describe.skipIf(withoutOwnRedis !== undefined)(`the dashboard${withoutOwnRedis ? ` (${withoutOwnRedis})` : ''}`, () => {
  it('shows the queues, changes nothing, and does not hang without Redis', async () => {
    const redis = await ownRedis();
    await redis.start();
    const queue = createRedisQueue({ url: redis.url, log: () => undefined });
    const app = Fastify();
    await app.register(createDashboard(queue, '/admin/queues'), { prefix: '/admin/queues' });
    try {
      const { runId } = await queue.request(RESYNC);
      const page = (await app.inject('/admin/queues/')).body;
      expect(page).toContain('komodor-port');
      expect(page).toContain('<link href="static/css/');
      expect(page).not.toMatch(/(href|src)="(https?:)?\/\//);
      const shown = await app.inject('/admin/queues/api/queues?activeQueue=runs');
      expect(shown.json().queues.map(({ name }: { name: string }) => name)).toEqual(['runs', 'ticks', 'live']);
      const job = () => app.inject(`/admin/queues/api/queues/runs/${runId}`).then((answer) => answer.json().job);
      expect(shown.body).toContain(runId);
      expect(shown.body).toContain('resync (http): queued');
      expect(await job()).toMatchObject({ name: 'resync (http): queued', data: { trigger: 'http', kinds: 'all' } });
      const emptied = await app.inject({ method: 'PUT', url: '/admin/queues/api/queues/runs/empty' });
      expect(emptied.statusCode).toBeGreaterThanOrEqual(400);
      expect(await queue.queues[0]?.getJobState(runId)).toBe('waiting');
      await queue.cancel(runId);
      await queue.request({ ...PLAN, kinds: ['komodorService'] });
      await queue.start({ run: async (id, order) => reportOf(id, order, 'completed'), live: async () => undefined });
      const listed = async () => (await app.inject('/admin/queues/api/queues?activeQueue=runs')).body;
      while (!(await listed()).includes('plan (http): completed')) await sleep(20);
      expect(await listed()).toMatch(
        /"data":\{"mode":"plan","trigger":"http","kinds":\["komodorService"\].*"returnValue":\{[^}]*"status":"completed"/,
      );
      await redis.kill();
      expect((await app.inject('/admin/queues/api/queues')).statusCode).toBe(503);
    } finally {
      await app.close();
      await queue.close();
      await redis.remove();
    }
  });
});
