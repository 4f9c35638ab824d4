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
