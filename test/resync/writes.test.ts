import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blueprintOf, explain, problemsOf, startHarness } from './harness.ts';
import { expectedCatalog, serviceIdentifier } from './oracle.ts';
import { shippedMapping } from './shipped.ts';
import { changeFirst, worldOf } from './world-steps.ts';

/** A shipped blueprint with its properties changed by the test. */
function blueprint(file: string, change: (properties: Record<string, unknown>) => void) {
  const body = JSON.parse(readFileSync(new URL(`../../blueprints/${file}.json`, import.meta.url), 'utf8'));
  change(body.schema.properties);
  return body;
}

describe('when Port does not take everything', () => {
  it('only the refused item of a batch is missing', async () => {
    const harness = await startHarness();
    harness.port.faults.add('bulk call 1 -> refuse-item 3 422');
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ created: 39, failed: 1 });
    const [problem] = problemsOf(report, 'upsert_failed');
    expect(problem).toMatchObject({ count: 1, severity: 'error' });
    expect(harness.store.entity('komodorService', problem?.samples[0] ?? '')).toBeUndefined();
    expect((await harness.run()).status).toBe('completed');
    harness.expectTruth();
  });

  it.each(['422', '413', '400'])('a batch that is refused as a whole with %s is taken apart, and all of it lands', async (status) => {
    const harness = await startHarness();
    harness.port.faults.add(`bulk call 1 -> ${status}`);
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    harness.expectTruth();
  });

  it.each(['429 retry-after 1', '503 twice', 'reset', 'cut', 'garbage'])('a batch that meets "%s" is sent again', async (fault) => {
    const harness = await startHarness();
    harness.port.faults.add(`bulk call 2 -> ${fault}`);
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(report.requests.retries).toBeGreaterThan(0);
    harness.expectTruth();
  });

  it('nothing is lost when the token runs out on the way', async () => {
    const harness = await startHarness({
      services: 120,
      port: { tokenTtlSeconds: 2, latencyMs: 120 },
      env: { PORT_BATCHES_IN_FLIGHT: '1' },
    });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(harness.port.log.filter(({ route }) => route === 'token').length).toBeGreaterThan(1);
    harness.expectTruth();
  });

  it('the run has failed when nothing could be written', async () => {
    const harness = await startHarness();
    harness.port.faults.add('bulk -> refuse-all 403');
    const report = await harness.run();
    expect(report.status).toBe('failed');
    expect(report.blueprints.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(problemsOf(report, 'upsert_failed').length).toBeGreaterThan(0);
  });

  it('what points at a refused entity lands without the relation, and gets it later', async () => {
    const harness = await startHarness();
    harness.port.faults.add('bulk -> refuse-blueprint komodorService 403');
    const report = await harness.run();
    expect(report.status).toBe('failed');
    const { komodorHealthMonitoring } = expectedCatalog(harness.world);
    expect(blueprintOf(report, 'komodorHealthMonitoring')).toMatchObject({ created: komodorHealthMonitoring.length, failed: 0 });
    expect(problemsOf(report, 'relation_target_missing')).toHaveLength(1);
    harness.port.faults.clear();
    const next = await harness.run();
    expect(next.status, explain(next)).toBe('completed');
    harness.expectTruth();
  });

  it('a value that an existing blueprint does not allow costs only itself, and the blueprint stays as it is', async () => {
    const own = blueprint('komodor-service', (properties) => {
      properties.status = { type: 'string', enum: ['healthy', 'unhealthy'] };
    });
    const harness = await startHarness({ world: worldOf({ status: 'unknown' }, { status: 'healthy' }), port: { initial: { blueprints: [own] } } });
    const before = JSON.stringify(harness.store.blueprint('komodorService')?.schema);
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    expect(problemsOf(report, 'value_refused')).toMatchObject([{ count: 1 }]);
    expect(problemsOf(report, 'blueprint_drift')).toHaveLength(1);
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ created: 2, failed: 0 });
    expect(harness.store.entitiesOf('komodorService').map(({ properties }) => properties.status)).toEqual([undefined, 'healthy']);
    expect(JSON.stringify(harness.store.blueprint('komodorService')?.schema)).toBe(before);
  });

  it('a blueprint that lacks a property gets it, and keeps what it has of its own', async () => {
    const own = blueprint('komodor-service', (properties) => {
      delete properties.labels;
      properties.owner = { type: 'string' };
    });
    const harness = await startHarness({ port: { initial: { blueprints: [own] } } });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(Object.keys(harness.store.blueprint('komodorService')?.schema.properties ?? {})).toEqual(expect.arrayContaining(['labels', 'owner']));
    harness.expectTruth();
  });
});

describe('what the flags of the mapping say', () => {
  const withOwner = () => blueprint('komodor-service', (properties) => void (properties.owner = { type: 'string' }));

  it.each([
    ['true', 'platform'],
    ['false', undefined],
  ])('enableMergeEntity %s: what others added to a changed entity is then %s', async (enableMergeEntity, owner) => {
    const harness = await startHarness({ services: 3, mapping: shippedMapping({ enableMergeEntity }), port: { initial: { blueprints: [withOwner()] } } });
    await harness.run();
    const identifier = serviceIdentifier(changeFirst(harness.world, {}));
    const entity = harness.store.entity('komodorService', identifier);
    if (entity === undefined) throw new Error('nothing was written');
    harness.store.putEntity({ ...entity, properties: { ...entity.properties, owner: 'platform' } });
    changeFirst(harness.world, { uid: 'another-uid' });
    await harness.run();
    const { properties } = harness.store.entity('komodorService', identifier) ?? {};
    expect(properties).toMatchObject({ service_id: 'another-uid', namespace_name: entity.properties.namespace_name });
    expect(properties?.owner).toBe(owner);
  });

  it('a field that Komodor stops sending is cleared', async () => {
    const harness = await startHarness({ world: worldOf({ lastDeploy: { startTime: 1, endTime: 2, status: 'success' } }) });
    await harness.run();
    expect(harness.store.entitiesOf('komodorService')[0]?.properties).toHaveProperty('last_deploy_at');
    const { lastDeploy: _gone, ...rest } = changeFirst(harness.world, {});
    harness.world.services[0] = rest;
    await harness.run();
    harness.expectTruth();
  });

  it('createMissingRelatedEntities lets Port make what is pointed at, which is not taken for stale later', async () => {
    const harness = await startHarness({ services: 60, risksPerService: 3, mapping: shippedMapping({ createMissingRelatedEntities: 'true' }) });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    const made = harness.store.entitiesOf('komodorService').filter(({ identifier }) => identifier.endsWith('-retired'));
    expect(made.length).toBeGreaterThan(0);
    harness.cutLogs();
    const next = await harness.run();
    expect(next.status, explain(next)).toBe('completed');
    expect(harness.portWrites()).toEqual([]);
    expect(harness.store.entitiesOf('komodorService').length).toBe(60 + made.length);
  });
});
