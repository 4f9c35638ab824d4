import { describe, expect } from 'vitest';
import type { EntityDone, ItemProblem, RunObserver } from '../../src/core/ports.ts';
import { type Harness, it } from './harness.ts';
import { serviceIdentifier } from './oracle.ts';
import { servicesMapping } from './shipped.ts';

/** A run, and what it tells of each item. */
async function told(harness: Harness) {
  const done = new Map<string, EntityDone>();
  const problems: ItemProblem[] = [];
  const observer: RunObserver = {
    entityDone: (one) => done.set(one.label, one),
    itemProblem: (problem) => problems.push(problem),
  };
  await harness.run('resync', { observer });
  return { done, problems };
}

const SMALL = { services: 6, risksPerService: 0, mapping: servicesMapping({}) } as const;

describe.concurrent('what a run tells of each item', () => {
  it('is written at first, and unchanged later', async ({ start }) => {
    const harness = await start(SMALL);
    const first = await told(harness);
    expect(first.done.size).toBe(6);
    for (const { cluster, namespace, kind, service } of harness.world.services) {
      expect(first.done.get(`${kind}/${cluster}/${namespace}/${service}`)).toMatchObject({
        kind: 'komodorService',
        blueprint: 'komodorService',
        identifier: [kind, cluster, namespace, service].join('-'),
        outcome: 'created',
      });
    }
    const second = await told(harness);
    expect([...second.done.values()].map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 6 }, () => 'unchanged'),
    );
    expect(second.problems).toEqual([]);
  });

  it("is Port's own words, for the one that Port refuses", async ({ start }) => {
    const harness = await start(SMALL);
    harness.port.faults.add('bulk call 1 -> refuse-item 3 422');
    const { done, problems } = await told(harness);
    const failed = [...done.values()].filter(({ outcome }) => outcome === 'failed');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.message).toMatch(/\w/);
    expect(problems).toMatchObject([{ code: 'upsert_failed', label: failed[0]?.label }]);
  });

  it('is a problem for every item that has it, with the label of the item', async ({ start }) => {
    const failing = servicesMapping({}).replace(/status: .*/, 'status: error("no status")');
    const harness = await start({ ...SMALL, mapping: failing });
    const { problems } = await told(harness);
    const labels = problems.filter(({ code }) => code === 'field_failed').map(({ label }) => label);
    expect(labels).toHaveLength(6);
    expect(new Set(labels).size).toBe(6);
  });

  it('names the second item where two give one identifier', async ({ start }) => {
    const harness = await start(SMALL);
    const [service] = harness.world.services;
    if (service === undefined) throw new Error('no services');
    harness.world.services.push({ ...service, status: service.status === 'healthy' ? 'unhealthy' : 'healthy' });
    const { problems } = await told(harness);
    expect(problems.length).toBeGreaterThan(0);
    for (const { label } of problems) expect(label.split('/').at(-1)).toBe(service.service);
    expect(serviceIdentifier(service)).toContain(service.service);
  });
});
