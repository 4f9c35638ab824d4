import { describe, expect } from 'vitest';
import { subjectAt } from '../../src/komodor/subject.ts';
import type { RequestRecord } from '../../src/sandbox/http.ts';
import { until } from '../service/caller.ts';
import { it } from './harness.ts';

/** How many requests of a resync may come between those of one event: as many as answers come while one is waited for. */
const IN_FLIGHT = 2;

describe('a live event during a resync', () => {
  it('goes before all requests that wait, to Komodor and to Port, and the resync goes on', async ({ start }) => {
    const harness = await start({
      services: 600,
      komodor: { latencyMs: 20 },
      port: { latencyMs: 100 },
      env: { PORT_CONCURRENCY: String(IN_FLIGHT), KOMODOR_CONCURRENCY: '1' },
    });
    await harness.run();
    const [service] = harness.world.services.slice(-1);
    if (service === undefined) throw new Error('This world has no services');
    const { cluster, namespace, kind, service: name } = service;
    // What an event asks for once for all events.
    await harness.refresh(subjectAt({ cluster, namespace, kind, name }));
    for (const blueprint of ['komodorService', 'komodorHealthMonitoring']) {
      for (const entity of harness.store.entitiesOf(blueprint)) harness.store.putEntity({ ...entity, title: 'old' });
    }
    harness.cutLogs();
    const run = harness.run();
    const resyncWrites = () => harness.port.log.filter((each) => causeOf(each) === 'resync').length;
    await until(() => resyncWrites() >= 2);
    const before = resyncWrites();
    await harness.refresh(subjectAt({ cluster, namespace, kind, name }));
    const during = resyncWrites();
    const report = await run;
    expect(report.status).toBe('completed');
    const after = resyncWrites();
    expect(harness.port.log.filter((each) => causeOf(each) === 'http_request').length).toBeGreaterThan(0);
    // The resync was neither over before, nor kept waiting.
    expect(after - during).toBeGreaterThan(3);
    expect(during - before).toBeLessThan(15 * IN_FLIGHT);
    harness.expectTruth();
  });
});

function causeOf({ route, query }: RequestRecord): string | null {
  return route === 'bulk' ? new URLSearchParams(query).get('ocean_info_event_type') : null;
}
