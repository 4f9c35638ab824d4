import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { blueprintOf, explain, type Harness, it, problemsOf } from './harness.ts';
import { expectedCatalog, serviceIdentifier } from './oracle.ts';
import { shippedMapping } from './shipped.ts';
import { changeFirst, worldOf } from './world-steps.ts';

/** A shipped blueprint with its properties changed by the test. */
function blueprint(file: string, change: (properties: Record<string, unknown>) => void) {
  const body = JSON.parse(readFileSync(new URL(`../../blueprints/${file}.json`, import.meta.url), 'utf8'));
  change(body.schema.properties);
  return body;
}

function bulkStatuses({ port }: Harness): readonly number[] {
  return port.log.filter(({ route }) => route === 'bulk').map(({ status }) => status);
}

describe.concurrent('when Port does not take everything', () => {
  it('only the refused item of a batch is missing', async ({ start }) => {
    const harness = await start();
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

  it.for(['integration', 'blueprints'])(
    'says that Port failed where nothing goes without: %s',
    async (route, { start }) => {
      const harness = await start();
      harness.port.faults.add(`${route} -> 501`);
      const report = await harness.run();
      expect(report.status).toBe('failed');
      expect(report.problems.map(({ code }) => code)).toContain('port_failed');
      expect(problemsOf(report, 'unexpected')).toEqual([]);
    },
  );

  it('a batch that is refused as a whole is taken apart, and all of it lands', async ({ start }) => {
    const harness = await start({ services: 100 });
    for (const fault of ['call 1 -> 422', 'call 6 -> 413', 'call 12 -> 400']) harness.port.faults.add(`bulk ${fault}`);
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(bulkStatuses(harness)).toEqual(expect.arrayContaining([422, 413, 400]));
    harness.expectTruth();
  });

  it('a batch that meets trouble of the moment is sent again', async ({ start }) => {
    const harness = await start({ services: 100 });
    const faults = [
      'call 1 -> 429 retry-after 1',
      'from 3 -> 503 twice',
      'call 7 -> reset',
      'call 9 -> cut',
      'call 11 -> garbage',
    ];
    for (const fault of faults) harness.port.faults.add(`bulk ${fault}`);
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(bulkStatuses(harness)).toEqual(expect.arrayContaining([429, 503, 0]));
    expect(report.requests.retries).toBeGreaterThanOrEqual(6);
    expect(report.requests.rateLimitWaitMs).toBeGreaterThan(0);
    harness.expectTruth();
  });

  it('nothing is lost when the token runs out on the way', async ({ start }) => {
    const harness = await start({
      services: 120,
      port: { tokenTtlSeconds: 2, latencyMs: 120 },
      env: { PORT_BATCHES_IN_FLIGHT: '1' },
    });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(harness.port.log.filter(({ route }) => route === 'token').length).toBeGreaterThan(1);
    harness.expectTruth();
  });

  it('the run has failed when nothing could be written', async ({ start }) => {
    const harness = await start();
    harness.port.faults.add('bulk -> refuse-all 403');
    const report = await harness.run();
    expect(report.status).toBe('failed');
    expect(report.blueprints.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(problemsOf(report, 'upsert_failed').length).toBeGreaterThan(0);
  });

  it('what points at a refused entity lands without the relation, and gets it later', async ({ start }) => {
    const harness = await start();
    harness.port.faults.add('bulk -> refuse-blueprint komodorService 403');
    const report = await harness.run();
    expect(report.status).toBe('failed');
    const { komodorHealthMonitoring } = expectedCatalog(harness.world);
    expect(blueprintOf(report, 'komodorHealthMonitoring')).toMatchObject({
      created: komodorHealthMonitoring.length,
      failed: 0,
    });
    expect(problemsOf(report, 'relation_target_missing')).toHaveLength(1);
    harness.port.faults.clear();
    const next = await harness.run();
    expect(next.status, explain(next)).toBe('completed');
    harness.expectTruth();
  });

  it('a value that an existing blueprint does not allow costs only itself, and the blueprint stays as it is', async ({
    start,
  }) => {
    const own = blueprint('komodor-service', (properties) => {
      properties.status = { type: 'string', enum: ['healthy', 'unhealthy'] };
    });
    const harness = await start({
      world: worldOf({ status: 'unknown' }, { status: 'healthy' }),
      port: { initial: { blueprints: [own] } },
    });
    const before = JSON.stringify(harness.store.blueprint('komodorService')?.schema);
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    expect(problemsOf(report, 'value_refused')).toMatchObject([{ count: 1 }]);
    expect(problemsOf(report, 'blueprint_drift')).toHaveLength(1);
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ created: 2, failed: 0 });
    expect(
      harness.store
        .entitiesOf('komodorService')
        .map(({ properties }) => properties.status)
        .sort(),
    ).toEqual(['healthy', undefined]);
    expect(JSON.stringify(harness.store.blueprint('komodorService')?.schema)).toBe(before);
  });

  // The pattern is one that we leave to Port, for it could take for ever.
  const unknowable = { type: 'string', pattern: '^(a+)+$' };

  it.for([
    ['format', { type: 'string', format: 'email' }],
    ['pattern', { type: 'string', pattern: '^[A-Z]+$' }],
    ['length', { type: 'string', minLength: 1000 }],
    ['what only Port knows', unknowable],
  ] as const)('a value that Port would refuse costs only its field: %s', async ([, schema], { start }) => {
    const own = blueprint('komodor-service', (properties) => {
      properties.status = schema;
    });
    const harness = await start({ services: 50, port: { initial: { blueprints: [own] } } });
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    const [problem, ...others] = problemsOf(report, 'value_refused');
    expect(problem).toMatchObject({ severity: 'error', count: 50 });
    expect(problem?.message).toContain('properties.status');
    expect(others).toEqual([]);
    expect(problemsOf(report, 'upsert_failed')).toEqual([]);
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ created: 50, failed: 0 });
    for (const { properties } of harness.store.entitiesOf('komodorService')) {
      expect(properties).not.toHaveProperty('status');
      expect(properties).toHaveProperty('cluster_name');
    }
  });

  it('an entity of which Port refuses several fields, one after the other, is written without them', async ({
    start,
  }) => {
    const own = blueprint('komodor-service', (properties) => {
      for (const id of ['status', 'cluster_name', 'namespace_name']) properties[id] = unknowable;
    });
    const harness = await start({ services: 3, port: { initial: { blueprints: [own] } } });
    const report = await harness.run();
    expect(problemsOf(report, 'value_refused').map(({ count }) => count)).toEqual([3, 3, 3]);
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ created: 3, failed: 0 });
  });

  it('a blueprint that lacks a property gets it, and keeps what it has of its own', async ({ start }) => {
    const own = blueprint('komodor-service', (properties) => {
      delete properties.labels;
      properties.owner = { type: 'string' };
    });
    const harness = await start({ port: { initial: { blueprints: [own] } } });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(Object.keys(harness.store.blueprint('komodorService')?.schema.properties ?? {})).toEqual(
      expect.arrayContaining(['labels', 'owner']),
    );
    harness.expectTruth();
  });
});

