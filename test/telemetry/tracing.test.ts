import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/core/report.ts';
import { createTracing } from '../../src/telemetry/tracing.ts';

const received: { readonly path: string; readonly text: string }[] = [];
const collector = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    received.push({ path: request.url ?? '', text: Buffer.concat(parts).toString('utf8') });
    response.setHeader('content-type', 'application/json').end('{}');
  });
});
await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
afterAll(() => collector.close());
const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;

function report(status: RunReport['status']): RunReport {
  return {
    runId: 'run-1',
    mode: 'resync',
    trigger: 'schedule',
    status,
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '2026-01-01T00:00:01Z',
    durationMs: 1000,
    kinds: [],
    blueprints: [],
    problems: [],
    requests: { komodor: 3, port: 5, retries: 0, rateLimitWaitMs: 0 },
  };
}

describe('tracing', () => {
  it('sends a span for the run and one for each kind to the OTLP endpoint', async () => {
    const tracing = createTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/` }, '1.2.3');
    const run = tracing.begin('run-1', 'resync', 'schedule');
    run.observer.kindStarted?.('komodorService');
    run.observer.kindFinished?.({ kind: 'komodorService', pages: 2, items: 40, written: 1, unchanged: 39 });
    run.end(report('degraded'));
    await tracing.close();
    expect(received.map(({ path }) => path)).toEqual(['/v1/traces']);
    const text = received.map((each) => each.text).join('');
    for (const part of ['run-1', 'komodorService', 'degraded', 'komodor-port', '1.2.3']) expect(text).toContain(part);
  });

  it('names where it runs, by the standard variables', async () => {
    received.length = 0;
    const tracing = createTracing(
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_SERVICE_NAME: 'catalog',
        OTEL_RESOURCE_ATTRIBUTES: ' k8s.cluster.name = pi%20one ,,broken,odd=%E0%A4,service.name=other',
      },
      '1.2.3',
    );
    tracing.begin('run-3', 'resync', 'http').end(report('completed'));
    await tracing.close();
    const text = received.map((each) => each.text).join('');
    for (const part of ['"k8s.cluster.name"', '"pi one"', '"odd"', '"catalog"']) expect(text).toContain(part);
    for (const part of ['"broken"', '"other"']) expect(text).not.toContain(part);
  });

  it('costs nothing and sends nothing without an endpoint', async () => {
    const before = received.length;
    const tracing = createTracing({}, '1.2.3');
    tracing.begin('run-2', 'resync', 'http').end(report('completed'));
    await tracing.close();
    expect(received).toHaveLength(before);
  });
});
