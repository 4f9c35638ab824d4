import { describe, expect } from 'vitest';
import type { RunReport } from '../../src/core/report.ts';
import { standIns } from '../../src/sandbox/komodor/stand-ins.ts';
import { computedEntity } from '../../src/sandbox/port/projection.ts';
import { ADD_ONS, blueprintsOf } from '../golden/shipped-add-ons.ts';
import { blueprintOf, explain, type Harness, type HarnessOptions, it, problemsOf } from './harness.ts';

const SMALL = { services: 5, risksPerService: 0, clusters: 1 };
const WORKLOADS = { ADD_ONS: 'k8s-workloads,komodor-workloads' };

describe.concurrent('an add-on that is switched on later', () => {
  it('is named as long as the mapping in Port has nothing of it', async ({ start }) => {
    const harness = await start(SMALL);
    await harness.run();
    await harness.reopen({ env: WORKLOADS });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(problemsOf(report, 'add_on_unused').map(({ severity, message }) => [severity, message])).toEqual(
      ['k8s-workloads', 'komodor-workloads'].map((name) => [
        'warning',
        expect.stringMatching(
          `^Port's integration under-test has no entry of .*mappings/${name}.yaml, .*komodorService`,
        ),
      ]),
    );
    await harness.reopen({ env: { ...WORKLOADS, MAPPING_SOURCE: 'file' } });
    expect((await harness.run()).problems).toEqual([]);
    // Now Port has them.
    await harness.reopen({ env: WORKLOADS });
    expect((await harness.run()).problems).toEqual([]);
  });

  it('is in the mapping that Port gets at first', async ({ start }) => {
    const harness = await start({ ...SMALL, env: WORKLOADS });
    for (const round of [1, 2]) {
      const report = await harness.run();
      expect([report.status, report.problems], `${round}: ${explain(report)}`).toEqual(['completed', []]);
    }
  });
});

/** Komodor's time stands still, so that between two runs no issue ends by itself. */
function withAddOns(addOns: readonly string[], more: HarnessOptions = {}): HarnessOptions {
  const now = Math.floor(Date.now() / 1000);
  const komodor = { now: () => now };
  return { services: 60, risksPerService: 0.5, clusters: 2, komodor, env: { ADD_ONS: addOns.join() }, ...more };
}

/** What is wrong, but for deploys and risks of services that Komodor does not list any more. */
function troubles({ status, problems }: RunReport) {
  return [status, problems.filter(({ code }) => code !== 'relation_target_missing')];
}

describe.concurrent('the shipped add-ons', () => {
  it.for([...ADD_ONS.map((name) => [name]), ADD_ONS, ADD_ONS.filter((name) => name !== 'clusters')])(
    'fill Port, whole and without a complaint, and the second run changes nothing: %j',
    async (addOns, { start }) => {
      const harness = await start(withAddOns(addOns));
      const first = await harness.run();
      expect(troubles(first), explain(first)).toEqual(['completed', []]);
      for (const blueprint of addOns.flatMap(blueprintsOf)) {
        const { created, failed } = blueprintOf(first, blueprint);
        expect([created > 1, failed], blueprint).toEqual([true, 0]);
        expect(harness.store.entities.count(blueprint)).toBe(created);
      }
      harness.cutLogs();
      const second = await harness.run();
      expect(troubles(second), explain(second)).toEqual(['completed', []]);
      expect(harness.portWrites()).toEqual([]);
      expect((await harness.run('plan')).setup).toEqual([]);
    },
  );

  it('are connected: Port counts around services and clusters what it holds', async ({ start }) => {
    const harness = await start(withAddOns(ADD_ONS));
    await harness.run();
    const risks = harness.store.entitiesOf('komodorHealthMonitoring');
    const openOf = (severity: string, identifier: string) =>
      risks.filter(
        ({ relations, properties }) =>
          relations.service === identifier && properties.status === 'open' && properties.severity === severity,
      ).length;
    const services = computed(harness, 'komodorService');
    expect(services.length).toBe(60);
    for (const { identifier, properties } of services) {
      const { open_high_risks, open_medium_risks, open_low_risks } = properties;
      const open = ['high', 'medium', 'low'].map((severity) => openOf(severity, identifier));
      expect([open_high_risks, open_medium_risks, open_low_risks], identifier).toEqual(open);
    }
    const total = (id: string) => services.reduce((sum, { properties }) => sum + Number(properties[id] ?? 0), 0);
    expect(total('open_issues')).toBeGreaterThan(0);
    expect(total('deploys_last_week')).toBeGreaterThan(10);
    expect(total('cost_total')).toBeGreaterThan(0);
    const issues = harness.store.entitiesOf('komodorIssue');
    expect(issues.filter(({ relations }) => relations.service).length).toBeGreaterThan(issues.length / 4);
    for (const { identifier, properties } of computed(harness, 'komodorCluster')) {
      const own = harness.world.services.filter(({ cluster }) => cluster === identifier);
      expect(properties).toMatchObject({
        services: own.length,
        unhealthy_services: own.filter(({ status }) => status === 'unhealthy').length,
        open_issues: issues.filter(
          ({ properties: { cluster_name, status } }) => cluster_name === identifier && status === 'open',
        ).length,
      });
    }
  });

  it('let go of an issue and a deploy that Komodor does not list any more, by their time in Port', async ({
    start,
  }) => {
    const addOns = ['issues', 'deploys'];
    const options = withAddOns(addOns);
    const harness = await start(options);
    await harness.run();
    for (const kind of ['komodorIssue', 'komodorDeploy']) {
      const rows = standIns.find((one) => one.kind === kind)?.rows(harness.world, options.komodor?.now?.() ?? 0) ?? [];
      harness.world.timeline.remove(rows[5]?.identity ?? '');
    }
    const report = await harness.run();
    expect(troubles(report), explain(report)).toEqual(['completed', []]);
    for (const blueprint of addOns.flatMap(blueprintsOf)) {
      expect(blueprintOf(report, blueprint)).toMatchObject({ deleted: 1, stale: 1, updated: 0 });
    }
  });

  it('put cost on services and make none', async ({ start }) => {
    const harness = await start(withAddOns(['cost']));
    const report = await harness.run();
    expect(harness.store.entities.count('komodorService')).toBe(60);
    const costs = report.kinds.find(({ kind }) => kind === 'komodorCost');
    // Komodor also tells what no service used, and what workloads cost that are no service.
    expect(costs?.filtered).toBeGreaterThan(2);
    const withCost = harness.store.entitiesOf('komodorService').filter(({ properties }) => 'cost_total' in properties);
    expect(withCost.length).toBe(costs?.selected);
    harness.world.services.splice(0, 1);
    expect((await harness.run()).status).toBe('completed');
    expect(harness.store.entities.count('komodorService')).toBe(59);
  });
});

function computed({ store }: Harness, blueprint: string) {
  return store.entitiesOf(blueprint).map((entity) => computedEntity(store, entity));
}
