import { describe, expect } from 'vitest';
import { summarize } from '../../src/core/report.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { blueprintOf, explain, type Harness, it, problemsOf } from '../resync/harness.ts';
import { expectedCatalog } from '../resync/oracle.ts';
import { servicesMapping, shippedMapping } from '../resync/shipped.ts';
import { removeServices } from '../resync/world-steps.ts';
import { expectNothingLost, expectRecovery, filled, isComplete, SMALL_PAGES } from './stage.ts';

/** Nothing but proof may protect: the share that would go is no reason to wait. */
const NO_THRESHOLD = shippedMapping({ entityDeletionThreshold: '1' });
const UNGUARDED = { mapping: NO_THRESHOLD, env: SMALL_PAGES, services: 40 };

/** Answers a listing with this body instead of its own. */
function answering(route: string, body: unknown): Fault {
  return { route, action: { type: 'status', status: 200, body } };
}

/** Takes one risk out of the world that Port has, and names it. */
function resolveOne({ world }: Harness): string {
  const listed = new Set(expectedCatalog(world).komodorHealthMonitoring.map(({ identifier }) => identifier));
  const at = world.risks.findIndex(({ id }) => listed.has(id));
  const [gone] = world.risks.splice(at, 1);
  if (gone === undefined) throw new Error('The world has no risk left');
  return gone.id;
}

