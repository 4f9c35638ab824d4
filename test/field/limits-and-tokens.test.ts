import { describe, expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Clock } from '../../src/net/clock.ts';
import { createGovernor } from '../../src/net/governor.ts';
import { createHttpClient } from '../../src/net/http-client.ts';
import { PortApi } from '../../src/port/api.ts';
import { TokenProvider } from '../../src/port/token.ts';
import { type PortOptions, startPort } from '../../src/sandbox/port/server.ts';
import { listen } from '../net/local-server.ts';
import { get } from '../net/test-client.ts';
import { handClock } from '../reporting/hand-clock.ts';
import { explain, it } from '../resync/harness.ts';
import { until } from '../service/caller.ts';

const { signal } = new AbortController();
const CREDENTIALS = { clientId: 'client', clientSecret: 'secret-of-the-test' };

/** A clock on which waiting takes no time but is counted. */
function leapingClock(): Clock {
  let time = Date.now();
  return {
    now: () => time,
    async sleep(ms) {
      time += ms;
    },
  };
}

function clientWith(clock: Clock, baseUrl: string) {
  const governor = createGovernor({ side: 'komodor', concurrency: 8, clock });
  const limits = { timeoutMs: 5_000, maxResponseBytes: 1_000_000, secrets: [] };
  const http = createHttpClient({ side: 'komodor', baseUrl, governor, ...limits });
  onTestFinished(() => http.close());
  return { http, governor };
}

/** A thing for Port's API with places for 50 writers at once. */
async function openPort(options: Partial<PortOptions>) {
  const blueprint = { identifier: 'thing', title: 'Thing', schema: { properties: {} }, relations: {} };
  const port = await startPort({ ...CREDENTIALS, initial: { blueprints: [blueprint] }, ...options });
  const http = createHttpClient({
    side: 'port',
    baseUrl: `${port.url}/v1`,
    timeoutMs: 10_000,
    maxResponseBytes: 1_000_000,
    governor: createGovernor({ side: 'port', concurrency: 50 }),
    secrets: [],
  });
  onTestFinished(async () => {
    http.close();
    await port.close();
  });
  const api = new PortApi(http, new TokenProvider(http, CREDENTIALS, 'test'), 'test');
  const path = '/blueprints/thing/entities/bulk';
  const write = (identifier: string) =>
    api.call(
      { method: 'POST', path, query: { upsert: 'true' }, body: { entities: [{ identifier }] } },
      z.unknown(),
      signal,
    );
  const tokens = () => port.log.filter(({ route }) => route === 'token').length;
  return { port, write, tokens };
}

const WRITERS = Array.from({ length: 50 }, (_, at) => `writer-${at}`);

describe('a limit of the host', () => {
  it('ocean-2717-retry-after-1200s: twenty minutes of patience are twenty minutes, not twenty questions', async () => {
    const clock = leapingClock();
    const from = clock.now();
    const opensAt = from + 1_200_000;
    const server = await listen(() => {
      const left = Math.ceil((opensAt - clock.now()) / 1000);
      return left > 0 ? { status: 429, headers: { 'retry-after': String(left) } } : { json: 'open' };
    });
    const { http } = clientWith(clock, server.url);
    expect((await http.request(get)).json()).toBe('open');
    expect(clock.now() - from).toBeGreaterThanOrEqual(1_200_000);
    // Ten minutes at a time is the longest that we wait without looking.
    expect(server.seen).toHaveLength(3);
  });

  it('servicenow-3663-429-without-headers: one 429 that says nothing more stops everybody for a while', async () => {
    const clock = handClock();
    const server = await listen((_seen, call) => (call === 2 ? { status: 429 } : { json: call }));
    const { http, governor } = clientWith(clock, server.url);
    await http.request(get);
    const limited = http.request(get);
    await until(() => governor.state().waitingUntil !== undefined);
    const others = [http.request(get), http.request({ ...get, path: '/other' })];
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.seen).toHaveLength(2);
    const untilThen = (governor.state().waitingUntil ?? 0) - clock.now();
    expect(untilThen).toBeGreaterThanOrEqual(300);
    clock.advance(untilThen);
    expect(await Promise.all([limited, ...others])).toHaveLength(3);
    expect(server.seen).toHaveLength(5);
  });

  it('ocean-224-429-storm: twenty refusals in a row are waited out, for all requests together', async () => {
    const clock = leapingClock();
    const from = clock.now();
    let refusals = 0;
    const server = await listen(() => {
      if (clock.now() - from >= 60_000) return { json: 1 };
      refusals += 1;
      return { status: 429, headers: { 'x-ratelimit-reset': '30', 'x-ratelimit-remaining': '0' } };
    });
    const { http } = clientWith(clock, server.url);
    const answers = await Promise.all(WRITERS.map((path) => http.request({ ...get, path: `/${path}` })));
    expect(answers).toHaveLength(50);
    // Those that were under way when it began, and one round more after each wait.
    expect(refusals).toBeLessThanOrEqual(24);
  });

  it('armorcode-post-429: reading by POST is as patient as reading by GET', async ({ start }) => {
    const harness = await start({ services: 20 });
    harness.komodor.faults.add('services call 1 -> 429 retry-after 1');
    harness.komodor.faults.add('services call 2 -> 503');
    harness.komodor.faults.add('risks call 1 -> 429');
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(report.requests.retries).toBe(3);
    harness.expectTruth();
  });

  it('ocean-1814-limit-met-by-running-into-it: the headers are read before the 429', async ({ start }) => {
    // Long enough that a slow machine does not let the period pass by itself.
    const rateLimit = { limit: 20, periodSeconds: 10 };
    const harness = await start({ services: 300, risksPerService: 0, port: { rateLimit } });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(report.requests.rateLimitWaitMs).toBeGreaterThan(0);
    expect(harness.port.log.filter(({ status }) => status === 429)).toEqual([]);
    harness.expectTruth();
  });
});

describe("Port's token", () => {
  it('ocean-0.43.6-token-expires-mid-run: fifty writers share one new token at a time and lose nothing', async () => {
    const { port, write, tokens } = await openPort({ tokenTtlSeconds: 2, faults: ['bulk -> slow 250'] });
    const from = performance.now();
    for (let round = 0; round < 12; round += 1) {
      await Promise.all(WRITERS.map((name) => write(`${name}-${round}`)));
    }
    const end = performance.now();
    const lives = Math.ceil((end - from) / 1_000);
    expect(tokens()).toBeGreaterThan(1);
    // Renewed at 80 % of two seconds; one request each time, whoever asks.
    expect(tokens()).toBeLessThanOrEqual(lives + 1);
    expect(port.store.entitiesOf('thing')).toHaveLength(600);
  });

  it('k8s-exporter-401-drops-entity: a token that Port takes back costs one more sign-in and no write', async () => {
    const { port, write, tokens } = await openPort({ faults: ['bulk call 10 -> 401', 'bulk call 40 -> 401'] });
    await Promise.all(WRITERS.map(write));
    expect(port.store.entitiesOf('thing')).toHaveLength(50);
    expect(tokens()).toBeLessThanOrEqual(3);
  });

  it('revoked-credentials: a key that is good no more ends the run soon, with its name and without damage', async ({
    start,
  }) => {
    const harness = await start({ services: 60 });
    harness.port.faults.add('bulk from 2 -> 401');
    const report = await harness.run();
    expect(report.status).toBe('failed');
    expect(report.problems).toContainEqual(expect.objectContaining({ code: 'port_auth', severity: 'error' }));
    expect(harness.port.log.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(6 * 2);
    expect(harness.store.deletions).toEqual([]);
  });
});
