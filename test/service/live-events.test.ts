import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { serviceUid, type World, type WorldService } from '../../src/sandbox/world/model.ts';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { serviceIdentifier } from '../resync/oracle.ts';
import { metricOf, until } from './caller.ts';
import { eventOf, olderEventOf, postEvent } from './komodor-events.ts';
import { it, type RunningService, type Stage, WEBHOOK_SECRET } from './stage.ts';

const QUIET = { RESYNC_INTERVAL: 'off', EVENT_LISTENER_INTERVAL: '3600' };

describe.concurrent('live events', () => {
  it('bring a changed workload to Port, in both shapes and on all three addresses', async ({ open }) => {
    const { stage, service } = await synced(open);
    const [first, second, third, fourth] = stage.world.services;
    const post = (path: string, body: unknown, headers: Record<string, string>) =>
      service.call('POST', path, body, { authorization: '', ...headers });

    await postEvent(service, eventOf(change(stage.world, first, { status: 'unhealthy' })));
    await until(stage.isTrue);
    const older = olderEventOf(change(stage.world, second, { status: 'unknown' }));
    expect((await post(`/webhooks/komodor/${WEBHOOK_SECRET}`, older, {})).status).toBe(202);
    await until(stage.isTrue);
    const event = eventOf(change(stage.world, third, { labels: { changed: 'yes' } }));
    expect((await post('/integration/webhook', event, { 'x-webhook-token': WEBHOOK_SECRET })).status).toBe(202);
    await until(stage.isTrue);

    const unheard = eventOf(change(stage.world, fourth, { status: 'unknown' }));
    expect((await post('/webhooks/komodor/wrong', unheard, {})).status).toBe(401);
    expect((await post('/webhooks/komodor', unheard, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await post('/webhooks/komodor', '{"cluster":', { 'x-webhook-token': WEBHOOK_SECRET })).status).toBe(400);
    await idle(service);
    expect(stage.isTrue()).toBe(false);
    expect(await service.runs()).toHaveLength(1);
    expect(stage.store.deletions).toEqual([]);
  });

  it('make few requests to Komodor for a burst about one workload', async ({ open }) => {
    const { stage, service } = await synced(open);
    const [first] = stage.world.services;
    const before = stage.komodor.log.length;
    const events = Array.from({ length: 200 }, async (_, index) => {
      // The last one's state is what must be in Port.
      const changed = change(stage.world, first, { labels: { step: String(index) } });
      await postEvent(service, eventOf(changed));
    });
    await Promise.all(events);
    await until(stage.isTrue);
    await idle(service);
    // How many are put together depends on how fast they come; one by one they would be several requests each.
    expect(stage.komodor.log.length - before).toBeLessThan(events.length / 2);
  });

  it('delete the entity of a workload that is gone, and nothing else', async ({ open }) => {
    const { stage, service } = await synced(open);
    const [first, second] = stage.world.services;
    for (const [gone, event] of [
      [first, eventOf],
      [second, olderEventOf],
    ] as const) {
      const before = stage.store.deletions.length;
      await postEvent(service, event(remove(stage.world, gone)));
      await until(() => stage.store.deletions.length > before);
      await idle(service);
      expect(stage.store.deletions.slice(before)).toEqual([
        expect.objectContaining({ blueprint: 'komodorService', identifier: gone && serviceIdentifier(gone) }),
      ]);
    }
    const left = stage.store.entitiesOf('komodorService').map(({ identifier }) => identifier);
    expect(left.sort()).toEqual(stage.world.services.map(serviceIdentifier).sort());
  });

  it('leave an entity alone that somebody else has written', async ({ open }) => {
    const { stage, service } = await synced(open);
    const gone = remove(stage.world, stage.world.services[0]);
    const identifier = serviceIdentifier(gone);
    const ours = stage.store.entity('komodorService', identifier);
    if (ours === undefined) throw new Error('It was not there');
    stage.store.putEntity({ ...ours, datasource: 'port-ocean/komodor/0.2.0/another-installation/exporter' });
    const before = stage.komodor.log.length;
    await postEvent(service, eventOf(gone));
    await until(() => stage.komodor.log.length > before);
    await idle(service);
    expect(stage.store.entity('komodorService', identifier)).toBeDefined();
    expect(stage.store.deletions).toEqual([]);
  });

  it.for([
    'services-scoped -> 500 x5',
    'services-scoped -> no-meta x2',
    'services-scoped -> more-but-empty x2',
    'services-scoped -> half-page x2',
    'services-scoped -> half-page once',
    'services-scoped -> cut x4',
    'services-scoped -> garbage x4',
    'risks-scoped -> drop-list x2',
  ])('delete nothing while Komodor answers badly, and are right in the end: %s', async (fault, { open }) => {
    const { stage, service } = await synced(open);
    const [first] = stage.world.services;
    stage.komodor.faults.add(fault);
    await postEvent(service, eventOf(change(stage.world, first, { status: 'unknown' })));
    await until(stage.isTrue, 30_000);
    await idle(service);
    expect(stage.store.deletions).toEqual([]);
    stage.expectTruth();
  });

  it.for(['inline queue', ...(withoutOwnRedis === undefined ? ['Redis'] : [])])(
    'are not undone by a resync that read its pages before: %s',
    async (queue, { open }) => {
      const { stage, service } = await synced(open, { queue }, { KOMODOR_SERVICES_PAGE_SIZE: '10' });
      const [changed, gone, appears] = stage.world.services;
      // All three stand in page 1 of the resync as something that is to be written.
      change(stage.world, changed, { labels: { version: 'of the page' } });
      change(stage.world, gone, { labels: { version: 'of the page' } });
      stage.store.dropEntity('komodorService', appears ? serviceIdentifier(appears) : '');
      stage.komodor.faults.add('services page 2 -> slow 2500 once');
      const { runId } = await service.request();
      const before = stage.komodor.log.length;
      await until(() => stage.komodor.log.slice(before).some(({ route }) => route === 'services'));
      await sleep(150);

      await postEvent(service, eventOf(change(stage.world, changed, { labels: { version: 'after the page' } })));
      await postEvent(service, eventOf(remove(stage.world, gone)));
      await postEvent(service, eventOf(change(stage.world, appears, { labels: { version: 'after the page' } })));
      await until(() => stage.store.deletions.length === 1);
      await until(() => label(stage, changed) === 'after the page' && label(stage, appears) === 'after the page');
      expect((await service.call('GET', `/v1/runs/${runId}`)).text).toContain('"running"');

      expect(await service.ended(runId)).toMatchObject({ status: 'completed' });
      expect(label(stage, changed)).toBe('after the page');
      expect(label(stage, appears)).toBe('after the page');
      expect(gone && stage.store.entity('komodorService', serviceIdentifier(gone))).toBeUndefined();
      expect(stage.store.entitiesOf('komodorService')).toHaveLength(stage.world.services.length);
    },
  );

  it("bring a risk's new status", async ({ open }) => {
    const { stage, service } = await synced(open);
    const { world } = stage;
    const at = world.risks.findIndex((risk) => risk.status === 'open' && isListed(stage, risk.id));
    const risk = world.risks[at];
    const target = world.services.find((candidate) => serviceUid(candidate) === risk?.komodorUid);
    if (risk === undefined || target === undefined) throw new Error('No such risk');
    world.risks[at] = { ...risk, status: 'resolved', lastEvaluatedAt: world.now };
    await postEvent(service, eventOf(target));
    await until(stage.isTrue);
    expect(stage.store.entity('komodorHealthMonitoring', risk.id)?.properties.status).toBe('resolved');
  });

  it('do no harm when they are about something that we do not know', async ({ open }) => {
    const { stage, service } = await synced(open);
    const [first] = stage.world.services;
    if (first === undefined) throw new Error('An empty world');
    const known = eventOf(first);
    const bodies = [
      { type: 'Test!' },
      {},
      { ...known, resourceKind: 'Banana' },
      { ...known, resourceKind: 'deployment' },
      { ...known, resourceKind: 'Node', namespace: '', resourceName: 'ip-10-0-0-1', monitorType: 'node' },
      { ...known, resourceKind: undefined, monitorType: 'pvc' },
      { ...known, cluster: '<no value>', serviceName: 7 },
      { ...known, cluster: 'nowhere' },
      { ...known, resourceName: 'nobody' },
      { ...known, resourceName: 'a"b\\c|d e\u0000f' },
      { ...known, resourceName: 'x'.repeat(5_000) },
    ];
    for (const body of bodies) {
      const { status } = await service.call('POST', '/webhooks/komodor', body, {
        'x-webhook-token': WEBHOOK_SECRET,
        authorization: '',
      });
      expect(status, JSON.stringify(body).slice(0, 200)).toBe(202);
    }
    await idle(service);
    stage.expectTruth();
    expect(stage.store.deletions).toEqual([]);
    await postEvent(service, eventOf(change(stage.world, first, { status: 'unknown' })));
    await until(stage.isTrue);
  });
});

/** A service whose first resync is done, and that does nothing more by itself. */
async function synced(
  open: () => Promise<Stage>,
  options: { readonly queue?: string } = {},
  env: { readonly [name: string]: string } = {},
): Promise<{ stage: Stage; service: RunningService }> {
  const stage = await open();
  const redis = options.queue === 'Redis' ? await stage.redis() : undefined;
  await redis?.start();
  const service = await stage.service({ ...QUIET, ...env, ...(redis ? { REDIS_URL: redis.url } : {}) });
  await service.settled();
  stage.expectTruth();
  return { stage, service };
}

/** Waits until no live event is left, with time for one that is being worked off. */
async function idle(service: RunningService): Promise<void> {
  await until(async () => metricOf(await service.metrics(), 'komodor_port_queue_depth{queue="live_waiting"}') === 0);
  await sleep(400);
}

function change(world: World, of: WorldService | undefined, changes: Partial<WorldService>): WorldService {
  const at = of === undefined ? -1 : world.services.findIndex((candidate) => serviceUid(candidate) === serviceUid(of));
  const before = world.services[at];
  if (before === undefined) throw new Error('It is not in the world');
  const changed = { ...before, ...changes };
  world.services[at] = changed;
  return changed;
}

function remove(world: World, of: WorldService | undefined): WorldService {
  const at = world.services.findIndex((candidate) => of !== undefined && serviceUid(candidate) === serviceUid(of));
  const [gone] = at < 0 ? [] : world.services.splice(at, 1);
  if (gone === undefined) throw new Error('It is not in the world');
  return gone;
}

function label({ store }: Stage, of: WorldService | undefined): unknown {
  const labels = of && store.entity('komodorService', serviceIdentifier(of))?.properties.labels;
  return typeof labels === 'object' && labels !== null && 'version' in labels ? labels.version : undefined;
}

function isListed({ store }: Stage, risk: string): boolean {
  return store.entity('komodorHealthMonitoring', risk) !== undefined;
}
