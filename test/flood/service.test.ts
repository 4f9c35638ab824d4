import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { Caller, metricOf, until } from '../service/caller.ts';
import { eventOf } from '../service/komodor-events.ts';
import { API_TOKEN, it, type Stage, WEBHOOK_SECRET } from '../service/stage.ts';
import { flood, type Hits, hold, openStreams } from './flood.ts';

const QUIET = { RESYNC_INTERVAL: 'off', EVENT_LISTENER_INTERVAL: '3600', LOG_LEVEL: 'info' };
const bearer = { authorization: `Bearer ${API_TOKEN}` };
const hook = { 'x-webhook-token': WEBHOOK_SECRET };
const MIB = 1_048_576;
/** Webhooks that a minute takes from one address. */
const ACCEPTED = 6_000;

describe('a service that everything comes down on at once', () => {
  it('says that it lives, makes two runs of it, keeps its memory, and has lost nothing in the end', async ({
    open,
  }) => {
    const stage = await open();
    // The first run lasts as long as the flood.
    stage.komodor.faults.add('risks -> slow 20000 once');
    const started = await stage.process(QUIET);
    const address = await started.listening();
    const port = Number(new URL(address).port);
    const service = new Caller(address, API_TOKEN);
    const { runId } = await service.running();
    const before = await metric(service, RESIDENT);
    const liveness = watchLiveness(service);

    // Before any limit of a minute is used up.
    const streams = await openStreams(port, 5_000, `/v1/runs/${runId}/events`, bearer);
    expect(streams.statuses).toEqual({ 200: 100, 429: 4_900 });
    expect(streams.withoutRetryAfter).toBe(0);

    const slow = await hold(port, 250, 'POST /v1/runs HTTP/1.1\r\nHost: here\r\nX-Slow: ');
    const half = await hold(
      port,
      250,
      'POST /webhooks/komodor HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n{',
    );
    const large = flood(port, 100, () => ({ path: '/v1/runs', headers: bearer, body: 'x'.repeat(4 * MIB) }), 10);
    const triggers = flood(port, 10_000, (index) => ({
      path: index % 2 === 0 ? '/v1/runs' : '/webhooks/resync',
      headers: index % 2 === 0 ? bearer : hook,
    }));
    const events = flood(port, 10_000, (index) => {
      const body = JSON.stringify(eventOf(index < ACCEPTED - 100 ? changed(stage, index) : workload(stage, index)));
      return { path: '/webhooks/komodor', headers: hook, body };
    });
    expectOnly(await large, [0, 413, 429]);
    expectOnly(await triggers, [202, 429]);
    expectOnly(await events, [202, 429]);
    expect((await events).statuses).toMatchObject({ 202: ACCEPTED, 429: 10_000 - ACCEPTED });
    streams.leave();
    // Whoever takes too long is closed, and nothing else was.
    await until(() => slow.closed() === 250 && half.closed() === 250);

    // Nothing but the events that were accepted can have told of the changes.
    await until(stage.isTrue);
    for (const queue of ['runs_active', 'runs_waiting', 'live_waiting'])
      await until(async () => (await metric(service, `komodor_port_queue_depth{queue="${queue}"}`)) === 0);
    expect((await metric(service, RESIDENT)) - before).toBeLessThan(200 * MIB);
    expect(new Set(await liveness.stop())).toEqual(new Set([200]));
    expect(wholeReads(stage)).toBeLessThanOrEqual(2);
    expect((await started.end('SIGTERM')).code).toBe(0);
  });
});

const RESIDENT = 'process_resident_memory_bytes';

async function metric(service: Caller, name: string): Promise<number> {
  return metricOf(await service.metrics(), name) ?? Number.NaN;
}

/** Asks all the time whether the process lives. */
function watchLiveness(service: Caller) {
  const statuses: number[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const answer = await service.call('GET', '/health/live').catch(() => undefined);
      statuses.push(answer?.status ?? 0);
      await sleep(20);
    }
  })();
  return {
    async stop(): Promise<readonly number[]> {
      isOver = true;
      await watching;
      return statuses;
    },
  };
}

/** Changes a workload of the world. @returns it */
function changed(stage: Stage, index: number) {
  const service = workload(stage, index);
  const { services } = stage.world;
  services[index % services.length] = { ...service, labels: { ...service.labels, step: String(index) } };
  return service;
}

function workload({ world }: Stage, index: number) {
  const service = world.services[index % world.services.length];
  if (service === undefined) throw new Error('An empty world');
  return service;
}

function expectOnly({ statuses, withoutRetryAfter }: Hits, expected: readonly number[]): void {
  expect(Object.keys(statuses).filter((status) => !expected.includes(Number(status)))).toEqual([]);
  expect(withoutRetryAfter).toBe(0);
}

/** How often all services of the account were read: once a run, in one page. */
function wholeReads({ komodor }: Stage): number {
  return komodor.log.filter(({ route }) => route === 'services').length;
}
