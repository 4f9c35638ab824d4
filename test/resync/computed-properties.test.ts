import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createApplication } from '../../src/compose.ts';
import { loadSettings } from '../../src/config/settings.ts';
import type { RunReport } from '../../src/core/report.ts';
import { blueprintOf, explain, type Harness, type HarnessOptions, it, openHarness, problemsOf } from './harness.ts';
import { servicesMapping } from './shipped.ts';

const COUNT = { calculationBy: 'entities', func: 'count' };
const risks = (title: string) => ({
  title,
  target: 'komodorHealthMonitoring',
  calculationSpec: COUNT,
  pathFilter: [{ path: ['service'], fromBlueprint: 'komodorHealthMonitoring' }],
});
/** Services count the risks that point at them, which is a circle; and risks show what their service is. */
const EXTENSIONS = [
  {
    extends: 'komodorService',
    aggregationProperties: { all_risks: risks('All Risks'), same_risks: risks('The Same') },
    calculationProperties: { shout: { title: 'Shout', calculation: '.title | ascii_upcase', type: 'string' } },
  },
  { extends: 'komodorHealthMonitoring', mirrorProperties: { service_status: { title: 'S', path: 'service.status' } } },
];
const LATER = { title: 'Later', target: 'elsewhere', calculationSpec: COUNT };

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The shipped blueprints and more. */
function withBlueprints(...documents: readonly object[]): { readonly BLUEPRINTS_PATH: string } {
  const folder = mkdtempSync(join(tmpdir(), 'blueprints-'));
  folders.push(folder);
  for (const name of ['komodor-service.json', 'komodor-health-monitoring.json'])
    cpSync(join('blueprints', name), join(folder, name));
  writeFileSync(join(folder, 'more.json'), JSON.stringify(documents));
  return { BLUEPRINTS_PATH: folder };
}

const small = (env: HarnessOptions['env'], more: HarnessOptions = {}) =>
  ({ services: 5, risksPerService: 1, clusters: 1, ...(env ? { env } : {}), ...more }) satisfies HarnessOptions;

const idsOf = (harness: Harness, blueprint: string) => {
  const { aggregationProperties, calculationProperties, mirrorProperties } = harness.store.blueprint(blueprint) ?? {};
  return Object.keys({ ...aggregationProperties, ...calculationProperties, ...mirrorProperties }).sort();
};

function expectComputed(harness: Harness): void {
  expect(idsOf(harness, 'komodorService')).toEqual(['all_risks', 'same_risks', 'shout']);
  expect(idsOf(harness, 'komodorHealthMonitoring')).toEqual(['service_status']);
}

function expectWhole(harness: Harness): void {
  expectComputed(harness);
  harness.expectTruth();
}

const setupWrites = ({ port }: Harness) =>
  port.log.filter(({ route, method }) => route === 'blueprints' && method !== 'GET');
/** The shipped service blueprint with more in it, as somebody made it in Port. */
const service = (more: object) => ({ ...JSON.parse(readFileSync('blueprints/komodor-service.json', 'utf8')), ...more });

