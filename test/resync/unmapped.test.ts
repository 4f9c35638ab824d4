import { describe, expect } from 'vitest';
import type { Faults } from '../../src/sandbox/faults.ts';
import { blueprintOf, explain, IDENTIFIER, it, problemsOf } from './harness.ts';
import { servicesMapping, shippedMapping } from './shipped.ts';

const OLD = 'komodorService';
const NEW = { identifier: 'workload', title: 'Workload', schema: { properties: { status: { type: 'string' } } } };
/** The services, now of another blueprint. */
const MOVED = servicesMapping({}).replace(`'"${OLD}"'`, `'"${NEW.identifier}"'`);
const SMALL = { services: 12, risksPerService: 0, mapping: servicesMapping({}) } as const;
/** Refuses the search over all blueprints. */
const REFUSED: Faults = {
  take: (_route, _page, { path }) => (path === '/v1/entities/search' ? { type: 'status', status: 404 } : undefined),
  named: () => undefined,
};

describe.concurrent('what no entry of the mapping writes any more', () => {
  it('is found, named in report and plan, and goes only by approval', async ({ start }) => {
    const harness = await start({ ...SMALL, port: { initial: { blueprints: [NEW] } } });
    await harness.run();
    await harness.reopen({ mapping: MOVED });
    const plan = await harness.run('plan');
    const deletions = (plan.changes ?? []).filter(({ action }) => action === 'delete');
    expect(deletions).toHaveLength(12);
    expect(new Set(deletions.map(({ blueprint, blocked }) => `${blueprint} ${blocked}`))).toEqual(
      new Set([`${OLD} true`]),
    );
    expect(deletions.every(({ title }) => typeof title === 'string')).toBe(true);

    for (const created of [12, 0]) {
      const report = await harness.run();
      expect(report.status).toBe('blocked');
      expect(blueprintOf(report, NEW.identifier)).toMatchObject({ created, status: 'completed' });
      const { deletionBlocked, ...row } = blueprintOf(report, OLD);
      expect(row).toMatchObject({ status: 'blocked', stale: 12, deleted: 0 });
      expect(deletionBlocked).toMatchObject({ reason: 'unmapped', count: 12 });
      expect(deletionBlocked?.sample.length).toBeGreaterThan(0);
      expect(problemsOf(report, 'deletion_blocked')[0]?.message).toContain(deletionBlocked?.digest);
      expect(harness.store.entitiesOf(OLD)).toHaveLength(12);
    }
    const digest =
      (await harness.run()).blueprints.find(({ blueprint }) => blueprint === OLD)?.deletionBlocked?.digest ?? '';
    const approved = await harness.run('resync', { approve: [digest] });
    expect(approved.status, explain(approved)).toBe('completed');
    expect(blueprintOf(approved, OLD)).toMatchObject({ deleted: 12, deletionBlocked: null });
    expect(harness.store.entitiesOf(OLD)).toEqual([]);
    const last = await harness.run();
    expect(last.status, explain(last)).toBe('completed');
    expect(last.blueprints.map(({ blueprint }) => blueprint)).toEqual([NEW.identifier]);
  });

  it('is asked for once, while the kinds are read; at the end where an expression computes the blueprint', async ({
    start,
  }) => {
    const harness = await start(SMALL);
    const asked = () => harness.port.log.flatMap(({ path }, at) => (path === '/v1/entities/search' ? [at] : []));
    const written = () => harness.port.log.findIndex(({ route }) => route === 'bulk');
    await harness.run();
    expect(asked()).toHaveLength(1);
    expect(asked()[0]).toBeLessThan(written());
    harness.cutLogs();
    await harness.reopen({
      mapping: servicesMapping({}).replace(`'"${OLD}"'`, `(("${OLD}", .status) | select(. != null))`),
    });
    await harness.run();
    expect(asked()).toEqual([harness.port.log.length - 1]);
  });

  it('is not what an expression moved to a blueprint that Port does not have: that item is not gone', async ({
    start,
  }) => {
    const harness = await start(SMALL);
    await harness.run();
    await harness.reopen({ mapping: servicesMapping({}).replace(`'"${OLD}"'`, '.status') });
    for (const mode of ['plan', 'resync'] as const) {
      const report = await harness.run(mode);
      expect(problemsOf(report, 'blueprint_missing').length).toBeGreaterThan(0);
      expect(blueprintOf(report, OLD).deletionBlocked).toMatchObject({ reason: 'rejected', count: 12 });
      expect(problemsOf(report, 'deletion_blocked')[0]?.message).not.toContain('--approve-deletions');
    }
    expect(harness.store.entitiesOf(OLD)).toHaveLength(12);
  });

  it('costs an unchanged run one request', async ({ start }) => {
    const harness = await start(SMALL);
    await harness.run();
    harness.cutLogs();
    await harness.run();
    const everywhere = harness.port.log.filter(({ path }) => path === '/v1/entities/search');
    expect(everywhere).toHaveLength(1);
    expect(harness.port.log.filter(({ route }) => route === 'search')).toHaveLength(2);
  });

  it('is not asked for by a run of single kinds', async ({ start }) => {
    const harness = await start(SMALL);
    await harness.run();
    harness.store.putBlueprint(NEW);
    harness.store.putEntity({
      blueprint: 'workload',
      identifier: 'old',
      datasource: `port-ocean/komodor/0.1.0/${IDENTIFIER}/exporter`,
    });
    const report = await harness.run('resync', { kinds: ['komodorService'] });
    expect(report.status, explain(report)).toBe('completed');
    expect(blueprintOf(await harness.run(), 'workload').deletionBlocked).toMatchObject({
      reason: 'unmapped',
      count: 1,
    });
  });

  it('is never somebody else’s, nor another installation’s whose name ends like ours, which is said', async ({
    start,
  }) => {
    const harness = await start({ ...SMALL, port: { initial: { blueprints: [NEW] } } });
    for (const datasource of ['someone/else', `port-ocean/komodor/1.0.0/eu/${IDENTIFIER}/exporter`]) {
      for (const blueprint of ['workload', OLD]) {
        if (blueprint === OLD) await harness.run();
        harness.store.putEntity({ blueprint, identifier: `of ${datasource}`, datasource });
      }
    }
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(report.blueprints.map(({ blueprint }) => blueprint)).toEqual([OLD]);
    expect(problemsOf(report, 'other_installation')).toMatchObject([
      { severity: 'warning', count: 2, samples: [`eu/${IDENTIFIER}`] },
    ]);
  });

  it('leaves the run completed, with a warning, when Port cannot be asked', async ({ start }) => {
    const harness = await start({ ...SMALL, port: { schedule: REFUSED } });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(problemsOf(report, 'port_failed')).toMatchObject([{ severity: 'warning' }]);
  });

  it('is not a blueprint whose entry cannot be used just now', async ({ start }) => {
    const harness = await start({ services: 12, risksPerService: 1 });
    await harness.run();
    await harness.reopen({ mapping: shippedMapping({}).replace('identifier: .id', 'identifier: .id |') });
    const report = await harness.run();
    expect(report.blueprints.map(({ blueprint }) => blueprint)).toEqual([OLD]);
    expect(report.status).toBe('degraded');
  });

  it('is not what Port makes for our relations', async ({ start }) => {
    const team = { identifier: 'group', title: 'Group', schema: { properties: {} } };
    const relations = { group: { target: 'group' } };
    const mapping = servicesMapping(
      { createMissingRelatedEntities: 'true' },
      `  - kind: komodorService
    selector: { query: "true" }
    port:
      entity:
        mappings: { identifier: .service, blueprint: '"workload"', relations: { group: .namespace } }
`,
    );
    const harness = await start({
      ...SMALL,
      mapping,
      port: { initial: { blueprints: [team, { ...NEW, relations }] } },
    });
    for (let run = 0; run < 2; run += 1) {
      const report = await harness.run();
      expect(report.status, explain(report)).toBe('completed');
      expect(harness.store.entitiesOf('group').length).toBeGreaterThan(0);
    }
    harness.store.putEntity({ ...harness.store.entitiesOf('group')[0], blueprint: 'group', identifier: 'left-over' });
    const report = await harness.run();
    expect(blueprintOf(report, 'group').deletionBlocked).toMatchObject({
      reason: 'unmapped',
      count: 1,
      sample: ['left-over'],
    });
  });
});
