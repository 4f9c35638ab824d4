import { describe, expect } from 'vitest';

import type { RunReport } from '../../src/core/report.ts';
import { blueprintOf, type Harness, it } from '../resync/harness.ts';
import { shippedMapping } from '../resync/shipped.ts';
import { removeServices } from '../resync/world-steps.ts';
import { expectNothingLost, expectRecovery, filled, isComplete, SMALL_PAGES } from './stage.ts';

/** No guard stands in the way, so that only the doubt about the read protects what exists. */
const mapping = shippedMapping({ entityDeletionThreshold: '1' });
const UNGUARDED = { services: 60, mapping, env: SMALL_PAGES };

/** The read of the risks is known to be incomplete, and costs none of them. */
function expectRisksKept(report: RunReport, harness: Harness): void {
  expect(isComplete(report, 'komodorHealthMonitoring')).toBe(false);
  expect(blueprintOf(report, 'komodorHealthMonitoring')).toMatchObject({
    deleted: 0,
    deletionBlocked: { reason: 'incomplete' },
  });
  expectNothingLost(harness);
}

describe.concurrent('a success that is none', () => {
  it('ocean-truncated-200: a list that stops after its first page with 200 deletes nothing', async ({ start }) => {
    const harness = await filled(start, UNGUARDED);
    harness.komodor.faults.add('services -> truncate 25');
    const report = await harness.run();
    expectNothingLost(harness);
    expect(report.status).toBe('degraded');
    expect(blueprintOf(report, 'komodorService')).toMatchObject({
      stale: 35,
      deleted: 0,
      deletionBlocked: { reason: 'contradicted', count: 35 },
    });
    await expectRecovery(harness);
  });

  it('ocean-empty-200: an empty list with 200 deletes nothing', async ({ start }) => {
    const harness = await filled(start, UNGUARDED);
    harness.komodor.faults.add('services -> empty');
    const report = await harness.run();
    expectNothingLost(harness);
    expect(report.status).toBe('failed');
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ deleted: 0, deletionBlocked: { count: 60 } });
    await expectRecovery(harness);
  });

  it.for([
    ['komodorService', 'services -> more-but-empty'],
    ['komodorService', 'services -> repeat-cursor'],
    ['komodorHealthMonitoring', 'risks -> more-but-empty'],
    ['komodorHealthMonitoring', 'risks -> repeat-cursor'],
  ] as const)(
    'ocean-endless-pages: a list of %s without end is left after a few requests, and that is admitted: %s',
    async ([kind, fault], { start }) => {
      const harness = await filled(start, UNGUARDED);
      removeServices(harness.world, 1);
      harness.komodor.faults.add(fault);
      const report = await harness.run();
      expect(report.requests.komodor).toBeLessThan(40);
      expect(isComplete(report, kind)).toBe(false);
      expect(['degraded', 'failed']).toContain(report.status);
      expectNothingLost(harness);
    },
  );

  it('ocean-risks-shift-while-paging: a risk that slips between two pages is not taken for gone', async ({ start }) => {
    const harness = await filled(start, UNGUARDED);
    harness.komodor.faults.add('risks -> shift');
    const report = await harness.run();
    expectRisksKept(report, harness);
    await expectRecovery(harness);
  });

  it('k8s-exporter-discovery-failure-deletes: where clusters have to be asked one by one, nothing is deleted while nobody can list them', async ({
    start,
  }) => {
    const harness = await filled(start, { ...UNGUARDED, komodor: { riskQueryTimeout: true } });
    harness.komodor.faults.add('clusters -> 404');
    const report = await harness.run();
    expectRisksKept(report, harness);
  });
});