describe.concurrent('properties that Port computes', () => {
  it('are made after what they build on, and change nothing in the entities', async ({ start }) => {
    const harness = await start(small(withBlueprints(...EXTENSIONS)));
    const first = await harness.run();
    expect([first.status, first.problems], explain(first)).toEqual(['completed', []]);
    expectWhole(harness);
    harness.cutLogs();
    const second = await harness.run();
    expect([second.status, second.problems], explain(second)).toEqual(['completed', []]);
    expect(harness.portWrites()).toEqual([]);
    expect(blueprintOf(second, 'komodorService')).toMatchObject({ unchanged: 5, updated: 0 });
  });

  it('are no part of an entity where Port shows whole entities too', async ({ start }) => {
    const harness = await start(small(withBlueprints(...EXTENSIONS)));
    await harness.run();
    harness.cutLogs();
    harness.port.faults.add('search -> refuse-include');
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(harness.portWrites()).toEqual([]);
  });

  it('stay as somebody edited them, and so does what somebody added', async ({ start }) => {
    const edited = { ...risks('Mine'), description: 'edited' };
    const aggregationProperties = { all_risks: edited, own: { ...risks('Own') } };
    const harness = await start(small(undefined));
    await harness.run();
    harness.store.putBlueprint(service({ aggregationProperties }));
    await harness.reopen({ env: withBlueprints(...EXTENSIONS) });
    const report = await harness.run();
    expect([report.status, report.problems], explain(report)).toEqual(['completed', []]);
    expect(idsOf(harness, 'komodorService')).toEqual(['all_risks', 'own', 'same_risks', 'shout']);
    expect(harness.store.blueprint('komodorService')?.aggregationProperties).toMatchObject(aggregationProperties);
    harness.expectTruth();
  });

  it('wait for their target with a word, and nothing else waits with them', async ({ start }) => {
    const along = { ...risks('Along'), pathFilter: [{ path: ['owner'], fromBlueprint: 'komodorHealthMonitoring' }] };
    const extension = {
      extends: 'komodorService',
      aggregationProperties: { later: LATER, along },
      mirrorProperties: { of: { path: 'owner.$title' } },
    };
    const harness = await start(small(withBlueprints(...EXTENSIONS, extension)));
    const first = await harness.run();
    expect(first.status, explain(first)).toBe('completed');
    const sentence = (what: string, why: string) => `Blueprint komodorService gets no ${what}: ${why}`;
    expect(problemsOf(first, 'blueprint_missing').map(({ severity, message }) => [severity, message])).toEqual([
      ['warning', sentence('mirror of', 'blueprint komodorService has no relation owner in Port')],
      ['warning', sentence('aggregation later', 'Port has no blueprint elsewhere')],
      ['warning', sentence('aggregation along', 'blueprint komodorHealthMonitoring has no relation owner in Port')],
    ]);
    expectWhole(harness);
    const relations = { s: { target: 'komodorService' } };
    harness.store.putBlueprint({ identifier: 'elsewhere', title: 'E', schema: { properties: {} }, relations });
    await harness.run();
    expect(idsOf(harness, 'komodorService')).toContain('later');
  });

  it('that Port refuses cost only themselves', async ({ start }) => {
    const extension = { extends: 'komodorService', aggregationProperties: { later: LATER } };
    const harness = await start(small(withBlueprints(...EXTENSIONS, extension)));
    harness.store.putBlueprint({ identifier: 'elsewhere', title: 'E', schema: { properties: {} } });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(problemsOf(report, 'blueprint_failed')).toEqual([
      expect.objectContaining({
        severity: 'warning',
        message: expect.stringMatching(/^Blueprint komodorService gets no aggregation later: .*is not related/),
      }),
    ]);
    expectComputed(harness);
  });

  it('and an ordinary property of one name do not replace each other', async ({ start }) => {
    const taken = { ...service({}), aggregationProperties: { labels: risks('L') } };
    delete taken.schema.properties.labels;
    taken.schema.properties.shout = { type: 'string' };
    const relations = { service: { target: 'komodorService' } };
    const harness = await start(small(withBlueprints(...EXTENSIONS)));
    harness.store.putBlueprint({ ...taken, aggregationProperties: {} });
    harness.store.putBlueprint({
      identifier: 'komodorHealthMonitoring',
      title: 'K',
      schema: { properties: {} },
      relations,
    });
    harness.store.putBlueprint(taken);
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(problemsOf(report, 'blueprint_drift').map(({ message }) => message)).toEqual([
      "Blueprint komodorService in Port: property labels is a computed one (aggregation), so it is not written. Port's is kept",
      "Blueprint komodorService in Port: property shout is an ordinary one, ours a computed one (calculation). Port's is kept",
    ]);
    expect(problemsOf(report, 'property_undeclared')).toHaveLength(1);
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ created: 5, failed: 0 });
    expect(idsOf(harness, 'komodorService')).toEqual(['all_risks', 'labels', 'same_risks']);
  });

  it('are in the plan as a resync would write them, which is then all there is to write', async ({ start }) => {
    const harness = await start(small(withBlueprints(...EXTENSIONS)));
    const plan = await harness.run('plan');
    expect(plan.status, explain(plan)).toBe('completed');
    expect(harness.store.blueprints()).toEqual([]);
    const diffOf = ({ setup = [] }: RunReport, name: string) =>
      setup.filter(({ identifier }) => identifier === name).map(({ diff }) => diff);
    expect(diffOf(plan, 'komodorService')).toEqual([expect.stringContaining('all_risks')]);
    expect(diffOf(plan, 'komodorHealthMonitoring')).toEqual([expect.stringContaining('service_status')]);
    await harness.reopen({});
    await harness.run();
    await harness.reopen({ env: withBlueprints(...EXTENSIONS) });
    const addition = await harness.run('plan');
    expect(diffOf(addition, 'komodorService')).toEqual([expect.stringContaining('all_risks')]);
    await harness.run();
    expect((await harness.run('plan')).setup).toEqual([]);
  });

  it('are whole when several replicas prepare Port side by side', async ({ start }) => {
    const env = withBlueprints(...EXTENSIONS);
    const harness = await start(small(env, { port: { latencyMs: 5 } }));
    const all = { ...harness.env, ...env };
    const open = () => createApplication(loadSettings(all, { dotenvPath: '/dev/null' }), all);
    const replicas = await Promise.all([open(), open(), open()]);
    const { signal } = new AbortController();
    const reports = await Promise.all(
      replicas.map((replica) => replica.run({ mode: 'resync', trigger: 'cli' }, signal)),
    );
    for (const replica of replicas) replica.close();
    for (const report of reports) expect(report.status, explain(report)).toBe('completed');
    expectWhole(harness);
  });

  it('are not written by a mapping that names one', async ({ start }) => {
    const more = `
  - kind: komodorService
    selector: { query: 'true' }
    port: { entity: { mappings: {
      identifier: '[.kind, .cluster, .namespace, .service] | join("-")', blueprint: '"komodorService"',
      properties: { all_risks: '7' } } } }`;
    const harness = await start(small(withBlueprints(...EXTENSIONS), { mapping: servicesMapping({}, more) }));
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(problemsOf(report, 'property_undeclared')).toMatchObject([{ count: 5 }]);
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ created: 5, failed: 0 });
    harness.cutLogs();
    await harness.run();
    expect(harness.portWrites()).toEqual([]);
  });
});

describe('each call that prepares Port fails once', () => {
  let env: { readonly BLUEPRINTS_PATH: string };
  let calls = 0;
  beforeAll(async () => {
    env = withBlueprints(...EXTENSIONS);
    const harness = await openHarness(small(env));
    await harness.run();
    calls = harness.port.log.filter(({ route }) => route === 'blueprints').length;
    expect(setupWrites(harness)).toHaveLength(4);
    await harness.close();
  });

  it.for(['429 retry-after 0', '500', '503', 'reset', 'lost', 'lost 502', 'cut'])(
    'by %s, as if nothing had been',
    async (way, { start }) => {
      for (let call = 1; call <= calls; call += 1) {
        const harness = await start(small(env));
        harness.port.faults.add(`blueprints call ${call} -> ${way}`);
        const report = await harness.run();
        expect([report.status, report.problems], `call ${call}: ${explain(report)}`).toEqual(['completed', []]);
        expectWhole(harness);
      }
    },
  );
});
