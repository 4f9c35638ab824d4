import { describe, expect } from 'vitest';
import { createRandom } from '../../src/sandbox/random.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { blueprintOf, explain, it, openHarness, problemsOf } from '../resync/harness.ts';
import { expectedCatalog, serviceIdentifier } from '../resync/oracle.ts';
import { servicesMapping } from '../resync/shipped.ts';
import { changeFirst, removeServices } from '../resync/world-steps.ts';
import { atEachRequest, digestsOf, expectNothingLost, expectRecovery, filled, namesOf, SMALL_PAGES } from './stage.ts';

const SERVICES_ONLY = { services: 30, risksPerService: 0, mapping: servicesMapping({}) };

describe.concurrent('what is remembered between runs', () => {
  it('openmetadata-24736-hash-skip: what was deleted or changed in Port comes back though the source is the same', async ({
    start,
  }) => {
    const harness = await filled(start, { services: 30 });
    const [altered, dropped, ...rest] = harness.store.entitiesOf('komodorService');
    const [risk] = harness.store.entitiesOf('komodorHealthMonitoring');
    if (!altered || !dropped || !risk) throw new Error('nothing was written');
    harness.store.putEntity({ ...altered, title: 'by hand', properties: { ...altered.properties, status: 'unknown' } });
    harness.store.dropEntity('komodorService', dropped.identifier);
    harness.store.putEntity({ ...risk, relations: {} });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ created: 1, updated: 1, unchanged: rest.length });
    harness.expectTruth();
  });

  it('backstage-35133-rejected-then-forgotten: deletions that were held back stay due until they are approved', async ({
    start,
  }) => {
    const harness = await filled(start, { services: 30 });
    removeServices(harness.world, 15);
    const digests = new Set<string>();
    for (const interruption of ['none', 'unread', 'restart', 'changes'] as const) {
      if (interruption === 'unread') {
        harness.komodor.faults.add('services -> 400');
        expect((await harness.run()).status).toBe('failed');
        harness.komodor.faults.clear();
      }
      if (interruption === 'restart') await harness.reopen({});
      if (interruption === 'changes') changeFirst(harness.world, { labels: { step: 'on' } });
      const report = await harness.run();
      expect(report.status).toBe('blocked');
      const { stale, deletionBlocked } = blueprintOf(report, 'komodorService');
      expect(deletionBlocked).toMatchObject({ reason: 'threshold', count: stale });
      digests.add(digestsOf(report).join());
    }
    expect(digests.size).toBe(1);
    expect(harness.store.deletions).toEqual([]);
    const approved = await harness.run('resync', { approve: [...digests].join().split(',') });
    expect(approved.status, explain(approved)).toBe('completed');
    expect(harness.store.deletions.length).toBeGreaterThanOrEqual(15);
    harness.expectTruth();
  });

  it('datahub-8111-empty-state-committed: an empty read does not become what the next run compares with', async ({
    start,
  }) => {
    const harness = await filled(start, { services: 30 });
    for (const route of ['services', 'risks', 'services-scoped', 'risks-scoped']) {
      harness.komodor.faults.add(`${route} -> empty`);
    }
    expect((await harness.run()).status).toBe('blocked');
    harness.komodor.faults.clear();
    const [gone] = removeServices(harness.world, 1);
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(harness.store.deletions.map(({ identifier }) => identifier)).toContain(gone && serviceIdentifier(gone));
    harness.expectTruth();
  });

  it.for(['none at all', 'a cluster that is not there'] as const)(
    'mapping-change-drops-all: a mapping that leaves everything out deletes nothing until that is approved: %s',
    async (change, { start }) => {
      const harness = await filled(start, {
        ...SERVICES_ONLY,
        mapping: servicesMapping({ entityDeletionThreshold: '1' }),
      });
      const before = harness.store.snapshot();
      const query = change === 'none at all' ? 'query: "false"' : 'query: .cluster == "nowhere"';
      const mapping = servicesMapping({ entityDeletionThreshold: '1' }).replace('query: "true"', query);
      await harness.reopen({ mapping });
      const plan = await harness.run('plan');
      expect(plan.status).toBe('blocked');
      expect(plan.changes?.filter(({ action, blocked }) => action === 'delete' && blocked)).toHaveLength(30);
      const report = await harness.run();
      expect(blueprintOf(report, 'komodorService').deletionBlocked).toMatchObject({ reason: 'emptied', count: 30 });
      expect(harness.store.snapshot()).toEqual(before);
      expect(digestsOf(report)).toEqual(digestsOf(plan));
      const approved = await harness.run('resync', { approve: digestsOf(report) });
      expect(approved.status, explain(approved)).toBe('completed');
      expect(harness.store.entitiesOf('komodorService')).toEqual([]);
    },
  );

  it('backstage-zero-disables-guard: a threshold of nothing means nothing, not everything', async ({ start }) => {
    const harness = await filled(start, {
      ...SERVICES_ONLY,
      mapping: servicesMapping({ entityDeletionThreshold: '0' }),
    });
    removeServices(harness.world, 1);
    const report = await harness.run();
    expect(blueprintOf(report, 'komodorService').deletionBlocked).toMatchObject({ reason: 'threshold', count: 1 });
    expect(harness.store.deletions).toEqual([]);
    expect((await harness.run('resync', { approve: digestsOf(report) })).status).toBe('completed');
    harness.expectTruth();
  });

  it('cloudquery-19169-shards-delete-each-other: two installations on one Port leave what is the other one’s', async ({
    start,
  }) => {
    const shard = (cluster: string) =>
      servicesMapping({ entityDeletionThreshold: '1' }).replace(
        'query: "true"',
        `query: "true"\n      clusters: [${cluster}]`,
      );
    const one = await start({ services: 30, clusters: 3, risksPerService: 0, mapping: shard('production-eu') });
    expect((await one.run()).status).toBe('completed');
    const first = namesOf(one, 'komodorService');
    const other = { mapping: shard('staging'), env: { INTEGRATION_IDENTIFIER: 'the-other-shard' } };
    await one.reopen(other);
    expect((await one.run()).status).toBe('completed');
    const both = namesOf(one, 'komodorService');
    expect(both.length).toBeGreaterThan(first.length);
    await one.reopen({ mapping: shard('production-eu') });
    const again = await one.run();
    expect(blueprintOf(again, 'komodorService')).toMatchObject({ stale: 0, deleted: 0, created: 0 });
    expect(namesOf(one, 'komodorService')).toEqual(both);
  });

  it('cloudquery-5456-one-table-deletes-others: a run of one kind leaves the other kind as it is', async ({
    start,
  }) => {
    const harness = await filled(start, { services: 30 });
    harness.world.risks.length = 0;
    removeServices(harness.world, 1);
    const report = await harness.run('resync', { kinds: ['komodorService'] });
    expect(report.status, explain(report)).toBe('completed');
    expect(new Set(harness.store.deletions.map(({ blueprint }) => blueprint))).toEqual(new Set(['komodorService']));
  });

  it('cloudquery-sdk-629-duplicate-keys: rows that come twice, in any order, give the same catalog and no second write', async ({
    start,
  }) => {
    const harness = await filled(start, { services: 30, env: SMALL_PAGES });
    const { services, risks } = harness.world;
    const random = createRandom(9, 'duplicates', 0);
    const before = harness.store.snapshot();
    risks.push(...risks.filter(() => random.chance(0.5)));
    services.push(...services.filter(() => random.chance(0.5)));
    risks.sort(() => random.int(0, 2) - 1);
    harness.cutLogs();
    const report = await harness.run();
    expect(harness.portWrites()).toEqual([]);
    expect(harness.store.snapshot()).toEqual(before);
    const [ofServices, ofRisks] = report.kinds;
    expect(ofServices?.duplicates).toBeGreaterThan(0);
    const listed = new Set(expectedCatalog(harness.world).komodorHealthMonitoring.map(({ identifier }) => identifier));
    expect(ofRisks?.duplicates).toBe(risks.filter(({ id }) => listed.has(id)).length - listed.size);
    expect(problemsOf(report, 'identifier_collision')).toEqual([]);
  });
});

