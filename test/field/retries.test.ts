import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it as plainIt } from 'vitest';
import { createGovernor } from '../../src/net/governor.ts';
import { createHttpClient } from '../../src/net/http-client.ts';
import { DEFAULT_POLICY, nextDelay } from '../../src/net/retry.ts';
import { listen } from '../net/local-server.ts';
import { handClock } from '../reporting/hand-clock.ts';
import { explain, it } from '../resync/harness.ts';
import { servicesMapping } from '../resync/shipped.ts';
import { until } from '../service/caller.ts';
import { SMALL_PAGES } from './stage.ts';

const SERVICES_ONLY = { services: 200, risksPerService: 0, mapping: servicesMapping({}) };

describe.concurrent('an answer that is trouble of the moment', () => {
  it.for(['408', '429', '500', '502', '503', '504'])(
    'ocean-services-post-not-retried: a services search that is answered %s once is asked again',
    async (status, { start }) => {
      const harness = await start({ services: 30, env: SMALL_PAGES });
      harness.komodor.faults.add(`services page 2 -> ${status} once`);
      const report = await harness.run();
      expect(report.status, explain(report)).toBe('completed');
      expect(harness.komodor.log.map((one) => one.status)).toContain(Number(status));
      harness.expectTruth();
    },
  );

  it('ocean-500-not-retried: a list of risks that is answered 500 once is asked again', async ({ start }) => {
    const harness = await start({ services: 30, env: SMALL_PAGES });
    harness.komodor.faults.add('risks page 2 -> 500 once');
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(report.requests.retries).toBe(1);
    harness.expectTruth();
  });

  plainIt('k8s-exporter-instant-retries: the waits between five attempts double, in milliseconds', () => {
    const failed = { problem: 'status', status: 503, repeatable: true, hostAnswered: true } as const;
    const waits = [1, 2, 3, 4, 5].map((attempt) => nextDelay(attempt, failed, DEFAULT_POLICY, () => 1));
    expect(waits).toEqual([300, 600, 1_200, 2_400, 'stop']);
  });
});

/** No more than are sent to a host that has not answered yet. */
const SENT_AT_ONCE = 6;

describe('a rate limit', () => {
  plainIt(
    'ocean-waits-end-together: five minutes are waited in full, by everybody, and then not all come at once',
    async () => {
      let isOver = false;
      const server = await listen(() => (isOver ? { json: {} } : { status: 429, headers: { 'retry-after': '300' } }));
      const clock = handClock();
      const governor = createGovernor({ side: 'komodor', concurrency: SENT_AT_ONCE, clock });
      const http = createHttpClient({
        side: 'komodor',
        baseUrl: server.url,
        timeoutMs: 10_000,
        maxResponseBytes: 1_000,
        governor,
        secrets: [],
      });
      const { signal } = new AbortController();
      const get = () => http.request({ method: 'GET', path: '/', repeatable: true, signal });
      const first = Array.from({ length: SENT_AT_ONCE }, get);
      await until(() => server.seen.length === SENT_AT_ONCE && governor.state().waitingUntil !== undefined);
      const later = Array.from({ length: SENT_AT_ONCE }, get);
      expect(governor.state().concurrency).toBeLessThan(SENT_AT_ONCE);
      clock.advance(298_000);
      // Whoever was let go by that would be there by now.
      await sleep(100);
      expect(server.seen).toHaveLength(SENT_AT_ONCE);
      isOver = true;
      clock.advance(3_000);
      await Promise.all([...first, ...later]);
      expect(server.seen).toHaveLength(3 * SENT_AT_ONCE);
      http.close();
    },
  );
});

describe.concurrent("Port's token", () => {
  it('ocean-token-refreshed-by-everybody: requests that are refused together get one new token together', async ({
    start,
  }) => {
    const harness = await start({
      ...SERVICES_ONLY,
      port: { latencyMs: 50 },
      env: { PORT_BATCHES_IN_FLIGHT: '8', PORT_CONCURRENCY: '8' },
    });
    await harness.run();
    for (const entity of harness.store.entitiesOf('komodorService'))
      harness.store.putEntity({ ...entity, title: 'old' });
    harness.cutLogs();
    harness.port.faults.add('bulk -> revoke once');
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    const refused = harness.port.log.filter(({ status }) => status === 401).length;
    expect(refused).toBeGreaterThan(3);
    expect(harness.port.log.filter(({ route }) => route === 'token')).toHaveLength(1);
    harness.expectTruth();
  });
});
