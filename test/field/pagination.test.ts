import { describe, expect } from 'vitest';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import type { WorldRisk } from '../../src/sandbox/world/model.ts';
import { collect, fakeKomodor, many, risk, service, sourceOf, type Twist } from '../komodor/fake-komodor.ts';
import { explain, type Harness, it } from '../resync/harness.ts';
import { expectedCatalog } from '../resync/oracle.ts';
import { shippedMapping } from '../resync/shipped.ts';
import { removeServices, worldOf } from '../resync/world-steps.ts';
import { atEachRequest, expectNothingLost, expectRecovery, filled, SMALL_PAGES } from './stage.ts';

const { signal } = new AbortController();
const SERVICES = { kind: 'komodorService', selector: {} } as const;
const RISKS = { kind: 'komodorHealthMonitoring', selector: {} } as const;

/** What a page of services looks like. */
function page(from: number, count: number, meta: object) {
  return { json: { data: { services: many(count, (i) => service(from + i)) }, meta } };
}

/** Reads all services, ten a page, from a server that answers so. @returns how often it was asked, and the verdict */
async function readServices(twist: Twist, maxPages = 50) {
  const server = await fakeKomodor({ services: many(25, service) }, twist);
  const source = sourceOf(server.url, { pageSizes: { komodorService: 10, komodorHealthMonitoring: 10 }, maxPages });
  const { verdict, keys } = await collect(source.read(SERVICES, signal));
  return { asked: server.seen.length, verdict, found: new Set(keys).size };
}

describe('a listing that does not keep to its own rules', () => {
  it('ocean-2499-endless-pages: a listing that leads in a circle is left at the first repetition', async () => {
    const circle = ['a', 'b', 'a', 'b'];
    const fresh: Twist = (_reply, _seen, call) => page(call * 10, 10, { token: circle[(call - 1) % 4] });
    expect(await readServices(fresh)).toEqual({ asked: 3, verdict: 'repeated_cursor', found: 30 });
    const same: Twist = (_reply, _seen, call) => page(0, 10, { token: `t${call}` });
    expect(await readServices(same)).toEqual({ asked: 2, verdict: 'not_advancing', found: 10 });
    const itself: Twist = () => page(0, 10, { token: 'x' });
    expect(await readServices(itself)).toEqual({ asked: 2, verdict: 'not_advancing', found: 10 });
    const empty: Twist = (_reply, _seen, call) => page(0, 0, { token: `t${call}` });
    expect(await readServices(empty)).toEqual({ asked: 1, verdict: 'more_but_empty', found: 0 });
    const endless: Twist = (_reply, _seen, call) => page(call * 10, 10, { token: `t${call}` });
    expect(await readServices(endless, 12)).toEqual({ asked: 12, verdict: 'too_many_pages', found: 120 });
  });

  it('amp-labs-3387-offset-ignored: an offset that has no effect is noticed on the second page', async () => {
    const server = await fakeKomodor({ risks: many(163, risk) }, () => ({
      json: { violations: many(10, risk), hasMoreResults: true, totalResults: 163 },
    }));
    const source = sourceOf(server.url, { pageSizes: { komodorService: 10, komodorHealthMonitoring: 10 } });
    const { verdict } = await collect(source.read(RISKS, signal));
    expect(verdict).toBe('not_advancing');
    expect(server.seen).toHaveLength(2);
  });

  it('short-page-in-the-middle: a page with fewer rows than asked for does not end the listing', async () => {
    const sizes = [10, 3, 1, 7];
    const twist: Twist = (_reply, _seen, call) =>
      page(call * 10, sizes[call - 1] ?? 0, { token: call < sizes.length ? `t${call}` : null });
    expect(await readServices(twist)).toEqual({ asked: 4, verdict: 'complete', found: 21 });
  });
});

