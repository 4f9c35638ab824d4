import { describe, expect } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { type Harness, IDENTIFIER, it } from '../resync/harness.ts';
import { attach, type Setup, syncScreen } from './setup.ts';

const ORDER = { mode: 'resync', kinds: [] } as const;

function reportingOf({ port, env }: Harness): Setup {
  const credentials = { clientId: env.PORT_CLIENT_ID ?? '', clientSecret: env.PORT_CLIENT_SECRET ?? '' };
  return attach(port, credentials, IDENTIFIER);
}

async function reportedRun(harness: Harness, setup: Setup, runId: string, signal?: AbortSignal) {
  const run = setup.reporter().begin(runId, ORDER, null, 60);
  const report = await harness.run('resync', { observer: run.observer, ...(signal && { signal }) });
  await run.end({ ...report, runId });
  return report;
}

describe('a whole resync, as Port shows it', () => {
  it('is the very first one, in a Port that has nothing yet', async ({ start }) => {
    const harness = await start({ services: 30 });
    const setup = reportingOf(harness);
    const report = await reportedRun(harness, setup, 'run-1');
    expect(report.status).toBe('completed');
    expect(setup.resyncState()).toMatchObject({
      status: 'completed',
      intervalInMinuets: 60,
      lastResyncStart: expect.any(String),
    });
    const screen = syncScreen(harness.port, 'run-1');
    expect([...screen].map(([name, { syncState }]) => [name, syncState])).toEqual([
      ['komodorService-0', 'completed'],
      ['komodorHealthMonitoring-1', 'completed'],
      ['__runtime__', 'completed'],
      ['__reconciliation__', 'completed'],
    ]);
    const service = report.blueprints.find(({ blueprint }) => blueprint === 'komodorService');
    expect(service?.created).toBe(30);
    expect(screen.get('komodorService-0')?.metrics.phase).toMatchObject({
      extract: { object_count_type: { raw_extracted: { object_count: 30 } } },
      load: { object_count_type: { loaded: { object_count: 30 }, failed: { object_count: 0 } } },
    });
    const examples = harness.store.integrations.examples(IDENTIFIER);
    expect([...examples].map(([kind, items]) => [kind, items.length])).toEqual([
      ['komodorService', 5],
      ['komodorHealthMonitoring', 5],
    ]);
    expect(setup.lines).toEqual([]);
  });

  it('fails where Komodor fails', async ({ start }) => {
    const harness = await start();
    harness.komodor.faults.add('risks -> 400');
    const setup = reportingOf(harness);
    const report = await reportedRun(harness, setup, 'run-1');
    expect(report.status).toBe('failed');
    expect(setup.resyncState()).toMatchObject({ status: 'failed' });
    const screen = syncScreen(harness.port, 'run-1');
    expect(screen.get('komodorService-0')?.syncState).toBe('completed');
    expect(screen.get('komodorHealthMonitoring-1')?.syncState).toBe('failed');
    expect(screen.get('__runtime__')?.syncState).toBe('failed');
  });

  it('is aborted where it was stopped', async ({ start }) => {
    const harness = await start();
    const stop = new AbortController();
    const setup = reportingOf(harness);
    const run = setup.reporter().begin('run-1', ORDER, null, null);
    const observer = { ...run.observer, kindFinished: () => stop.abort() };
    const report = await harness.run('resync', { observer, signal: stop.signal });
    await run.end(report);
    expect(report.status).toBe('aborted');
    expect(setup.resyncState()).toMatchObject({ status: 'aborted' });
    const states = [...syncScreen(harness.port, 'run-1').values()].map(({ syncState }) => syncState);
    expect(states).toEqual(['aborted', 'aborted', 'aborted', 'aborted']);
  });

  it('brings the same entities when nothing of the reporting works', async ({ start }) => {
    const harness = await start();
    harness.port.faults.add('ingest -> 500');
    const setup = reportingOf(harness);
    const run = setup.reporter({ waitMs: 200 }).begin('run-1', ORDER, null, null);
    const report = await harness.run('resync', { observer: run.observer });
    await run.end(report);
    expect(report.status).toBe('completed');
    harness.expectTruth();
  });
});

describe('a whole resync in the metrics', () => {
  it('adds up to what is in Port', async ({ start }) => {
    const harness = await start({ services: 30 });
    const metrics = createMetrics();
    metrics.runFinished(await harness.run('resync', { observer: metrics.observer }));
    const { body } = await metrics.render();
    expect(body).toContain('komodor_port_entities_total{blueprint="komodorService",result="created"} 30');
    expect(body).toContain('komodor_port_items_total{kind="komodorService",phase="extract",result="read"} 30');
    expect(body).toContain('komodor_port_ocean_success{kind="komodorHealthMonitoring-1",phase="resync"} 1');
    expect(body).toMatch(/komodor_port_run_duration_seconds_count\{mode="resync",status="completed"\} 1/);
  });
});
