import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/core/report.ts';
import { serviceUid, type World } from '../../src/sandbox/world/model.ts';
import { explain, type Harness, startHarness } from './harness.ts';
import { expectedCatalog } from './oracle.ts';

/** Small pages, so that there is a second and a third one; impatient, so that a hanging server costs little. */
const SMALL_PAGES = { KOMODOR_SERVICES_PAGE_SIZE: '25', KOMODOR_RISKS_PAGE_SIZE: '25', REQUEST_TIMEOUT_SECONDS: '1' };
const CLUSTER = 'arn:aws:eks:eu-central-1:123456789012:cluster/payments';

const FAULTS = [
  'services -> half-page',
  'services page 2 -> half-page',
  'risks -> half-page',
  'services -> truncate 40',
  'risks -> truncate 30',
  'risks -> truncate 30 total',
  'services -> empty',
  'risks -> empty',
  'services -> more-but-empty',
  'risks -> more-but-empty',
  'services -> ignore-cursor',
  'risks -> ignore-cursor',
  'services -> repeat-cursor',
  'risks -> repeat-cursor',
  'services -> drop-list',
  'risks page 2 -> drop-list',
  'services page 2 -> not-a-list',
  'risks -> not-a-list',
  'services -> bad-items',
  'risks -> bad-items',
  'risks -> wrong-total',
  'services -> drop-namespace shop',
  'risks -> drop-namespace shop',
  `services -> drop-cluster ${CLUSTER}`,
  `risks -> drop-cluster ${CLUSTER}`,
  'services -> shift',
  'risks -> shift',
  'services -> repeat-row',
  'risks -> repeat-row',
  'services -> no-meta',
  'risks -> no-meta',
  'services page 2 -> garbage',
  'risks -> cut',
  'services page 2 -> 500',
  'risks page 2 -> 500',
  'services page 2 -> 403',
  'risks page 2 -> 403',
  'services -> legacy',
  'services-scoped -> ignore-scope',
  'risks-scoped -> ignore-scope',
  'services-scoped -> 500',
  'risks-scoped -> empty',
];

async function withHistory(): Promise<Harness> {
  const harness = await startHarness({ services: 90, clusters: 3, env: SMALL_PAGES });
  expect((await harness.run()).status).toBe('completed');
  removeServices(harness.world, 2);
  return harness;
}

/** Takes services out of the world, and the risks that are about them. */
function removeServices({ services, risks }: World, count: number): void {
  const gone = new Set(services.splice(0, count).map(serviceUid));
  risks.splice(0, risks.length, ...risks.filter(({ komodorUid }) => !gone.has(komodorUid)));
}

function expectNothingLost({ store, world }: Harness): void {
  const { komodorService, komodorHealthMonitoring } = expectedCatalog(world);
  const alive = new Set([...komodorService, ...komodorHealthMonitoring].map(({ identifier }) => identifier));
  expect(store.deletions.filter(({ identifier }) => alive.has(identifier))).toEqual([]);
}

function expectHonest(report: RunReport, { store, world }: Harness): void {
  if (report.status === 'completed') {
    expect(store.snapshot()).toEqual(expectedCatalog(world));
    return;
  }
  const admits =
    report.kinds.some(({ complete }) => !complete) || report.blueprints.some(({ deletionBlocked }) => deletionBlocked !== null);
  expect(admits, explain(report)).toBe(true);
}

describe('a source that is broken', () => {
  it.each(FAULTS)('costs no entity that exists, and the report says so: %s', async (fault) => {
    const harness = await withHistory();
    harness.komodor.faults.add(fault);
    const report = await harness.run();
    expectNothingLost(harness);
    expectHonest(report, harness);

    harness.komodor.faults.clear();
    const next = await harness.run();
    expect(next.status, explain(next)).toBe('completed');
    harness.expectTruth();
  });

  it('may hang in the middle', async () => {
    const harness = await withHistory();
    harness.komodor.faults.add('services page 2 -> hang');
    const report = await harness.run('resync', { kinds: ['komodorService'] });
    expect(report.kinds).toMatchObject([{ complete: false }]);
    expect(harness.store.deletions).toEqual([]);
    harness.komodor.faults.clear();
    expect((await harness.run()).status).toBe('completed');
    harness.expectTruth();
  });

  it('may be too slow for the risks of the whole account: they are read cluster by cluster', async () => {
    const harness = await startHarness({ services: 60, clusters: 4, komodor: { riskQueryTimeout: true }, env: SMALL_PAGES });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    harness.expectTruth();
  });

  it.each(['token-absent', 'legacy'] as const)('may end its pages in another way: %s', async (pagingStyle) => {
    const harness = await startHarness({ services: 60, komodor: { pagingStyle }, env: SMALL_PAGES });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    harness.expectTruth();
  });

  it('is not believed when it hides the same rows from both reads, if the scope shows nothing else any more', async () => {
    const harness = await withHistory();
    harness.komodor.faults.add('services -> drop-namespace shop');
    harness.komodor.faults.add('services-scoped -> empty');
    const before = harness.store.entitiesOf('komodorService').length;
    const report = await harness.run();
    expect(report.status).not.toBe('completed');
    expect(harness.store.entitiesOf('komodorService')).toHaveLength(before);
  });
});
