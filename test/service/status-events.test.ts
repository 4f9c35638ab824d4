import { describe, expect } from 'vitest';
import { statusSchema } from '../../src/server/status-schemas.ts';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { eventsIn, watch } from '../server/event-reading.ts';
import { API_TOKEN, it, type RunningService } from './stage.ts';

const authorization = `Bearer ${API_TOKEN}`;

async function listen({ url }: RunningService, headers: Record<string, string> = {}) {
  return watch(`${url}/v1/events`, { authorization, ...headers });
}

describe('the events of a service', () => {
  it('tell a run from its request to its end, and that the process stops', async ({ open }) => {
    const stage = await open();
    const service = await stage.service();
    await service.settled();
    const stream = await listen(service);
    await stream.read('event: status');
    const { runId } = await service.request();
    await service.ended(runId);
    await stream.read('"type":"run"');
    await stream.read(`"lastRun":{"runId":"${runId}"`);
    const [entry] = eventsIn(stream.text(), 'timeline');
    expect(entry).toMatchObject({ data: { id: entry?.id, type: 'run', runId } });
    const told = eventsIn(stream.text(), 'status').map(({ data }) => statusSchema.parse(data));
    expect(told.at(-1)).toMatchObject({ state: 'on_time', run: null, lastRun: { status: 'completed' } });
    await service.stop();
    await stream.read();
  });
});

describe.skipIf(withoutOwnRedis !== undefined)('the events of several replicas', () => {
  it('tell at each of them what happens at another, and what came meanwhile', async ({ open }) => {
    const stage = await open();
    const redis = await stage.redis();
    await redis.start();
    const env = { REDIS_URL: redis.url };
    const works = await stage.service(env);
    const shows = await stage.service({ ...env, ROLE: 'server' });
    await works.settled();
    const stream = await listen(shows);
    await stream.read('event: status');
    const { runId } = await works.request();
    await stream.read(`"runId":"${runId}"`);
    await works.ended(runId);
    await stream.read('event: timeline');
    const [first] = eventsIn(stream.text(), 'timeline');
    expect(first).toMatchObject({ data: { type: 'run', runId } });
    stream.leave();

    const missed = await works.request();
    await works.ended(missed.runId);
    const again = await listen(works, { 'last-event-id': first?.id ?? '' });
    await again.read('event: timeline');
    const ids = eventsIn(again.text(), 'timeline').map(({ data }) => data);
    expect(ids).toEqual([expect.objectContaining({ type: 'run', runId: missed.runId })]);
    again.leave();
  });

  it('say that Redis is away, and go on when it is back', async ({ open }) => {
    const stage = await open();
    const redis = await stage.redis();
    await redis.start();
    const service = await stage.service({ REDIS_URL: redis.url });
    await service.settled();
    const stream = await listen(service);
    await stream.read('"ready":true');
    await redis.kill();
    await stream.read('"ready":false');
    const before = stream.text().length;
    await redis.start();
    await stream.read('"ready":true', before);
    stream.leave();
  });
});
