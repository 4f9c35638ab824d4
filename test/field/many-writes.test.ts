import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect } from 'vitest';
import { blueprintOf, explain, type Harness, type HarnessOptions, it, openHarness } from '../resync/harness.ts';
import { serviceIdentifier } from '../resync/oracle.ts';
import { servicesMapping } from '../resync/shipped.ts';
import { changeFirst, worldOf } from '../resync/world-steps.ts';
import { type HoldingProxy, holdingProxy } from './holding-proxy.ts';
import { filled } from './stage.ts';

const BULK = /\/entities\/bulk$/;
const MANY: HarnessOptions = {
  services: 5_000,
  risksPerService: 0,
  mapping: servicesMapping({}),
  env: { KOMODOR_SERVICES_PAGE_SIZE: '25', PORT_BATCHES_IN_FLIGHT: '3' },
};
const ALL_PAGES = 200;

/** Runs with a proxy before Port. */
async function runThrough(harness: Harness, env: HarnessOptions['env'], hold: (path: string) => Promise<unknown>) {
  const proxy: HoldingProxy = await holdingProxy(harness.port.url, hold);
  await harness.reopen({ ...MANY, env: { ...env, PORT_BASE_URL: proxy.url } });
  const report = await harness.run();
  await proxy.close();
  expect(report.status, explain(report)).toBe('completed');
  return proxy;
}

/** Lets no write through until Komodor is not asked any more. @returns pages read before the first write, and until then */
async function pagesWhileWritesStand(
  harness: Harness,
): Promise<{ readonly before: number; readonly meanwhile: number }> {
  let before: number | undefined;
  let standstill: Promise<number> | undefined;
  const pages = () => harness.komodor.log.filter(({ route }) => route === 'services').length;
  async function untilQuiet(): Promise<number> {
    for (;;) {
      const seen = pages();
      await sleep(700);
      if (pages() === seen) return seen;
    }
  }
  await runThrough(harness, MANY.env, async (path) => {
    if (!path.includes('/entities/bulk?')) return;
    before ??= pages();
    standstill ??= untilQuiet();
    await standstill;
  });
  return { before: before ?? Number.NaN, meanwhile: (await standstill) ?? Number.NaN };
}

describe('many entities', () => {
  it('ocean-bulk-concurrency-unbounded: so many batches are on their way at once as the setting says', async ({
    start,
  }) => {
    const harness = await start({ ...MANY, services: 400 });
    const proxy = await runThrough(harness, MANY.env, (path) => sleep(path.includes('/entities/bulk?') ? 30 : 0));
    expect(proxy.most(BULK)).toBe(3);
    expect(harness.port.log.filter(({ route }) => route === 'bulk')).toHaveLength(20);
  });
});

describe('while Port takes no entities', () => {
  let pages: { readonly before: number; readonly meanwhile: number };
  beforeAll(async () => {
    const harness = await openHarness(MANY);
    pages = await pagesWhileWritesStand(harness);
    await harness.close();
  });

  it('ocean-pages-wait-for-writes: the next pages are read already', () => {
    expect(pages.meanwhile).toBeGreaterThan(pages.before + 4);
  });

  it('ocean-everything-in-memory: no more is read than Port keeps up with', () => {
    expect(pages.meanwhile).toBeLessThan(ALL_PAGES - 10);
  });
});

const icons = (icon: string) =>
  servicesMapping({}).replace('title: .service', `title: .service\n          icon: ${icon}`);

describe.concurrent('what counts as a change', () => {
  it('ocean-icon-change-unseen: an icon that changes is written', async ({ start }) => {
    const world = worldOf({ annotations: { icon: 'Cluster' } }, {});
    const harness = await filled(start, { world, mapping: icons('.annotations.icon') });
    const changed = serviceIdentifier(changeFirst(world, { annotations: { icon: 'Service' } }));
    const report = await harness.run();
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ updated: 1, unchanged: 1 });
    expect(harness.store.entity('komodorService', changed)?.icon).toBe('Service');
  });

  it('ocean-null-rewritten: a field that is null or absent is not written again in each run', async ({ start }) => {
    const world = worldOf({}, {}).services.map(({ lastDeploy: _, uid: __, ...rest }) => rest);
    const mapping = icons('null').replace('labels: .labels', 'labels: "null"');
    const harness = await filled(start, { world: { ...worldOf(), services: world }, mapping });
    const report = await harness.run();
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ updated: 0, unchanged: 2 });
    expect(harness.portWrites()).toEqual([]);
  });

  it('ocean-unmapped-property-stays: a property that left the mapping is cleared by mapping it to null', async ({
    start,
  }) => {
    const status = /^( +status: )\.status$/m;
    const whole = servicesMapping({});
    const harness = await filled(start, { world: worldOf({}, {}), mapping: whole });
    const statuses = () => harness.store.entitiesOf('komodorService').map(({ properties }) => properties.status);
    // Others may have written it too, so that leaving it out of the mapping is no reason to take it away.
    await harness.reopen({ mapping: whole.replace(status, '') });
    expect(blueprintOf(await harness.run(), 'komodorService')).toMatchObject({ unchanged: 2 });
    expect(statuses()).not.toContain(undefined);
    await harness.reopen({ mapping: whole.replace(status, '$1"null"') });
    expect(blueprintOf(await harness.run(), 'komodorService')).toMatchObject({ updated: 2 });
    expect(statuses()).toEqual([undefined, undefined]);
  });
});
