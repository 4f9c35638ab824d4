import { describe, expect } from 'vitest';
import { blueprintOf, explain, it, problemsOf } from './harness.ts';
import { expectedCatalog } from './oracle.ts';
import { shippedMapping } from './shipped.ts';
import { worldOf } from './world-steps.ts';

const simple = (identifier: string, relations: object = {}) => ({
  identifier,
  title: identifier,
  schema: { properties: { note: { type: 'string' }, cluster: { type: 'string' }, namespace: { type: 'string' } } },
  relations,
});

/** A mapping of services with one entry per given text. */
function ofServices(...ports: readonly object[]): string {
  return JSON.stringify({
    resources: ports.map((port) => ({ kind: 'komodorService', selector: { query: 'true' }, port })),
  });
}

describe.concurrent('a mapping', () => {
  it('may have several entries of a kind: Komodor is read once, and they complete one entity', async ({ start }) => {
    const mapping = ofServices(
      {
        entity: {
          mappings: { identifier: '.service', blueprint: '"thing"', title: '"first"', properties: { note: '.kind' } },
        },
      },
      {
        entity: {
          mappings: {
            identifier: '.service',
            blueprint: '"thing"',
            title: '"second"',
            properties: { cluster: '.cluster' },
          },
        },
      },
    );
    const harness = await start({
      world: worldOf({}, {}),
      mapping,
      port: { initial: { blueprints: [simple('thing')] } },
    });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(blueprintOf(report, 'thing')).toMatchObject({ created: 2, updated: 0 });
    expect(harness.komodor.log.filter(({ route }) => route === 'services')).toHaveLength(1);
    const [service] = harness.world.services;
    const properties = { note: service?.kind, cluster: service?.cluster };
    expect(harness.store.entity('thing', service?.service ?? '')).toMatchObject({ title: 'second', properties });
    harness.cutLogs();
    await harness.run();
    expect(harness.portWrites()).toEqual([]);
  });

  it('may make several entities of one item', async ({ start }) => {
    const entity = {
      mappings: {
        identifier: '.service + "." + .entry.key',
        blueprint: '"thing"',
        properties: { note: '.entry.value' },
      },
    };
    const mapping = ofServices({ itemsToParse: '.labels | to_entries', itemsToParseName: 'entry', entity });
    const labels = { team: 'checkout', tier: 'gold' };
    const harness = await start({
      world: worldOf({ labels }, { labels: {} }),
      mapping,
      port: { initial: { blueprints: [simple('thing')] } },
    });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(
      harness.store
        .entitiesOf('thing')
        .map(({ properties }) => properties.note)
        .sort(),
    ).toEqual(['checkout', 'gold']);
  });

  it('may relate entities of one blueprint to each other, in a circle', async ({ start }) => {
    const mapping = ofServices({
      entity: {
        mappings: {
          identifier: '.service',
          blueprint: '"thing"',
          relations: { next: '{"a":"b","b":"c","c":"a"}[.service]' },
        },
      },
    });
    const self = simple('thing', { next: { target: 'thing' } });
    const world = worldOf({ service: 'a' }, { service: 'b' }, { service: 'c' });
    const harness = await start({ world, mapping, port: { initial: { blueprints: [self] } } });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(
      harness.store
        .entitiesOf('thing')
        .map(({ relations }) => relations.next)
        .sort(),
    ).toEqual(['a', 'b', 'c']);
    harness.cutLogs();
    const next = await harness.run();
    expect(next.status, explain(next)).toBe('completed');
    expect(harness.portWrites()).toEqual([]);
  });

  it('may name the risks before the services that they point at', async ({ start }) => {
    const text = shippedMapping({});
    const [head = '', services = '', risks = ''] = text.split(/^(?= {2}- kind:)/m);
    const harness = await start({ mapping: `${head}${risks}\n${services}` });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    harness.expectTruth();
  });

  it('may search for the entity: what is found is updated, what is not is no error', async ({ start }) => {
    const rules = [{ property: '"cluster"', operator: '"="', value: '.service' }];
    const identifier = { combinator: '"and"', rules };
    const mapping = ofServices({
      entity: { mappings: { identifier, blueprint: '"thing"', properties: { note: '.kind' } } },
    });
    const entities = [
      { blueprint: 'thing', identifier: 'theirs', properties: { cluster: 'api' }, datasource: 'someone/else' },
    ];
    const harness = await start({
      world: worldOf({ service: 'api', kind: 'Rollout' }, { service: 'worker' }),
      mapping,
      port: { initial: { blueprints: [simple('thing')], entities } },
    });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(harness.store.entitiesOf('thing')).toMatchObject([
      { identifier: 'theirs', properties: { note: 'Rollout', cluster: 'api' } },
    ]);
  });

  it('tells Komodor what to leave out', async ({ start }) => {
    const shipped = shippedMapping({});
    let at = 0;
    const selectors = [
      'clusters: [production-eu], namespaces: [shop]',
      'severity: high, status: [open, confirmed], clusters: production-eu',
    ];
    const mapping = shipped
      .replaceAll('query: "true"', () => `{ query: "true", ${selectors[at++]} }`)
      .replaceAll(/selector:\s+\{/g, 'selector: {');
    const harness = await start({ services: 200, mapping });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    const truth = expectedCatalog(harness.world);
    const services = truth.komodorService.filter(
      ({ properties: p }) => p.cluster_name === 'production-eu' && p.namespace_name === 'shop',
    );
    const risks = truth.komodorHealthMonitoring.filter(
      ({ properties: p }) =>
        p.cluster_name === 'production-eu' && p.severity === 'high' && ['open', 'confirmed'].includes(String(p.status)),
    );
    expect(services.length * risks.length).toBeGreaterThan(0);
    expect(report.kinds.map(({ extracted }) => extracted)).toEqual([services.length, risks.length]);
    expect(
      harness.store
        .entitiesOf('komodorService')
        .map(({ identifier }) => identifier)
        .sort(),
    ).toEqual(services.map(({ identifier }) => identifier));
    expect(
      harness.store
        .entitiesOf('komodorHealthMonitoring')
        .map(({ identifier }) => identifier)
        .sort(),
    ).toEqual(risks.map(({ identifier }) => identifier));
    const asked = new URLSearchParams(harness.komodor.log.find(({ route }) => route === 'risks')?.query);
    expect([asked.getAll('severity'), asked.getAll('status'), asked.getAll('clusterName')]).toEqual([
      ['high'],
      ['open', 'confirmed'],
      ['production-eu'],
    ]);
  });

  it.for(['komodorService', 'komodorHealthMonitoring'])(
    'that misspells a cluster is told the clusters that there are, and deletes nothing: %s',
    async (kind, { start }) => {
      const harness = await start({ services: 20, mapping: shippedMapping({ entityDeletionThreshold: '1' }) });
      await harness.run();
      await harness.reopen({
        mapping: shippedMapping({ entityDeletionThreshold: '1' }).replace(
          new RegExp(`(kind: ${kind}\\s+selector:\\s+)query: "true"`),
          '$1{ query: "true", clusters: production-eux }',
        ),
        env: { MAPPING_SOURCE: 'file' },
      });
      const report = await harness.run();
      const [problem] = problemsOf(report, 'read_incomplete');
      expect(problem?.message).toMatch(/production-eux, which Komodor does not know.*Komodor knows: .*production-eu\b/);
      const { deletionBlocked, deleted } = blueprintOf(report, kind);
      expect([deletionBlocked?.reason, deleted]).toEqual(['incomplete', 0]);
      expect(report.status).toBe('failed');
      harness.expectTruth();
    },
  );

  it('deletes what a narrower selection leaves out, for it is not ours to keep any more', async ({ start }) => {
    const harness = await start({ services: 40, mapping: shippedMapping({ entityDeletionThreshold: '0.9' }) });
    await harness.run();
    const narrower = shippedMapping({ entityDeletionThreshold: '0.9' }).replace(
      'query: "true"',
      `query: .cluster == "production-eu"`,
    );
    await harness.reopen({ mapping: narrower });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    const kept = harness.store.entitiesOf('komodorService').map(({ properties }) => properties.cluster_name);
    expect(new Set(kept)).toEqual(new Set(['production-eu']));
    expect(report.kinds).toContainEqual(
      expect.objectContaining({ kind: 'komodorService', filtered: 20, selected: 20 }),
    );
  });
});
