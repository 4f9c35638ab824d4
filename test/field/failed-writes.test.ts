import { describe, expect } from 'vitest';
import { blueprintOf, explain, it, problemsOf } from '../resync/harness.ts';
import { servicesMapping, shippedMapping } from '../resync/shipped.ts';
import { expectRecovery } from './stage.ts';

const SERVICES_ONLY = { risksPerService: 0, mapping: servicesMapping({}) };

describe.concurrent('writes that fail', () => {
  it('ocean-refused-writes-are-green: a run whose entities Port refuses, all of them, has failed', async ({
    start,
  }) => {
    const harness = await start({ services: 40 });
    harness.port.faults.add('bulk -> refuse-all 422');
    harness.port.faults.add('upsert -> 422');
    const report = await harness.run();
    expect(report.status).toBe('failed');
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ status: 'failed', created: 0, failed: 40 });
    expect(problemsOf(report, 'upsert_failed').length).toBeGreaterThan(0);
    await expectRecovery(harness);
  });

  it('ocean-refused-batch-one-by-one: entities that are refused one for one cost no request each', async ({
    start,
  }) => {
    const harness = await start({ services: 60, ...SERVICES_ONLY });
    harness.port.faults.add('bulk -> refuse-all 422');
    const report = await harness.run();
    expect(blueprintOf(report, 'komodorService').failed).toBe(60);
    const writes = harness.port.log.filter(({ route }) => route === 'bulk' || route === 'upsert');
    expect(writes).toHaveLength(3);
  });

  it('ocean-create-missing-gives-up: what Port refuses is no less in the verdict with createMissingRelatedEntities', async ({
    start,
  }) => {
    const mapping = shippedMapping({ createMissingRelatedEntities: 'true' });
    const harness = await start({ services: 40, mapping });
    harness.port.faults.add('bulk call 1 -> refuse-item 3 422');
    harness.port.faults.add('bulk call 2 -> 503');
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ created: 39, failed: 1 });
    harness.port.faults.clear();
    const next = await harness.run();
    expect(next.status, explain(next)).toBe('completed');
    expect(blueprintOf(next, 'komodorService').failed).toBe(0);
    expect(harness.store.entitiesOf('komodorService').length).toBeGreaterThanOrEqual(40);
  });
});
