import { describe, expect } from 'vitest';
import { changeWorld } from '../../src/sandbox/world/change-world.ts';
import { blueprintOf, explain, type Harness, it } from './harness.ts';
import { type ExpectedCatalog, expectedCatalog } from './oracle.ts';
import { worldOf } from './world-steps.ts';

describe.concurrent('a resync', () => {
  it('fills an empty Port with exactly what the mapping makes of the world', async ({ start }) => {
    const harness = await start({ services: 400, clusters: 4 });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    harness.expectTruth();
    const { komodorService, komodorHealthMonitoring } = expectedCatalog(harness.world);
    expect(blueprintOf(report, 'komodorService')).toMatchObject({
      created: komodorService.length,
      failed: 0,
      deleted: 0,
    });
    expect(blueprintOf(report, 'komodorHealthMonitoring').created).toBe(komodorHealthMonitoring.length);
    expect(komodorHealthMonitoring.some(({ relations }) => relations.service !== undefined)).toBe(true);
    expect(komodorService.some(({ identifier }) => identifier.includes('=28basement=202=29'))).toBe(true);
  });

  it('writes nothing when nothing has changed, asks Port little, and reads each page once', async ({ start }) => {
    const harness = await start({ services: 2000, clusters: 4 });
    await harness.run();
    harness.cutLogs();
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(harness.portWrites()).toEqual([]);
    expect(harness.port.log.length).toBeLessThanOrEqual(60);
    expect(report.requests.port).toBe(harness.port.log.length);
    const pages = harness.komodor.log.filter(({ route }) => route === 'risks').map(({ query }) => query);
    expect(new Set(pages).size).toBe(pages.length);
    const { unchanged, created, updated } = blueprintOf(report, 'komodorService');
    expect({ unchanged, created, updated }).toEqual({ unchanged: 2000, created: 0, updated: 0 });
    harness.expectTruth();
  });

  it('carries out exactly what the plan said, and the plan itself changes nothing', async ({ start }) => {
    const harness = await start({ services: 200, clusters: 4 });
    await harness.run();
    for (const step of [1, 2, 3]) {
      const sentences = changeWorld(harness.world, step);
      const before = wholeOf(harness);
      harness.cutLogs();

      const plan = await harness.run('plan');
      expect(plan.status, explain(plan)).toBe('completed');
      expect(wholeOf(harness)).toBe(before);
      expect(harness.portWrites()).toEqual([]);
      expect(plan.changes?.length).toBeGreaterThan(0);
      expect(plan.changes?.length).toBeLessThanOrEqual(sentences.length + 20);

      const expected = differences(JSON.parse(before).snapshot, expectedCatalog(harness.world));
      expect(
        (plan.changes ?? []).map(({ action, blueprint, identifier }) => `${action} ${blueprint} ${identifier}`).sort(),
      ).toEqual(expected);

      const report = await harness.run();
      expect(report.status, explain(report)).toBe('completed');
      harness.expectTruth();
      const done = (field: 'created' | 'updated' | 'deleted') =>
        report.blueprints.reduce((sum, one) => sum + one[field], 0);
      const planned = (action: string) => plan.changes?.filter((change) => change.action === action).length;
      expect([done('created'), done('updated'), done('deleted')]).toEqual([
        planned('create'),
        planned('update'),
        planned('delete'),
      ]);
    }
  });

  it('shows old and new values in the plan', async ({ start }) => {
    const harness = await start({ services: 20 });
    await harness.run();
    const [first] = harness.world.services;
    if (!first) throw new Error('the world is empty');
    harness.world.services[0] = { ...first, status: first.status === 'healthy' ? 'unhealthy' : 'healthy' };
    const { changes } = await harness.run('plan');
    expect(changes).toMatchObject([
      {
        action: 'update',
        blueprint: 'komodorService',
        title: first.service,
        properties: { status: { from: first.status, to: harness.world.services[0].status } },
        relations: {},
      },
    ]);
  });

  it('writes nothing at all for a plan on an empty Port', async ({ start }) => {
    const harness = await start({ services: 60 });
    const plan = await harness.run('plan');
    expect(plan.status, explain(plan)).toBe('completed');
    expect(harness.portWrites()).toEqual([]);
    expect(harness.store.blueprints()).toEqual([]);
    expect(harness.store.integrations.list()).toEqual([]);
    const { komodorService, komodorHealthMonitoring } = expectedCatalog(harness.world);
    expect(plan.changes?.map(({ action }) => action)).toEqual(
      [...komodorService, ...komodorHealthMonitoring].map(() => 'create'),
    );
  });

  it('empties what somebody else had filled in before us', async ({ start }) => {
    const harness = await start({ world: worldOf({ lastDeploy: { startTime: 1_700_000_000, status: 'pending' } }) });
    await harness.run();
    const [service] = harness.store.entitiesOf('komodorService');
    if (service === undefined) throw new Error('There is no service');
    const properties = { ...service.properties, last_deploy_at: '2020-01-01T00:00:00Z' };
    harness.store.putEntity({ ...service, properties, datasource: 'a person' });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    harness.expectTruth();
  });

  it('follows what was changed in Port by hand', async ({ start }) => {
    const harness = await start({ services: 20 });
    await harness.run();
    const [entity] = harness.store.entitiesOf('komodorService');
    if (!entity) throw new Error('nothing was written');
    harness.store.putEntity({
      ...entity,
      properties: { ...entity.properties, status: 'unknown', namespace_name: 'elsewhere' },
    });
    const [dropped] = harness.store.entitiesOf('komodorHealthMonitoring');
    if (dropped) harness.store.dropEntity('komodorHealthMonitoring', dropped.identifier);
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    harness.expectTruth();
  });
});

/** Everything that Port keeps, times included, as text. */
function wholeOf({ store }: Harness): string {
  const blueprints = store.blueprints();
  const entities = blueprints.map(({ identifier }) => store.entitiesOf(identifier));
  return JSON.stringify({ snapshot: store.snapshot(), blueprints, entities, integrations: store.integrations.list() });
}

type Catalog = { readonly [blueprint in keyof ExpectedCatalog]: readonly { readonly identifier: string }[] };

/** What leads from one catalog to the other: `create komodorService <identifier>`. */
function differences(before: Catalog, after: ExpectedCatalog): string[] {
  return (['komodorHealthMonitoring', 'komodorService'] as const)
    .flatMap((blueprint) => {
      const old = new Map(before[blueprint].map((entity) => [entity.identifier, entity]));
      const fresh = new Map(after[blueprint].map((entity) => [entity.identifier, entity]));
      const line = (action: string, identifier: string) => `${action} ${blueprint} ${identifier}`;
      return [
        ...[...fresh.keys()].filter((id) => !old.has(id)).map((id) => line('create', id)),
        ...[...old.keys()].filter((id) => !fresh.has(id)).map((id) => line('delete', id)),
        ...[...fresh]
          .filter(([id, entity]) => old.has(id) && stable(old.get(id)) !== stable(entity))
          .map(([id]) => line('update', id)),
      ];
    })
    .sort();
}

function stable(value: unknown): string {
  const sort = (_key: string, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner;
  return JSON.stringify(value, sort);
}
