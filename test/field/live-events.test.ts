import { describe, expect, it as plainIt } from 'vitest';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';
import type { WorldService } from '../../src/sandbox/world/model.ts';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { serviceIdentifier } from '../resync/oracle.ts';
import { removeServices } from '../resync/world-steps.ts';
import { hook, startServer } from '../server/support.ts';
import { Caller, until } from '../service/caller.ts';
import { eventOf, postEvent } from '../service/komodor-events.ts';
import { API_TOKEN, type Env, it, type Stage, WEBHOOK_SECRET } from '../service/stage.ts';
import { liveEventsDone, QUIET, settled } from './service-stage.ts';

const SILENT: Env = { EVENT_LISTENER: 'WEBHOOKS_ONLY' };

/** Gives a service other labels, so that its entity has to change. */
function relabel({ world }: Stage, at: number, step: string): WorldService {
  const service = world.services[at];
  if (service === undefined) throw new Error('The world has no such service');
  const changed = { ...service, labels: { step } };
  world.services[at] = changed;
  return changed;
}

describe.concurrent('a live event', () => {
  it('ocean-stream-acks-failures: one that fails is tried again, and nothing of it is lost', async ({ open }) => {
    const { stage, service } = await settled(open);
    stage.komodor.faults.add('services-scoped -> 400 twice');
    await postEvent(service, eventOf(relabel(stage, 0, 'one')));
    await until(stage.isTrue);
    expect(stage.komodor.log.filter(({ status }) => status === 400)).toHaveLength(2);
    expect(await service.runs()).toHaveLength(1);
  });

  it('ocean-requeued-event-overtaken: one that is tried later brings what is true by then', async ({ open }) => {
    const { stage, service } = await settled(open);
    stage.komodor.faults.add('services-scoped -> 400 twice');
    await postEvent(service, eventOf(relabel(stage, 0, 'older')));
    await until(() => stage.komodor.log.some(({ status }) => status === 400));
    await postEvent(service, { ...eventOf(relabel(stage, 0, 'newer')), status: 'closed' });
    await until(stage.isTrue);
    await liveEventsDone(service);
    stage.expectTruth();
  });

  it('ocean-message-without-id-stops-consumer: one that cannot be understood stops none of those after it', async ({
    open,
  }) => {
    const { stage, service } = await settled(open);
    const changed = eventOf(relabel(stage, 0, 'one'));
    for (const body of [{}, { ...changed, cluster: null }, { ...changed, resourceName: 7 }, { type: 'Test!' }]) {
      const { status } = await service.call('POST', '/webhooks/komodor', body, { 'x-webhook-token': WEBHOOK_SECRET });
      expect(status).toBe(202);
    }
    expect(stage.isTrue()).toBe(false);
    await postEvent(service, changed);
    await until(stage.isTrue);
  });

  it.skipIf(withoutOwnRedis !== undefined)(
    'ocean-webhook-lost-in-crash: one that was accepted survives a kill before it was worked off',
    async ({ open }) => {
      const { stage, service } = await settled(open);
      await service.stop();
      const redis = await stage.redis();
      await redis.start();
      const front = await stage.process({ ...SILENT, REDIS_URL: redis.url, ROLE: 'server' });
      await postEvent(new Caller(await front.listening(), API_TOKEN), eventOf(relabel(stage, 0, 'one')));
      await front.kill();
      expect(stage.isTrue()).toBe(false);
      const worker = await stage.service({ ...SILENT, REDIS_URL: redis.url });
      await until(stage.isTrue);
      expect(await worker.runs()).toEqual([]);
    },
  );
});

describe('the queue of live events', () => {
  plainIt('ocean-webhook-queue-unbounded: a full one answers 503 and says when to come again', async () => {
    const server = await startServer({ queue: createInlineQueue({ liveLimit: 3 }) });
    const post = (name: string) => {
      const payload = { cluster: 'c', namespace: 'n', resourceName: name, resourceKind: 'Deployment' };
      return server.app.inject({ method: 'POST', url: '/webhooks/komodor', headers: hook, payload });
    };
    for (const name of ['a', 'b', 'c', 'a']) expect((await post(name)).statusCode).toBe(202);
    const refused = await post('d');
    expect(refused.statusCode).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });
});

/** Lets a process live at another time than this machine. */
const SHIFT = `const Real = Date, by = Number(process.env.CLOCK_AHEAD_MS);
globalThis.Date = class extends Real {
  constructor(...given) { if (given.length === 0) super(Real.now() + by); else super(...given); }
  static now() { return Real.now() + by; }
};`;

describe.concurrent('a wrong clock', () => {
  it.for([
    ['ahead', 2],
    ['behind', -2],
  ] as const)(
    'ocean-local-clock-decides-deletion: two hours %s, a fresh entity of a live event stays and a stale one goes',
    async ([, hours], { open }) => {
      const stage = await open();
      const started = await stage.process({
        ...QUIET,
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(SHIFT)}`,
        CLOCK_AHEAD_MS: String(hours * 3_600_000),
      });
      const service = new Caller(await started.listening(), API_TOKEN);
      const [first] = await service.settled();
      expect(Math.round((Date.parse(first?.startedAt ?? '') - Date.now()) / 3_600_000)).toBe(hours);

      const [gone] = removeServices(stage.world, 1);
      const [model] = stage.world.services;
      if (model === undefined || gone === undefined) throw new Error('An empty world');
      const fresh: WorldService = { ...model, service: 'came-meanwhile', uid: 'came-meanwhile' };
      stage.komodor.faults.add('risks -> slow 3000 once');
      const { runId } = await service.request();
      const before = stage.komodor.log.length;
      await until(() => stage.komodor.log.slice(before).some(({ route }) => route === 'services'));
      stage.world.services.push(fresh);
      await postEvent(service, eventOf(fresh));
      await until(() => stage.store.entity('komodorService', serviceIdentifier(fresh)) !== undefined);

      expect(await service.ended(runId)).toMatchObject({ status: 'completed' });
      const deleted = stage.store.deletions.filter(({ blueprint }) => blueprint === 'komodorService');
      expect(deleted.map(({ identifier }) => identifier)).toEqual([serviceIdentifier(gone)]);
      expect(stage.store.entity('komodorService', serviceIdentifier(fresh))).toBeDefined();
    },
  );
});
