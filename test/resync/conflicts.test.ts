import { describe, expect } from 'vitest';
import { blueprintOf, explain, type Harness, it, problemsOf } from './harness.ts';
import { serviceIdentifier } from './oracle.ts';
import { servicesMapping, shippedMapping } from './shipped.ts';

const SERVICES = { services: 6, risksPerService: 0, mapping: servicesMapping({}) } as const;

/** An entry that writes the services too. */
function second(
  kind: string,
  selector: string,
  fields: string,
  identifier = '[.kind, .cluster, .namespace, .service] | join("-")',
) {
  return `  - kind: ${kind}
    selector: { query: "true"${selector} }
    port:
      entity:
        mappings:
          identifier: '${identifier}'
          blueprint: '"komodorService"'
          ${fields}
`;
}
/** Names the service that a risk is about. */
const ITS_SERVICE = '.komodorUid | split("|") | join("-")';

/** One run that says it, and one that says it again and writes nothing; Port keeps the same all the time. */
async function expectSettled(harness: Harness, paths: readonly string[]): Promise<void> {
  const first = await harness.run();
  expect(first.status, explain(first)).toBe('degraded');
  const kept = harness.store.snapshot();
  for (let run = 0; run < 2; run += 1) {
    harness.cutLogs();
    const again = await harness.run();
    const groups = problemsOf(again, 'field_conflict').map(({ message }) => message.split(' ')[1]);
    expect(groups.sort()).toEqual([...paths].sort());
    expect(again.status).toBe('degraded');
    expect(blueprintOf(again, 'komodorService')).toMatchObject({ updated: 0, created: 0, failed: 0 });
    expect(harness.port.log.filter(({ route }) => route === 'bulk')).toEqual([]);
    expect(harness.store.snapshot()).toEqual(kept);
  }
}

describe.concurrent('two values for one field in one run', () => {
  it('of a service that Komodor lists twice: the first is kept and it is said', async ({ start }) => {
    const harness = await start(SERVICES);
    const [service] = harness.world.services;
    if (service === undefined) throw new Error('no services');
    harness.world.services.push({ ...service, status: service.status === 'healthy' ? 'unhealthy' : 'healthy' });
    await expectSettled(harness, ['properties.status']);
    const entity = harness.store.entity('komodorService', serviceIdentifier(service));
    expect(entity?.properties.status).toBe(service.status);
  });

  it('of entries of two kinds', async ({ start }) => {
    const fields = 'title: .checkType\n          properties: { status: \'"odd"\', labels: "{a: 1}" }';
    const mapping = shippedMapping({}, second('komodorHealthMonitoring', '', fields, ITS_SERVICE));
    const harness = await start({ services: 6, risksPerService: 1, mapping: mapping.replace('"odd"', '"unknown"') });
    await expectSettled(harness, ['title', 'properties.labels', 'properties.status']);
  });

  it('of entries with different selectors', async ({ start }) => {
    const harness = await start({
      ...SERVICES,
      mapping: servicesMapping(
        {},
        second('komodorService', ', status: [healthy, unhealthy, unknown]', 'properties: { service_name: \'"x"\' }'),
      ),
    });
    await expectSettled(harness, ['properties.service_name']);
  });

  it('of which one clears it', async ({ start }) => {
    const harness = await start({
      ...SERVICES,
      mapping: servicesMapping(
        {},
        second('komodorService', ', status: [healthy, unhealthy, unknown]', 'properties: { service_name: "null" }'),
      ),
    });
    await expectSettled(harness, ['properties.service_name']);
  });

  it('is none when they agree, or fill different fields', async ({ start }) => {
    const fields = 'title: .service\n          icon: \'"Star"\'\n          properties: { status: .status }';
    const mapping = servicesMapping({}, second('komodorService', ', status: [healthy, unhealthy, unknown]', fields));
    const harness = await start({ ...SERVICES, mapping });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(harness.store.entitiesOf('komodorService').every(({ icon, title }) => icon === 'Star' && title)).toBe(true);
    const again = await harness.run();
    expect(blueprintOf(again, 'komodorService')).toMatchObject({ updated: 0, unchanged: 6 });
  });
});

describe.concurrent('entries that ask Komodor for the same', () => {
  it.for([
    ['', ', clusters: []'],
    [', clusters: []', ', namespaces: null, kinds: []'],
    [', kinds: [Deployment, StatefulSet]', ', kinds: [StatefulSet, Deployment, Deployment]'],
    [', clusters: production-eu', ', clusters: [production-eu]'],
  ] as const)('are read once: {%s} and {%s}', async ([one, other], { start }) => {
    const entries = [one, other].map((selector) => second('komodorService', selector, 'title: .service')).join('');
    const harness = await start({ ...SERVICES, mapping: `resources:\n${entries}` });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(harness.komodor.log.filter(({ route }) => route === 'services')).toHaveLength(report.kinds[0]?.pages ?? -1);
    expect(report.kinds[0]?.duplicates).toBe(0);
  });
});
