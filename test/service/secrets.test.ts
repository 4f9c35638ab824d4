import { describe, expect } from 'vitest';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { Caller, metricOf, until } from './caller.ts';
import { eventOf, postEvent } from './komodor-events.ts';
import { API_TOKEN, IDENTIFIER, it, WEBHOOK_SECRET } from './stage.ts';

const REDIS_PASSWORD = 'canary-redis-password-0123456789';

describe('what a service tells about itself', () => {
  it.skipIf(withoutOwnRedis !== undefined)('has the promised numbers, and none of its secrets', async ({ open }) => {
    const stage = await open();
    const redis = await stage.redis();
    await redis.start();
    const secrets = [...Object.values(stage.env).filter((value) => value.startsWith('canary-')), REDIS_PASSWORD];
    expect(secrets).toHaveLength(6);
    const all = secrets.join(' ');
    const [first, second] = stage.world.services;
    if (first === undefined || second === undefined) throw new Error('An empty world');
    stage.world.services[0] = { ...first, annotations: { note: all, deep: JSON.stringify({ message: all }) } };

    // Redis needs no password here, and takes no offence at one.
    const url = redis.url.replace('redis://', `redis://:${REDIS_PASSWORD}@`);
    const started = await stage.process({ REDIS_URL: url, LOG_LEVEL: 'trace' });
    const service = new Caller(await started.listening(), API_TOKEN);
    await service.settled();

    // Both APIs answer with everything that we told them.
    for (const status of [500, 400]) {
      stage.komodor.faults.add({ route: 'risks', times: 1, action: { type: 'status', status, body: { error: all } } });
    }
    stage.port.faults.add({ route: 'bulk', times: 1, action: { type: 'status', status: 422, body: { message: all } } });
    stage.port.faults.add({
      route: 'ingest',
      times: 2,
      action: { type: 'status', status: 500, body: { message: all } },
    });
    stage.world.services[1] = { ...second, status: 'unknown', labels: { changed: 'yes' } };
    expect((await service.ended((await service.request()).runId)).problems).not.toEqual([]);
    stage.world.services[1] = { ...second, status: 'unhealthy' };
    expect((await service.call('POST', `/webhooks/komodor/${WEBHOOK_SECRET}`, eventOf(second))).status).toBe(202);
    await service.call('POST', `/webhooks/komodor/${WEBHOOK_SECRET}`, `{"broken": "${all}`);
    await service.call('POST', `/webhooks/komodor/${WEBHOOK_SECRET}/further`, {});
    await service.call('GET', `/v1/runs/${API_TOKEN}?token=${API_TOKEN}`);
    await service.call('GET', `/nowhere/${WEBHOOK_SECRET}`);
    await service.call('POST', '/v1/runs', { kinds: [all] });
    await service.call('POST', '/resync', {}, { 'x-port-signature': all, 'x-port-timestamp': all });
    await postEvent(service, { ...eventOf(second), status: all, issueDetails: [all] });
    await service.ended((await service.request()).runId);
    await redis.kill();
    const problem = await service.call('POST', '/v1/runs', {});
    expect(problem.status).toBe(503);
    const ready = await service.call('GET', '/health/ready');
    await redis.start();
    await until(async () => (await service.call('GET', '/health/ready')).status === 200);
    const list = await service.runs();
    const reports = await Promise.all(list.map(({ href }) => service.call('GET', href)));
    const metrics = await service.metrics();
    expect((await started.end('SIGTERM')).code).toBe(0);

    expectNumbers(metrics);
    const shipped = stage.store.ingested.filter(({ path }) => path.startsWith('/logs/'));
    expect(JSON.stringify(shipped)).toContain('run finished');
    const told = {
      logs: started.output(),
      shipped: JSON.stringify(stage.store.ingested),
      metrics,
      list: JSON.stringify(list),
      reports: reports.map(({ text }) => text).join('\n'),
      problems: problem.text + ready.text,
      examples: JSON.stringify([...stage.store.integrations.examples(IDENTIFIER)]),
      states: JSON.stringify(stage.states),
    };
    for (const [where, text] of Object.entries(told)) {
      expect(text.length, where).toBeGreaterThan(0);
      for (const secret of secrets) {
        const at = text.indexOf(secret);
        expect(at < 0 ? '' : text.slice(Math.max(0, at - 300), at + 60), `${secret} in ${where}`).toBe('');
      }
    }
  });
});

const BEGUN_AT = Date.now();

function expectNumbers(metrics: string): void {
  const value = (name: string) => metricOf(metrics, name);
  expect(value('komodor_port_run_duration_seconds_count{mode="resync",status="completed"}')).toBeGreaterThan(0);
  expect(value('komodor_port_items_total{kind="komodorService",phase="extract",result="read"}')).toBeGreaterThanOrEqual(
    60,
  );
  expect(value('komodor_port_entities_total{blueprint="komodorService",result="created"}')).toBe(30);
  const success = value('komodor_port_last_success_timestamp_seconds{kind="komodorService"}') ?? 0;
  expect(success * 1000).toBeGreaterThanOrEqual(BEGUN_AT - 1);
  expect(success * 1000).toBeLessThanOrEqual(Date.now() + 1);
  expect(value('komodor_port_http_requests_total{side="komodor",status="200"}')).toBeGreaterThan(3);
  expect(value('komodor_port_http_requests_total{side="komodor",status="500"}')).toBeGreaterThan(0);
  expect(value('komodor_port_http_requests_total{side="port",status="200"}')).toBeGreaterThan(3);
  // The shipped mapping needs no jq.
  expect(value('komodor_port_jq_seconds_count')).toBe(0);
  expect(value('komodor_port_queue_depth{queue="runs_waiting"}')).toBe(0);
  expect(value('komodor_port_ticks_skipped_total')).toBe(0);
  expect(value('komodor_port_ocean_success{kind="komodorService-0",phase="resync"}')).toBe(1);
  expect(metrics).toMatch(/^komodor_port_ocean_duration_seconds\{kind="__runtime__",phase="resync"\} [\d.]+$/m);
  expect(metrics).toMatch(/^komodor_port_ocean_object_count\{kind="komodorService-0",.*\} 30$/m);
  expect(metrics).toMatch(/^process_resident_memory_bytes \d/m);
}
