import { describe, expect } from 'vitest';
import { blueprintOf, explain, type Harness, type HarnessOptions, IDENTIFIER, it, problemsOf } from './harness.ts';
import { expectedCatalog, serviceIdentifier } from './oracle.ts';
import { servicesMapping, shippedMapping } from './shipped.ts';
import { changeFirst, removeServices } from './world-steps.ts';

/** Half the work where the risks do not matter. */
const SERVICES_ONLY: HarnessOptions = { risksPerService: 0, mapping: servicesMapping({}) };

/** A Port that is filled already. */
async function filled(
  start: (options?: HarnessOptions) => Promise<Harness>,
  options: HarnessOptions = {},
): Promise<Harness> {
  const harness = await start(options);
  const report = await harness.run();
  expect(report.status, explain(report)).toBe('completed');
  harness.cutLogs();
  return harness;
}

function digestsOf({ blueprints }: Awaited<ReturnType<Harness['run']>>): string[] {
  return blueprints.flatMap(({ deletionBlocked }) => (deletionBlocked ? [deletionBlocked.digest] : []));
}

describe.concurrent('what is gone', () => {
  it('is deleted after a second look at its own namespace and resource', async ({ start }) => {
    const harness = await filled(start, { risksPerService: 4 });
    removeServices(harness.world, 1);
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ stale: 1, deleted: 1, deletionBlocked: null });
    expect(harness.komodor.log.map(({ route }) => route)).toContain('services-scoped');
    expect(harness.komodor.log.map(({ route }) => route)).toContain('risks-scoped');
    harness.expectTruth();
  });

  it('waits for approval when it is too much; the approval counts for exactly this set', async ({ start }) => {
    const harness = await filled(start);
    const before = harness.store.snapshot();
    removeServices(harness.world, 20);
    const blocked = await harness.run();
    expect(blocked.status).toBe('blocked');
    expect(blueprintOf(blocked, 'komodorService').deletionBlocked).toMatchObject({ reason: 'threshold', count: 20 });
    expect(harness.store.snapshot()).toEqual(before);
    const digests = digestsOf(blocked);
    expect(
      problemsOf(blocked, 'deletion_blocked')
        .map(({ message }) => message)
        .join(),
    ).toContain(digests[0]);

    const approved = await harness.run('resync', { approve: digests });
    expect(approved.status, explain(approved)).toBe('completed');
    harness.expectTruth();
  });

  it('blocks anew, with another name, when the set has changed since the approval', async ({ start }) => {
    const harness = await filled(start);
    removeServices(harness.world, 20);
    const first = digestsOf(await harness.run());
    removeServices(harness.world, 1);
    const report = await harness.run('resync', { approve: first });
    expect(report.status).toBe('blocked');
    expect(harness.store.deletions).toEqual([]);
    expect(problemsOf(report, 'approval_unmatched').length).toBeGreaterThan(0);
    const { deletionBlocked } = blueprintOf(report, 'komodorService');
    expect(deletionBlocked).toMatchObject({ reason: 'threshold', count: 21 });
    expect(first).not.toContain(deletionBlocked?.digest);
  });

  it('may be everything, but not without approval, whatever the threshold says', async ({ start }) => {
    const harness = await filled(start, { mapping: shippedMapping({ entityDeletionThreshold: '1' }) });
    removeServices(harness.world, harness.world.services.length);
    harness.world.risks.length = 0;
    const report = await harness.run();
    expect(report.status).toBe('blocked');
    expect(report.blueprints.map(({ deletionBlocked }) => deletionBlocked?.reason)).toEqual(['emptied', 'emptied']);
    expect(harness.store.deletions).toEqual([]);
    const approved = await harness.run('resync', { approve: digestsOf(report) });
    expect(approved.status, explain(approved)).toBe('completed');
    harness.expectTruth();
  });

  it.for(['0', 'null'])('never goes by itself with a threshold of %s', async (entityDeletionThreshold, { start }) => {
    const harness = await filled(start, { mapping: servicesMapping({ entityDeletionThreshold }) });
    removeServices(harness.world, 1);
    const report = await harness.run();
    expect(blueprintOf(report, 'komodorService')).toMatchObject({
      deleted: 0,
      deletionBlocked: { reason: 'threshold', count: 1 },
    });
    expect(harness.store.deletions).toEqual([]);
  });

  it('stays while an item gives no identifier: it may be the one', async ({ start }) => {
    const harness = await filled(start, SERVICES_ONLY);
    removeServices(harness.world, 1);
    const { namespace } = changeFirst(harness.world, {});
    changeFirst(harness.world, { namespace: '' });
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    expect(problemsOf(report, 'item_rejected')).toMatchObject([{ kind: 'komodorService', count: 1 }]);
    expect(blueprintOf(report, 'komodorService')).toMatchObject({
      deleted: 0,
      deletionBlocked: { reason: 'rejected', count: 2 },
    });
    changeFirst(harness.world, { namespace });
    expect((await harness.run()).status).toBe('completed');
    harness.expectTruth();
  });

  it('stays while an entry of its blueprint cannot be used', async ({ start }) => {
    const harness = await filled(start, SERVICES_ONLY);
    const broken = `  - kind: komodorService
    selector: { query: "true" }
    port: { entity: { mappings: { identifier: ".service |", blueprint: '"komodorService"' } } }`;
    await harness.reopen({ mapping: servicesMapping({}, broken) });
    removeServices(harness.world, 1);
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    expect(problemsOf(report, 'expression_invalid')).toHaveLength(1);
    expect(blueprintOf(report, 'komodorService')).toMatchObject({
      deleted: 0,
      deletionBlocked: { reason: 'disabled', count: 1 },
    });
  });

  it('is left alone when its kind was not asked for', async ({ start }) => {
    const harness = await filled(start);
    const before = harness.store.entitiesOf('komodorHealthMonitoring').length;
    removeServices(harness.world, 2);
    harness.world.risks.length = 0;
    const report = await harness.run('resync', { kinds: ['komodorService'] });
    expect(report.status, explain(report)).toBe('completed');
    expect(report.kinds.map(({ kind }) => kind)).toEqual(['komodorService']);
    expect(blueprintOf(report, 'komodorService').deleted).toBe(2);
    expect(harness.store.entitiesOf('komodorHealthMonitoring')).toHaveLength(before);
  });

  it('is not spoken of when relations only lead to it', async ({ start }) => {
    const harness = await filled(start);
    const report = await harness.run('resync', { kinds: ['komodorHealthMonitoring'] });
    expect(report.status, explain(report)).toBe('completed');
    expect(report.blueprints.map(({ blueprint }) => blueprint)).toEqual(['komodorHealthMonitoring']);
  });

  it('is never what somebody else wrote', async ({ start }) => {
    const harness = await filled(start, SERVICES_ONLY);
    const writers = [
      'someone/else',
      'port-ocean/komodor/0.2.98/another/exporter',
      `port-ocean/kafka/1.0.0/${IDENTIFIER}/exporter`,
    ];
    for (const datasource of writers)
      harness.store.putEntity({ blueprint: 'komodorService', identifier: `of ${datasource}`, datasource });
    removeServices(harness.world, 1);
    const report = await harness.run();
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ stale: 1, deleted: 1 });
    for (const datasource of writers) expect(harness.store.entity('komodorService', `of ${datasource}`)).toBeDefined();
  });

  it('stays, and is named, when somebody needs it; the rest goes', async ({ start }) => {
    const harness = await filled(start, SERVICES_ONLY);
    const relations = { service: { target: 'komodorService', required: true } };
    harness.store.putBlueprint({ identifier: 'contract', title: 'Contract', schema: { properties: {} }, relations });
    const [needed, other] = removeServices(harness.world, 2).map(serviceIdentifier);
    if (needed === undefined || other === undefined) throw new Error('nothing was removed');
    harness.store.putEntity({
      blueprint: 'contract',
      identifier: 'c',
      relations: { service: needed },
      datasource: 'someone/else',
    });
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ stale: 2, deleted: 1 });
    expect(problemsOf(report, 'delete_failed')).toMatchObject([{ count: 1, samples: [needed] }]);
    expect(harness.store.entity('komodorService', other)).toBeUndefined();
    expect(harness.store.entity('contract', 'c')).toBeDefined();
  });

  it('may have been written by the integration that was here before', async ({ start }) => {
    const harness = await filled(start);
    const datasource = `port-ocean/komodor/0.2.98/${IDENTIFIER}/exporter`;
    for (const { identifier: blueprint } of harness.store.blueprints()) {
      for (const entity of harness.store.entitiesOf(blueprint)) harness.store.putEntity({ ...entity, datasource });
    }
    const [gone] = removeServices(harness.world, 1);
    harness.store.putEntity({ blueprint: 'komodorService', identifier: 'without-any-property', datasource });
    harness.cutLogs();
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ created: 0, updated: 0, deleted: 2 });
    expect(gone && harness.store.entity('komodorService', serviceIdentifier(gone))).toBeUndefined();
    harness.expectTruth();
  });
});

describe.concurrent('a run that is stopped', () => {
  it('deletes nothing and says so', async ({ start }) => {
    const harness = await filled(start, SERVICES_ONLY);
    removeServices(harness.world, 1);
    const stop = new AbortController();
    const observer = { kindFinished: () => stop.abort(new DOMException('enough', 'AbortError')) };
    const report = await harness.run('resync', { signal: stop.signal, observer });
    expect(report.status).toBe('aborted');
    expect(harness.store.deletions).toEqual([]);
    expect(blueprintOf(report, 'komodorService').deletionBlocked).toMatchObject({ reason: 'aborted', count: 1 });
    expect(harness.store.entitiesOf('komodorService')).toHaveLength(
      expectedCatalog(harness.world).komodorService.length + 1,
    );
    expect((await harness.run()).status).toBe('completed');
    harness.expectTruth();
  });
});
