import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { RunReport } from '../../src/core/report.ts';
import { changeWorld } from '../../src/sandbox/world/change-world.ts';
import { blueprintOf, explain, type Harness, it, openHarness } from './harness.ts';
import { expectedCatalog } from './oracle.ts';
import { shippedMapping } from './shipped.ts';

/** Small pages, so that there is a second and a third one; impatient, so that a hanging server costs little. */
const SMALL_PAGES = { KOMODOR_SERVICES_PAGE_SIZE: '20', KOMODOR_RISKS_PAGE_SIZE: '20', REQUEST_TIMEOUT_SECONDS: '1' };
const CLUSTER = 'arn:aws:eks:eu-central-1:123456789012:cluster/payments';

/** What goes wrong at the same time. The kinds are read one after the other, so neither hides the other. */
const FAULTS: readonly (readonly string[])[] = [
  ['services -> half-page', 'risks -> half-page'],
  ['services page 2 -> half-page', 'risks -> truncate 30 total'],
  ['services -> truncate 40', 'risks -> truncate 30'],
  ['services -> empty', 'risks -> more-but-empty'],
  ['services -> more-but-empty', 'risks -> empty'],
  ['services -> ignore-cursor', 'risks -> ignore-cursor'],
  ['services -> repeat-cursor', 'risks -> repeat-cursor'],
  ['services -> drop-list', 'risks -> not-a-list'],
  ['services page 2 -> not-a-list', 'risks page 2 -> drop-list'],
  ['services -> bad-items', 'risks -> bad-items'],
  ['services -> drop-namespace shop', `risks -> drop-cluster ${CLUSTER}`],
  [`services -> drop-cluster ${CLUSTER}`, 'risks -> drop-namespace shop'],
  ['services -> shift', 'risks -> shift'],
  ['services -> no-meta', 'risks -> no-meta'],
  ['services page 2 -> garbage', 'risks page 2 -> cut'],
  ['services page 2 -> 500', 'risks page 2 -> reset'],
  ['services page 2 -> 403'],
  ['services -> repeat-row', 'risks page 2 -> 403'],
  ['services -> legacy', 'risks -> wrong-total'],
  ['services-scoped -> ignore-scope', 'risks-scoped -> ignore-scope'],
  ['services-scoped -> 500', 'risks -> repeat-row'],
];

describe('a broken source', () => {
  let harness: Harness;
  let step = 0;
  beforeAll(async () => {
    // No threshold: what exists must be safe because the read is doubted, not because it would be too much at once.
    const mapping = shippedMapping({ entityDeletionThreshold: '1' });
    harness = await openHarness({ services: 60, clusters: 3, mapping, env: SMALL_PAGES });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
  });
  afterAll(() => harness.close());

  it.each(FAULTS.map((faults) => [faults.join(', '), faults] as const))(
    'costs no entity that exists, is admitted, and leaves nothing behind: %s',
    async (_, faults) => {
      changeWorld(harness.world, ++step);
      harness.store.deletions.length = 0;
      for (const fault of faults) harness.komodor.faults.add(fault);
      const report = await harness.run();
      harness.komodor.faults.clear();
      expectNothingLost(harness);
      expectHonest(report, harness);

      const next = await harness.run();
      expect(next.status, explain(next)).toBe('completed');
      harness.expectTruth();
    },
  );
});

describe.concurrent('a difficult source', () => {
  it('may hang in the middle', async ({ start }) => {
    const harness = await start({ services: 40, env: SMALL_PAGES });
    await harness.run('resync', { kinds: ['komodorService'] });
    harness.komodor.faults.add('services page 2 -> hang');
    const report = await harness.run('resync', { kinds: ['komodorService'] });
    expect(report.kinds).toMatchObject([{ kind: 'komodorService', complete: false }]);
    expect(harness.store.deletions).toEqual([]);
  });

  it.for(['token-absent', 'legacy'] as const)(
    'may end its pages in another way: %s',
    async (pagingStyle, { start }) => {
      const harness = await start({ services: 50, komodor: { pagingStyle }, env: SMALL_PAGES });
      const report = await harness.run();
      expect(report.status, explain(report)).toBe('completed');
      harness.expectTruth();
    },
  );

  it('may be too slow for the risks of the whole account: then they are read cluster by cluster', async ({ start }) => {
    const harness = await start({ services: 60, clusters: 4, komodor: { riskQueryTimeout: true }, env: SMALL_PAGES });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    harness.expectTruth();
    expect(harness.komodor.log.filter(({ route }) => route === 'clusters')).toHaveLength(1);
  });

  it('is not confirmed by a second read that shows less than the first', async ({ start }) => {
    const harness = await start({ services: 60, env: SMALL_PAGES });
    await harness.run();
    harness.komodor.faults.add('services -> truncate 55');
    harness.komodor.faults.add('services-scoped -> empty');
    const report = await harness.run();
    const deletionBlocked = { reason: 'unconfirmed', count: 5 };
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ deleted: 0, deletionBlocked });
    expect(report.status).toBe('degraded');
  });
});

function expectNothingLost({ store, world }: Harness): void {
  const { komodorService, komodorHealthMonitoring } = expectedCatalog(world);
  const alive = new Set([...komodorService, ...komodorHealthMonitoring].map(({ identifier }) => identifier));
  expect(store.deletions.filter(({ identifier }) => alive.has(identifier))).toEqual([]);
}

/** `completed` only when Port is as it must be; otherwise each blueprint that is not says which read or deletion is in doubt. */
function expectHonest(report: RunReport, { store, world, expectTruth }: Harness): void {
  if (report.status === 'completed') {
    expectTruth();
    return;
  }
  const { komodorService, komodorHealthMonitoring } = expectedCatalog(world);
  for (const [kind, expected] of Object.entries({ komodorService, komodorHealthMonitoring })) {
    const missing = expected.filter(({ identifier }) => store.entity(kind, identifier) === undefined);
    const isOff = missing.length > 0 || store.entitiesOf(kind).length !== expected.length;
    const isIncomplete = report.kinds.some((one) => one.kind === kind && !one.complete);
    const isBlocked = blueprintOf(report, kind).deletionBlocked !== null;
    const isUnread = report.kinds.every((one) => one.kind !== kind);
    expect(!isOff || isIncomplete || isBlocked || isUnread, `${kind}\n${explain(report)}`).toBe(true);
  }
  expect(
    report.problems.some(({ severity }) => severity === 'error'),
    explain(report),
  ).toBe(true);
}
