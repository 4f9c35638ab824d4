import { describe, expect } from 'vitest';
import { blueprintOf, explain, it, problemsOf } from '../resync/harness.ts';
import { serviceIdentifier } from '../resync/oracle.ts';
import { servicesMapping, shippedMapping } from '../resync/shipped.ts';
import { removeServices } from '../resync/world-steps.ts';
import { digestsOf, expectNothingLost, expectRecovery, filled } from './stage.ts';

describe.concurrent('guards before a deletion', () => {
  it('ocean-global-deletion-guard: many entities of one kind do not thin out the share of another', async ({
    start,
  }) => {
    const harness = await filled(start, {
      services: 20,
      risksPerService: 4,
      mapping: shippedMapping({ entityDeletionThreshold: '0.5' }),
    });
    const { world, store } = harness;
    const risks = store.entitiesOf('komodorHealthMonitoring').length;
    world.services.splice(0, 15);
    expect(15 / (20 + risks)).toBeLessThan(0.5);
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('blocked');
    expect(blueprintOf(report, 'komodorService').deletionBlocked).toMatchObject({ reason: 'threshold', count: 15 });
    expect(store.entitiesOf('komodorService')).toHaveLength(20);
  });

  it('ocean-guard-misreports-total: the message names the real share, and a digest to approve', async ({ start }) => {
    const harness = await filled(start, { services: 20, risksPerService: 0, mapping: servicesMapping({}) });
    removeServices(harness.world, 8);
    const report = await harness.run();
    const [problem] = problemsOf(report, 'deletion_blocked');
    const [digest = 'none'] = digestsOf(report);
    expect(problem?.message).toContain('40 %');
    expect(problem?.message).toContain(digest);
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ stale: 8, deleted: 0 });
    const approved = await harness.run('resync', { approve: [digest] });
    expect(approved.status, explain(approved)).toBe('completed');
    harness.expectTruth();
  });

  it('ocean-cascading-deletion: with deleteDependentEntities on, other people’s entities stay, and the one they need too', async ({
    start,
  }) => {
    const mapping = servicesMapping({ deleteDependentEntities: 'true' });
    const harness = await filled(start, { services: 20, risksPerService: 0, mapping });
    const { store, world } = harness;
    const relations = { service: { target: 'komodorService', required: true } };
    store.putBlueprint({ identifier: 'contract', title: 'Contract', schema: { properties: {} }, relations });
    const [needed, other] = removeServices(world, 2).map(serviceIdentifier);
    const relation = { service: needed ?? '' };
    store.putEntity({ blueprint: 'contract', identifier: 'c', relations: relation, datasource: 'somebody/else' });
    const report = await harness.run();
    expect(store.entity('contract', 'c')).toBeDefined();
    expect(store.deletions.map(({ identifier, cascaded }) => ({ identifier, cascaded }))).toEqual([
      { identifier: other, cascaded: false },
    ]);
    expect(problemsOf(report, 'delete_failed')).toMatchObject([{ count: 1, samples: [needed] }]);
    expect(report.status).toBe('degraded');
  });

  it('ocean-failing-kind-freezes-deletion: a kind that cannot be read does not keep another from deleting', async ({
    start,
  }) => {
    const harness = await filled(start, { services: 30 });
    const [gone] = removeServices(harness.world, 1);
    const risks = harness.store.entitiesOf('komodorHealthMonitoring').length;
    harness.komodor.faults.add('risks -> 404');
    const report = await harness.run();
    expect(report.status).toBe('failed');
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ stale: 1, deleted: 1, deletionBlocked: null });
    expect(gone && harness.store.entity('komodorService', serviceIdentifier(gone))).toBeUndefined();
    expect(harness.store.entitiesOf('komodorHealthMonitoring')).toHaveLength(risks);
  });

  it('k8s-exporter-no-threshold: a list that is really empty waits for approval', async ({ start }) => {
    const harness = await filled(start, {
      services: 20,
      risksPerService: 0,
      mapping: servicesMapping({ entityDeletionThreshold: '1' }),
    });
    removeServices(harness.world, 20);
    const report = await harness.run();
    expect(report.status).toBe('blocked');
    expect(blueprintOf(report, 'komodorService').deletionBlocked).toMatchObject({ reason: 'emptied', count: 20 });
    expect(harness.store.deletions).toEqual([]);
    const approved = await harness.run('resync', { approve: digestsOf(report) });
    expect(approved.status, explain(approved)).toBe('completed');
    expect(harness.store.deletions).toHaveLength(20);
  });

  it('k8s-exporter-delete-errors-swallowed: a deletion that Port refuses is in the verdict and is tried again', async ({
    start,
  }) => {
    const harness = await filled(start, { services: 20, risksPerService: 0, mapping: servicesMapping({}) });
    removeServices(harness.world, 2);
    harness.port.faults.add('delete -> 403');
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    expect(problemsOf(report, 'delete_failed')).toMatchObject([{ count: 2 }]);
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ stale: 2, deleted: 0 });
    await expectRecovery(harness);
  });

  it('k8s-exporter-race-deletes: with many batches in flight no seen entity is forgotten', async ({ start }) => {
    const harness = await filled(start, {
      services: 60,
      risksPerService: 2,
      mapping: shippedMapping({ createMissingRelatedEntities: 'true', entityDeletionThreshold: '1' }),
      env: { KOMODOR_SERVICES_PAGE_SIZE: '7', KOMODOR_RISKS_PAGE_SIZE: '7', PORT_BATCHES_IN_FLIGHT: '32' },
    });
    // Everything is written again, so that writing and taking notice overlap in the second run too.
    for (const entity of harness.store.entitiesOf('komodorService'))
      harness.store.putEntity({ ...entity, title: 'old' });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(report.blueprints.map(({ stale, deleted }) => ({ stale, deleted }))).toEqual([
      { stale: 0, deleted: 0 },
      { stale: 0, deleted: 0 },
    ]);
    expectNothingLost(harness);
  });
});