describe.concurrent('what the flags of the mapping say', () => {
  const withOwner = () =>
    blueprint('komodor-service', (properties) => {
      properties.owner = { type: 'string' };
    });

  it.for([
    ['true', 'platform'],
    ['false', undefined],
  ] as const)(
    'enableMergeEntity %s: what others added to a changed entity is then %s',
    async ([enableMergeEntity, owner], { start }) => {
      const harness = await start({
        services: 3,
        mapping: shippedMapping({ enableMergeEntity }),
        port: { initial: { blueprints: [withOwner()] } },
      });
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
    },
  );

  it('a field that Komodor stops sending is cleared', async ({ start }) => {
    const harness = await start({ world: worldOf({ lastDeploy: { startTime: 1, endTime: 2, status: 'success' } }) });
    await harness.run();
    expect(harness.store.entitiesOf('komodorService')[0]?.properties).toHaveProperty('last_deploy_at');
    const { lastDeploy: _gone, ...rest } = changeFirst(harness.world, {});
    harness.world.services[0] = rest;
    await harness.run();
    harness.expectTruth();
  });

  it('createMissingRelatedEntities lets Port make what is pointed at, which is not taken for stale later', async ({
    start,
  }) => {
    const harness = await start({
      services: 60,
      risksPerService: 3,
      mapping: shippedMapping({ createMissingRelatedEntities: 'true' }),
    });
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