describe.concurrent('between the stand-ins', () => {
  it.for(['ignore-cursor', 'repeat-cursor', 'empty-for-ever', 'same-for-ever'])(
    "port-endless-search: Port's own list that never ends is left, by name: %s",
    async (mode, { start }) => {
      const harness = await filled(start, { services: 25, risksPerService: 0, port: { largestPage: 10 } });
      harness.port.faults.add(`search -> ${mode}`);
      const report = await harness.run();
      expect(report.status).not.toBe('completed');
      const messages = report.problems.filter(({ code }) => code === 'port_failed').map(({ message }) => message);
      expect(messages).toContainEqual(
        expect.stringMatching(/Port's list of \w+ entities (repeats itself|goes on, but)/),
      );
      expect(harness.port.log.filter(({ route }) => route === 'search').length).toBeLessThanOrEqual(11 * 2);
      expect(harness.store.deletions).toEqual([]);
      await expectRecovery(harness);
    },
  );

  it('port-include-refused: is asked once for some of the fields, and from then on for whole entities', async ({
    start,
  }) => {
    const harness = await filled(start, { services: 25, risksPerService: 0, port: { largestPage: 10 } });
    const searches = () => harness.port.log.filter(({ route }) => route === 'search').length;
    await harness.run();
    const usual = searches();
    harness.port.faults.add('search -> refuse-include');
    const counts: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      harness.cutLogs();
      const report = await harness.run();
      expect(report.status, explain(report)).toBe('completed');
      expect(harness.portWrites().filter(({ route }) => route === 'bulk')).toEqual([]);
      counts.push(searches());
    }
    // Refused once for each blueprint and choice of fields, in the first run only.
    expect(counts).toEqual([expect.any(Number), usual, usual]);
  });

  it('port-large-entities: pages are as small as the entities are large, and from the second time on at once', async ({
    start,
  }) => {
    const note = 'x'.repeat(30_000);
    const labels = { note };
    const world = worldOf(...Array.from({ length: 600 }, () => ({ labels })));
    const harness = await filled(start, { world });
    const pages = () =>
      harness.port.log.filter(({ route, path }) => route === 'search' && path.includes('komodorService'));
    await harness.reopen({});
    harness.cutLogs();
    await harness.run();
    // 400 to begin with, then what fits two mebibytes.
    expect(pages()).toHaveLength(1 + Math.ceil(200 / 68));
    harness.cutLogs();
    await harness.run();
    expect(pages()).toHaveLength(Math.ceil(600 / 68));
  });

  const UNGUARDED = { services: 40, env: SMALL_PAGES, mapping: shippedMapping({ entityDeletionThreshold: '1' }) };

  it.for(['ignore-cursor', 'legacy that ignores the page'] as const)(
    'ocean-3710-ignored-cursor: the first page again and again is neither all there is nor read for ever: %s',
    async (mode, { start }) => {
      const harness = await filled(start, UNGUARDED);
      removeServices(harness.world, 1);
      harness.komodor.faults.add('services -> ignore-cursor');
      if (mode !== 'ignore-cursor') harness.komodor.faults.add('services -> legacy');
      const report = await harness.run();
      expect(report.status).toBe('degraded');
      expect(report.kinds[0]).toMatchObject({ kind: 'komodorService', complete: false, pages: 2 });
      expect(report.problems).toContainEqual(expect.objectContaining({ code: 'read_incomplete', severity: 'error' }));
      expect(harness.store.deletions.filter(({ blueprint }) => blueprint === 'komodorService')).toEqual([]);
      await expectRecovery(harness);
    },
  );

  it.for([1, 2])(
    'rows-move-while-paging: what is there all the time is never deleted, whatever comes and goes between pages: seed %s',
    async (seed, { start }) => {
      const harness = await filled(start, { ...UNGUARDED, risksPerService: 2 });
      const before = new Set(
        expectedCatalog(harness.world).komodorHealthMonitoring.map(({ identifier }) => identifier),
      );
      const random = createRandom(seed, 'moving', 0);
      const stop = atEachRequest(harness.komodor, ({ route }) => {
        if (route === 'risks') stir(harness, random);
      });
      for (let run = 0; run < 3; run += 1) await harness.run();
      stop();
      expectNothingLost(harness);
      const alive = new Set(expectedCatalog(harness.world).komodorHealthMonitoring.map(({ identifier }) => identifier));
      expect([...before].some((id) => !alive.has(id))).toBe(true);
      await expectRecovery(harness);
    },
  );

  it('airbyte-37112-order-changes-between-pages: rows that are sorted anew for each page are missed and found, never deleted', async ({
    start,
  }) => {
    const harness = await filled(start, { ...UNGUARDED, risksPerService: 2 });
    const random = createRandom(5, 'order', 0);
    const stop = atEachRequest(harness.komodor, ({ route }) => {
      if (route === 'risks') harness.world.risks.sort(() => random.int(0, 2) - 1);
    });
    const report = await harness.run();
    stop();
    expect(report.kinds[1]).toMatchObject({ complete: false });
    expect(harness.store.deletions).toEqual([]);
    await expectRecovery(harness);
  });
});

/** One risk of those read first goes, and now and then one comes: what follows slips over the edge of its page. */
function stir({ world: { risks, now } }: Harness, random: Random): void {
  const [gone] = risks.splice(random.int(0, 5), 1);
  if (gone === undefined || random.chance(0.5)) return;
  const fresh: WorldRisk = { ...gone, id: random.uuid(), createdAt: now };
  if (random.chance(0.5)) risks.push(fresh);
  else risks.unshift(fresh);
}
