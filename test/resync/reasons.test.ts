import { describe, expect } from 'vitest';
import type { Change } from '../../src/core/report.ts';
import { type Harness, it, problemsOf } from './harness.ts';
import { serviceIdentifier } from './oracle.ts';
import { servicesMapping, shippedMapping } from './shipped.ts';
import { removeServices } from './world-steps.ts';

const SERVICES = { services: 20, risksPerService: 0, mapping: servicesMapping({}) } as const;
const WORKLOAD = { identifier: 'workload', title: 'Workload', schema: { properties: {} } };

/** The deletions of a plan: how many of each reason, with its sentence. */
async function reasonsOf(harness: Harness): Promise<ReadonlyMap<string, number>> {
  const plan = await harness.run('plan');
  const deletions = (plan.changes ?? []).filter(({ action }) => action === 'delete');
  const counts = new Map<string, number>();
  for (const { reason, detail, blueprint } of deletions) {
    const key = `${blueprint} ${reason}: ${detail}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

async function filled(start: (options?: object) => Promise<Harness>, options: object = SERVICES): Promise<Harness> {
  const harness = await start(options);
  await harness.run();
  return harness;
}

const GONE = 'no item of Komodor gives it any more, confirmed by a second read';

describe.concurrent('the reason of a deletion', () => {
  it('is gone when Komodor does not have the item any more', async ({ start }) => {
    const harness = await filled(start);
    removeServices(harness.world, 2);
    expect(await reasonsOf(harness)).toEqual(new Map([[`komodorService gone: ${GONE}`, 2]]));
  });

  it('is filtered, by the expression of the entry, and told from what is gone', async ({ start }) => {
    const harness = await filled(start);
    removeServices(harness.world, 3);
    const kept = harness.world.services[0]?.cluster ?? '';
    const left = harness.world.services.filter(({ cluster }) => cluster !== kept).length;
    await harness.reopen({
      mapping: servicesMapping({}).replace('query: "true"', `query: .cluster == "${kept}"`),
    });
    const expected = new Map([
      ['komodorService filtered: resources[0].selector.query leaves it out', left],
      [`komodorService gone: ${GONE}`, 3],
    ]);
    expect(await reasonsOf(harness)).toEqual(expected);
    // Nothing of it depends on what a run has written meanwhile.
    const [blocked] = problemsOf(await harness.run(), 'deletion_blocked');
    expect(blocked?.message).toContain(`${left}: resources[0].selector.query leaves it out; 3: ${GONE}`);
    expect(await reasonsOf(harness)).toEqual(expected);
  });

  it.for(['clusters', 'namespaces', 'kinds', 'status'] as const)(
    'is filtered, by selector.%s',
    async (key, { start }) => {
      const harness = await filled(start);
      const field = { clusters: 'cluster', namespaces: 'namespace', kinds: 'kind', status: 'status' } as const;
      const kept = harness.world.services[0]?.[field[key]] ?? '';
      const left = harness.world.services.filter((service) => service[field[key]] !== kept).length;
      expect(left).toBeGreaterThan(0);
      const selector = `query: "true"\n      ${key}: ["${kept}"]`;
      await harness.reopen({ mapping: servicesMapping({}).replace('query: "true"', selector) });
      expect(await reasonsOf(harness)).toEqual(
        new Map([[`komodorService filtered: resources[0].selector.${key} leaves it out`, left]]),
      );
    },
  );

  it('is filtered for risks too, by expression and by severity', async ({ start }) => {
    const harness = await filled(start, { services: 12, risksPerService: 3 });
    const stored = harness.store.entitiesOf('komodorHealthMonitoring');
    const left = stored.filter(({ properties }) => properties.severity !== 'high').length;
    expect(left).toBeGreaterThan(0);
    const [services = '', risks = ''] = shippedMapping({}).split(/^(?= {2}- kind: komodorHealth)/m);
    for (const [selector, by] of [
      ['query: .severity == "high"', 'query'],
      ['query: "true"\n      severity: high', 'severity'],
    ] as const) {
      await harness.reopen({ mapping: services + risks.replace('query: "true"', selector) });
      expect(await reasonsOf(harness)).toEqual(
        new Map([[`komodorHealthMonitoring filtered: resources[1].selector.${by} leaves it out`, left]]),
      );
    }
  });

  it('is renamed when the same item has another identifier, run after run', async ({ start }) => {
    const harness = await filled(start);
    await harness.reopen({ mapping: servicesMapping({}).replace('then join("-")', 'then join(".")') });
    const expected = new Map([['komodorService renamed: the mapping gives the same item another identifier now', 20]]);
    expect(await reasonsOf(harness)).toEqual(expected);
    await harness.run();
    expect(await reasonsOf(harness)).toEqual(expected);
  });

  it('is moved when the mapping puts the item into another blueprint', async ({ start }) => {
    const harness = await filled(start, { ...SERVICES, port: { initial: { blueprints: [WORKLOAD] } } });
    const kind = harness.world.services[0]?.kind ?? '';
    const moved = harness.world.services.filter((service) => service.kind === kind).length;
    const split = `blueprint: 'if .kind == "${kind}" then "workload" else "komodorService" end'`;
    await harness.reopen({ mapping: servicesMapping({}).replace(/blueprint: .*/, split) });
    const expected = new Map([['komodorService moved: the mapping puts it into workload now', moved]]);
    expect(await reasonsOf(harness)).toEqual(expected);
    await harness.run();
    expect(await reasonsOf(harness)).toEqual(expected);
  });

  it('is unmapped when no entry writes the blueprint any more', async ({ start }) => {
    const harness = await filled(start, { ...SERVICES, port: { initial: { blueprints: [WORKLOAD] } } });
    await harness.reopen({ mapping: servicesMapping({}).replace(/blueprint: .*/, `blueprint: '"workload"'`) });
    expect(await reasonsOf(harness)).toEqual(
      new Map([['komodorService unmapped: no entry of the mapping writes komodorService any more', 20]]),
    );
  });

  it('does not claim a second read that was none', async ({ start }) => {
    const harness = await filled(start);
    removeServices(harness.world, 2);
    harness.komodor.faults.add('services-scoped -> 500');
    const plan = await harness.run('plan');
    const deletions: readonly Change[] = (plan.changes ?? []).filter(({ action }) => action === 'delete');
    expect(deletions).toHaveLength(2);
    for (const { reason, detail, blocked } of deletions) {
      expect([reason, blocked]).toEqual(['gone', true]);
      expect(detail).toMatch(/^no item that was read gives it/);
      expect(detail).not.toContain('confirmed');
    }
  });

  it('says how much of it a second read confirmed', async ({ start }) => {
    const harness = await filled(start, { ...SERVICES, services: 320 });
    removeServices(harness.world, 240);
    expect(await reasonsOf(harness)).toEqual(new Map([[`komodorService gone: ${GONE} about 200 of 240`, 240]]));
  });

  it('is said of identifiers that Port knows, whoever stays', async ({ start }) => {
    const harness = await filled(start);
    const [gone] = removeServices(harness.world, 1);
    const plan = await harness.run('plan');
    expect(plan.changes?.map(({ identifier }) => identifier)).toEqual(gone ? [serviceIdentifier(gone)] : []);
  });
});
