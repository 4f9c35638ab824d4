import { describe, expect } from 'vitest';
import { blueprintOf, explain, it, problemsOf } from './harness.ts';
import { serviceIdentifier } from './oracle.ts';
import { worldOf } from './world-steps.ts';

describe.concurrent('two items that give one identifier', () => {
  const place = { kind: 'Deployment', service: 'api' } as const;

  it('are both named, the first one stays, and no run changes its mind', async ({ start }) => {
    const world = worldOf(
      { ...place, cluster: 'a-b', namespace: 'c' },
      { ...place, cluster: 'a', namespace: 'b-c' },
      {},
    );
    const harness = await start({ world });
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    const [problem] = problemsOf(report, 'identifier_collision');
    expect(problem?.samples.join()).toMatch(
      /Deployment\/a\/b-c\/api.*Deployment\/a-b\/c\/api|Deployment\/a-b\/c\/api.*Deployment\/a\/b-c\/api/,
    );
    const before = harness.store.snapshot();
    expect(harness.store.entitiesOf('komodorService')).toHaveLength(2);
    harness.cutLogs();
    const next = await harness.run();
    expect(next.status).toBe('degraded');
    expect(problemsOf(next, 'identifier_collision')).toHaveLength(1);
    expect(harness.portWrites()).toEqual([]);
    expect(harness.store.snapshot()).toEqual(before);
  });

  it('are told apart when their dashes stand elsewhere only after encoding', async ({ start }) => {
    const world = worldOf(
      { ...place, cluster: 'x (y)', namespace: 'n' },
      { ...place, cluster: 'x =28y=29', namespace: 'n' },
    );
    const harness = await start({ world });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(harness.store.entitiesOf('komodorService')).toHaveLength(2);
  });
});

/** Two entries whose scopes overlap, so that every service is read twice and gives one entity twice. */
const READ_TWICE = JSON.stringify({
  resources: [{}, { kinds: ['Deployment'] }].map((scope, at) => ({
    kind: 'komodorService',
    selector: { query: 'true', ...scope },
    port: {
      entity: {
        mappings: {
          identifier: '.kind + "/" + .service',
          blueprint: '"komodorService"',
          properties: at === 0 ? { cluster: '.cluster' } : { status: '.status', namespace: '.namespace' },
        },
      },
    },
  })),
});

describe.concurrent('who an item is does not hang on how it is called', () => {
  it.for([
    ['a plain name', {}],
    ['a cluster name of 1,100 characters', { cluster: 'c'.repeat(1100) }],
    ['a namespace with characters of several bytes', { namespace: 'ü'.repeat(600) }],
    ['half a character', { cluster: 'a\ud83d' }],
    ['a control character', { service: 'a\u0000b' }],
    ['a slash', { cluster: 'arn:aws:eks:eu/prod' }],
    ['a missing namespace', JSON.parse('{"namespace":null}')],
    ['a missing namespace and uid', JSON.parse('{"namespace":null,"uid":null}')],
  ] as const)('with %s one service read twice is one service', async ([, change], { start }) => {
    const world = worldOf({ kind: 'Deployment', ...change });
    const harness = await start({ world, mapping: READ_TWICE });
    const report = await harness.run();
    expect(problemsOf(report, 'identifier_collision'), explain(report)).toEqual([]);
    const [entity] = harness.store.entitiesOf('komodorService');
    expect(entity?.properties).toHaveProperty('status');
    harness.cutLogs();
    await harness.run();
    expect(harness.portWrites()).toEqual([]);
  });

  const long = 'c'.repeat(1100);
  it.for([
    ['whose slashes stand elsewhere', { cluster: 'a/b', namespace: 'c' }, { cluster: 'a', namespace: 'b/c' }],
    ['that differ behind a thousand characters', { cluster: `${long}1` }, { cluster: `${long}2` }],
    ['of which one lacks what the other calls "?"', JSON.parse('{"namespace":null}'), { namespace: '?' }],
  ] as const)('two services %s are two services', async ([, one, other], { start }) => {
    const same = { kind: 'Deployment', service: 'api' } as const;
    const world = worldOf({ ...same, ...one, status: 'healthy' }, { ...same, ...other, status: 'unhealthy' });
    const harness = await start({ world, mapping: READ_TWICE });
    expect(problemsOf(await harness.run(), 'identifier_collision')).toHaveLength(1);
    harness.cutLogs();
    await harness.run();
    expect(harness.portWrites()).toEqual([]);
  });
});

describe.concurrent('bad data', () => {
  it('costs at most what it stands for: the page survives', async ({ start }) => {
    const world = worldOf(
      { labels: JSON.parse('{"__proto__":"x","constructor":"y","team":"z"}') },
      { labels: { half: 'a\ud800b' } },
      { annotations: { big: 'x'.repeat(5_000_000) } },
      { status: JSON.parse('"on-fire"') },
      { labels: { big: 'y'.repeat(1_500_000) } },
      JSON.parse('{"labels":null,"annotations":[],"lastDeploy":"never","link":7,"uid":null}'),
    );
    world.services.push(
      JSON.parse('{"cluster":"lonely"}'),
      JSON.parse('{"kind":5,"cluster":{},"namespace":[],"service":true}'),
    );
    const sound = world.services.slice(0, 6).map(serviceIdentifier);
    const harness = await start({ world });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('degraded');
    expect(
      harness.store
        .entitiesOf('komodorService')
        .map(({ identifier }) => identifier)
        .sort(),
    ).toEqual([...sound].sort());
    const propertiesOf = (at: number) => harness.store.entity('komodorService', sound[at] ?? '')?.properties ?? {};
    expect(JSON.stringify(propertiesOf(0).labels)).toContain('"constructor":"y"');
    expect(Object.keys(Object(propertiesOf(0).labels))).toContain('__proto__');
    expect(propertiesOf(1).labels).toEqual({ half: 'a\ufffdb' });
    expect(propertiesOf(3)).not.toHaveProperty('status');
    expect(propertiesOf(4)).not.toHaveProperty('labels');
    expect(propertiesOf(4)).toHaveProperty('status');
    expect(problemsOf(report, 'item_rejected')).toMatchObject([{ count: 2 }]);
    expect(problemsOf(report, 'value_refused').length).toBeGreaterThan(0);
    expect(problemsOf(report, 'entity_too_large')).toMatchObject([{ count: 1 }]);
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ created: 6, failed: 0 });
    harness.cutLogs();
    await harness.run();
    expect(harness.portWrites()).toEqual([]);
  });
});
