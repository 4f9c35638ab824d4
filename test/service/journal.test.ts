import { describe, expect } from 'vitest';
import { loadSettings } from '../../src/config/settings.ts';
import type { Journal, JournalRow } from '../../src/core/journal.ts';
import { connectRedis } from '../../src/queue/redis-connections.ts';
import { createRedisJournal } from '../../src/queue/redis-journal.ts';
import { RedisKeys } from '../../src/queue/redis-keys.ts';
import { changeWorld } from '../../src/sandbox/world/change-world.ts';
import { keySpaceOf } from '../../src/service/key-space.ts';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { until } from './caller.ts';
import { eventOf, postEvent } from './komodor-events.ts';
import { it, type Stage } from './stage.ts';

const QUIET = { RESYNC_INTERVAL: 'off', EVENT_LISTENER_INTERVAL: '3600' };

async function rowsIn(journal: Journal, runId: string): Promise<readonly JournalRow[]> {
  const rows: JournalRow[] = [];
  for await (const some of journal.rows(runId, {}, new AbortController().signal)) rows.push(...some);
  return rows;
}

describe.skipIf(withoutOwnRedis !== undefined).concurrent('the journal of a service', () => {
  /** A service with a Redis, a second look at its journal, and a first resync. */
  async function started(open: () => Promise<Stage>, more: { readonly [name: string]: string } = {}) {
    const stage = await open();
    const redis = await stage.redis();
    await redis.start();
    const env = { ...QUIET, REDIS_URL: redis.url, ...more };
    const service = await stage.service(env);
    const connections = connectRedis(redis.url, () => undefined);
    const keys = new RedisKeys(keySpaceOf(loadSettings({ ...stage.env, ...env }, { dotenvPath: '/dev/null' })));
    const [first] = await service.settled();
    if (!first) throw new Error('There was no first run');
    const journal = createRedisJournal(connections, keys, { log: () => undefined });
    return { stage, service, journal, first: first.runId, close: () => connections.close() };
  }

  it('has what each resync, plan and live event changed', async ({ open }) => {
    const { stage, service, journal, first, close } = await started(open);
    const created = await rowsIn(journal, first);
    const inPort = stage.store
      .blueprints()
      .flatMap(({ identifier }) => stage.store.entitiesOf(identifier))
      .map(({ blueprint, identifier }) => `${blueprint} ${identifier}`);
    expect(created.map(({ blueprint, identifier }) => `${blueprint} ${identifier}`).sort()).toEqual(inPort.sort());
    expect(await journal.find(first)).toMatchObject({
      ...{ mode: 'resync', trigger: 'start', status: 'completed', rows: created.length, lost: 0 },
      counts: { create: { done: created.length } },
    });

    changeWorld(stage.world, 1);
    const planned = await service.ended((await service.request({ mode: 'plan' })).runId);
    const plan = await rowsIn(journal, planned.runId);
    expect(new Set(plan.map(({ outcome }) => outcome))).toEqual(new Set(['planned']));
    const { runId } = await service.ended((await service.request()).runId);
    const done = await rowsIn(journal, runId);
    const namesOf = (rows: readonly JournalRow[]) =>
      rows.map(({ action, identifier }) => `${action} ${identifier}`).sort();
    expect(namesOf(done)).toEqual(namesOf(plan));
    expect(done.length).toBeGreaterThan(0);

    const [service0] = stage.world.services;
    if (!service0) throw new Error('The world is empty');
    stage.world.services[0] = { ...service0, status: service0.status === 'healthy' ? 'unhealthy' : 'healthy' };
    await postEvent(service, eventOf(stage.world.services[0]));
    await until(stage.isTrue);
    await until(async () => (await journal.runs()).some(({ mode }) => mode === 'live'));
    const live = (await journal.runs()).find(({ mode }) => mode === 'live');
    const [row] = await rowsIn(journal, live?.runId ?? '');
    expect(row).toMatchObject({
      action: 'update',
      outcome: 'done',
      properties: { status: { to: expect.any(String) } },
    });
    const history = await journal.history(row?.blueprint ?? '', row?.identifier ?? '', 10);
    expect(history.at(0)?.mode).toBe('live');
    expect(history.at(-1)).toMatchObject({ runId: first, action: 'create' });
    await close();
  });

  it('has no values with RUN_HISTORY=names, and nothing with RUN_HISTORY=off', async ({ open }) => {
    const [names, off] = await Promise.all([
      started(open, { RUN_HISTORY: 'names' }),
      started(open, { RUN_HISTORY: 'off' }),
    ]);
    const planned = await names.service.ended((await names.service.request({ mode: 'plan' })).runId);
    for (const runId of [names.first, planned.runId]) {
      for (const row of await rowsIn(names.journal, runId)) {
        expect(row.properties).toBeUndefined();
        expect(row.fields?.length).toBeGreaterThan(0);
      }
    }
    expect((await rowsIn(names.journal, names.first)).length).toBeGreaterThan(0);
    expect(await off.journal.runs()).toEqual([]);
    await Promise.all([names.close(), off.close()]);
  });
});