describe('a run that is broken off', () => {
  it('airbyte-44378-resume-then-overwrite: stopped at any request and started again, it loses nothing of either part', async () => {
    const world = createWorld({ seed: 12, services: 50, clusters: 2 });
    const harness = await openHarness({ world, env: { ...SMALL_PAGES, PORT_BATCHES_IN_FLIGHT: '2' } });
    const random = createRandom(44378, 'stops', 0);
    for (let round = 0; round < 14; round += 1) {
      for (let change = 0; change < 3; change += 1) {
        const at = random.int(0, world.services.length - 1);
        const service = world.services[at];
        if (service) world.services[at] = { ...service, labels: { round: `${round}.${change}` } };
      }
      if (round % 3 === 2) removeServices(world, 1);
      const stopping = new AbortController();
      let left = random.int(1, 24);
      const act = () => {
        left -= 1;
        if (left === 0) stopping.abort(new DOMException('killed', 'AbortError'));
      };
      const stops = [atEachRequest(harness.komodor, act), atEachRequest(harness.port, act)];
      const report = await harness.run('resync', { signal: stopping.signal });
      for (const stop of stops) stop();
      expect(['aborted', 'completed']).toContain(report.status);
      expectNothingLost(harness);
    }
    const expected = expectedCatalog(world).komodorService.length;
    expect(harness.store.entitiesOf('komodorService').length).toBeGreaterThanOrEqual(expected - 3);
    await expectRecovery(harness);
    await harness.close();
  });
});