describe.concurrent('a read that did not see everything', () => {
  it('cloudquery-17291-failed-page-empties-table: whichever page fails, its kind loses nothing and the other kind is kept true', async ({
    start,
  }) => {
    const harness = await filled(start, UNGUARDED);
    for (const page of [1, 2, 3, 4]) {
      const deleted = harness.store.deletions.length;
      removeServices(harness.world, 1);
      const risk = resolveOne(harness);
      harness.komodor.faults.add(`services page ${page} -> 400`);
      const report = await harness.run();
      expect(isComplete(report, 'komodorService')).toBe(false);
      expect(report.status, explain(report)).toBe(page === 1 ? 'failed' : 'degraded');
      const { stale, deletionBlocked } = blueprintOf(report, 'komodorService');
      expect(deletionBlocked).toMatchObject({ reason: 'incomplete', count: stale });
      const gone = harness.store.deletions.slice(deleted);
      expect(gone.map(({ blueprint }) => blueprint)).not.toContain('komodorService');
      expect(gone.map(({ identifier }) => identifier)).toContain(risk);
      harness.komodor.faults.clear();
    }
    await expectRecovery(harness);
  });

  it('ocean-1147-empty-200: an empty success deletes nothing, not even when every further question is answered so', async ({
    start,
  }) => {
    const harness = await filled(start, UNGUARDED);
    const before = harness.store.snapshot();
    const routes = ['services', 'risks', 'services-scoped', 'risks-scoped'];
    for (const count of [2, 4]) {
      for (const route of routes.slice(0, count)) harness.komodor.faults.add(`${route} -> empty`);
      const report = await harness.run();
      expect(report.status).toBe(count === 2 ? 'failed' : 'blocked');
      const reason = count === 2 ? 'contradicted' : 'emptied';
      expect(report.blueprints.map(({ deletionBlocked }) => deletionBlocked?.reason)).toEqual([reason, reason]);
      expect(harness.store.snapshot()).toEqual(before);
    }
    await expectRecovery(harness);
    expect(harness.store.deletions).toEqual([]);
  });

  it.for([
    ['a text', '00'],
    ['a negative number', -1],
    ['null', null],
  ] as const)('backstage-31554-string-total: a total that is %s is no total', async ([, totalResults], { start }) => {
    const harness = await filled(start, UNGUARDED);
    for (const route of ['risks', 'risks-scoped']) {
      harness.komodor.faults.add(answering(route, { violations: [], hasMoreResults: false, totalResults }));
    }
    const report = await harness.run();
    expect(isComplete(report, 'komodorHealthMonitoring')).toBe(false);
    expect(blueprintOf(report, 'komodorHealthMonitoring').deletionBlocked).toMatchObject({ reason: 'incomplete' });
    expect(harness.store.deletions).toEqual([]);
  });

  it('backstage-14904-null-cursor: a cursor that is missing too early is found out by asking again', async ({
    start,
  }) => {
    const harness = await filled(start, UNGUARDED);
    harness.komodor.faults.add('services -> truncate 10');
    const report = await harness.run();
    expect(blueprintOf(report, 'komodorService').deletionBlocked).toMatchObject({ reason: 'contradicted', count: 30 });
    expect(isComplete(report, 'komodorService')).toBe(false);
    expect(harness.store.deletions).toEqual([]);
    await expectRecovery(harness);
  });

  it('pipeshub-3369-half-page-as-whole: half of a page that is sent as all of it deletes nothing', async ({
    start,
  }) => {
    const harness = await filled(start, UNGUARDED);
    for (const page of [1, 3]) {
      for (const route of ['services', 'risks']) harness.komodor.faults.add(`${route} page ${page} -> half-page`);
      const report = await harness.run();
      expect(report.kinds.map(({ complete }) => complete)).toEqual([false, false]);
      expect(harness.store.deletions).toEqual([]);
      await expectRecovery(harness);
    }
  });

  it('ocean-1359-truncated-anywhere: wherever a list is cut, what exists stays and what has gone goes later', async ({
    start,
  }) => {
    const harness = await filled(start, UNGUARDED);
    const random = createRandom(4, 'truncation', 0);
    for (let round = 0; round < 5; round += 1) {
      if (round % 2 === 0) removeServices(harness.world, 1);
      const { services, risks } = harness.world;
      harness.komodor.faults.add(`services -> truncate ${random.int(0, services.length - 1)}`);
      const total = round % 3 === 0 ? ' total' : '';
      harness.komodor.faults.add(`risks -> truncate ${random.int(0, Math.floor(risks.length / 2))}${total}`);
      const report = await harness.run();
      expect(report.status).not.toBe('completed');
      expectNothingLost(harness);
      harness.komodor.faults.clear();
    }
    await expectRecovery(harness);
  });

  it('datahub-7934-lost-page: a page in the middle that comes back empty takes nothing along', async ({ start }) => {
    const harness = await filled(start, UNGUARDED);
    for (const route of ['services', 'risks']) harness.komodor.faults.add(`${route} page 2 -> more-but-empty`);
    const report = await harness.run();
    expect(report.kinds.map(({ complete }) => complete)).toEqual([false, false]);
    expect(problemsOf(report, 'read_incomplete')).toHaveLength(2);
    expect(harness.store.deletions).toEqual([]);
    await expectRecovery(harness);
  });

  it('cartography-2658-partial-403: one part that may not be read costs neither its own entities nor those of the others', async ({
    start,
  }) => {
    const [one, other] = ['production-eu', 'staging'];
    const selected = NO_THRESHOLD.replaceAll('query: "true"', `query: "true"\n      clusters: [${one}, ${other}]`);
    const harness = await start({ services: 45, clusters: 3, mapping: selected });
    expect((await harness.run()).status).toBe('completed');
    const before = harness.store.snapshot();
    const clusters = new Set(
      harness.store.entitiesOf('komodorService').map(({ properties }) => properties.cluster_name),
    );
    expect(clusters).toEqual(new Set([one, other]));
    for (const [fault, status] of [
      ['services call 2 -> 403', 'degraded'],
      ['services call 1 -> 404', 'degraded'],
      ['services call 2 -> 404', 'degraded'],
      [`services -> drop-cluster ${other}`, 'degraded'],
    ] as const) {
      harness.komodor.faults.clear();
      harness.komodor.faults.add(fault);
      const report = await harness.run();
      expect(report.status, `${fault}: ${explain(report)}`).toBe(status);
      expect(harness.store.snapshot(), fault).toEqual(before);
    }
    expect(harness.store.deletions).toEqual([]);
  });

  it('airbyte-12782-overwrite-on-failure: a source that dies on the way leaves what was there, with what it still said', async ({
    start,
  }) => {
    const harness = await filled(start, UNGUARDED);
    const before = harness.store.entitiesOf('komodorService').length;
    const { services } = harness.world;
    for (const [at, service] of services.entries()) services[at] = { ...service, labels: { round: 'two' } };
    harness.komodor.faults.add('services page 3 -> 501');
    const report = await harness.run('resync', { kinds: ['komodorService'] });
    expect(report.status).toBe('degraded');
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ updated: 20, deleted: 0, stale: 20 });
    expect(harness.store.entitiesOf('komodorService')).toHaveLength(before);
    await expectRecovery(harness);
  });

  it('cloudquery-4717-errors-missing-from-summary: the short summary of a run that lost a kind is not green', async ({
    start,
  }) => {
    const harness = await filled(start, UNGUARDED);
    harness.komodor.faults.add('risks -> 400');
    const summary = summarize(await harness.run());
    expect(summary).toMatchObject({ status: 'failed', problems: 2, deleted: 0 });
  });

  it('incident-io-unparsable-entry-reconciled-away: an entry that cannot be understood protects what it may stand for', async ({
    start,
  }) => {
    const harness = await filled(start, UNGUARDED);
    harness.komodor.faults.add('services -> bad-items');
    harness.komodor.faults.add('services-scoped -> bad-items');
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    expect(problemsOf(report, 'items_malformed')).toMatchObject([{ kind: 'komodorService', count: 8 }]);
    expect(blueprintOf(report, 'komodorService').deletionBlocked).toMatchObject({ reason: 'rejected', count: 8 });
    expect(harness.store.deletions).toEqual([]);
  });

  it('faros-two-streams-one-model: a blueprint that two kinds fill loses nothing while one of them is unread', async ({
    start,
  }) => {
    const both = servicesMapping({ entityDeletionThreshold: '1' }).concat(`
  - kind: komodorHealthMonitoring
    selector: { query: "true" }
    port: { entity: { mappings: { identifier: .id, title: .id, blueprint: '"komodorService"' } } }
`);
    const harness = await filled(start, { ...UNGUARDED, mapping: both });
    const all = harness.store.entitiesOf('komodorService').length;
    removeServices(harness.world, 2);
    const gone = all - harness.world.services.length;
    harness.komodor.faults.add('risks page 2 -> 400');
    const report = await harness.run();
    expect(isComplete(report, 'komodorService')).toBe(true);
    expect(blueprintOf(report, 'komodorService').deletionBlocked).toMatchObject({ reason: 'incomplete' });
    expect(harness.store.deletions).toEqual([]);
    harness.komodor.faults.clear();
    const next = await harness.run();
    expect(next.status, explain(next)).toBe('completed');
    expect(harness.store.deletions.length).toBeGreaterThan(1);
    expect(harness.store.deletions.length).toBeLessThan(gone);
  });
});
