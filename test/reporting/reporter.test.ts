import { describe, expect, it, vi } from 'vitest';
import { isObject } from '../../src/sandbox/port/model.ts';
import { blueprintReport, goThrough, MAPPING, rawItem, runReport } from './runs.ts';
import { API_KEY, addIntegration, IDENTIFIER, sentDocuments, setUp, syncScreen, VERSION } from './setup.ts';

const ORDER = { mode: 'resync', kinds: [] } as const;
const NEXT = new Date('2030-01-01T01:00:00.000Z');

describe('the state of the resync in Port', () => {
  it('is running from the beginning on, with the schedule, and then as the run ended', async () => {
    const { reporter, resyncState } = await setUp();
    const run = reporter().begin('run-1', ORDER, NEXT, 60);
    await vi.waitFor(() => expect(resyncState()).toMatchObject({ status: 'running' }));
    expect(resyncState()).toMatchObject({ lastResyncEnd: null, nextResync: NEXT.toISOString(), intervalInMinuets: 60 });
    const { lastResyncStart } = resyncState();
    expect(lastResyncStart).toEqual(expect.any(String));
    goThrough(run.observer);
    await run.end(runReport({ runId: 'run-1' }), null);
    expect(resyncState()).toMatchObject({
      status: 'completed',
      lastResyncStart,
      nextResync: null,
      intervalInMinuets: 60,
    });
    expect(resyncState().lastResyncEnd).toEqual(expect.any(String));
  });

  it.each([
    ['completed', 'completed'],
    ['degraded', 'completed'],
    ['blocked', 'completed'],
    ['failed', 'failed'],
    ['aborted', 'aborted'],
  ] as const)('is, after a run that ended %s, %s', async (status, expected) => {
    const { reporter, resyncState, port } = await setUp();
    const run = reporter().begin('run-1', ORDER, null, null);
    goThrough(run.observer);
    await run.end(runReport({ runId: 'run-1', status }));
    expect(resyncState()).toMatchObject({ status: expected, nextResync: null, intervalInMinuets: null });
    expect(syncScreen(port, 'run-1').get('__runtime__')).toMatchObject({ syncState: expected });
  });

  it('waits for the integration that the first run creates', async () => {
    const { reporter, resyncState, port } = await setUp({ integration: false });
    const run = reporter().begin('run-1', ORDER, null, null);
    await vi.waitFor(() =>
      expect(port.log.some(({ method, status }) => method === 'PATCH' && status === 404)).toBe(true),
    );
    addIntegration(port);
    run.observer.mappingRead?.(MAPPING);
    await vi.waitFor(() => expect(resyncState()).toMatchObject({ status: 'running' }));
  });

  it('is not asked for again when a run ends without ever having made the integration', async () => {
    const { reporter, port, clock } = await setUp({ integration: false });
    const run = reporter().begin('run-1', ORDER, null, null);
    await run.end(runReport({ runId: 'run-1', status: 'failed', kinds: [], blueprints: [] }));
    expect(clock.sleepers()).toBe(0);
    expect(port.log.filter(({ method }) => method === 'PATCH').length).toBeLessThanOrEqual(2);
  });

  it('is told again and again until Port takes it, long after the run', async () => {
    const { reporter, resyncState, port, clock } = await setUp();
    const run = reporter({ waitMs: 300 }).begin('run-1', ORDER, null, null);
    await vi.waitFor(() => expect(resyncState()).toMatchObject({ status: 'running' }));
    // 501: nothing that the client itself would try again.
    port.faults.add('integration -> 501');
    await run.end(runReport({ runId: 'run-1', status: 'failed' }));
    expect(resyncState()).toMatchObject({ status: 'running' });
    await vi.waitFor(() => expect(clock.sleepers()).toBe(1));
    port.faults.clear();
    clock.advance(1000);
    await vi.waitFor(() => expect(resyncState()).toMatchObject({ status: 'failed' }));
  });

  it('is left alone by a plan, like everything else', async () => {
    const { reporter, port } = await setUp();
    const run = reporter().begin('run-1', { mode: 'plan', kinds: [] }, NEXT, 60);
    goThrough(run.observer);
    await run.end(runReport({ mode: 'plan' }));
    expect(port.log).toEqual([]);
  });

  it('is put right after a crash, unless another replica may be at work', async () => {
    const { reporter, resyncState } = await setUp();
    const lost = reporter();
    lost.begin('run-1', ORDER, null, null);
    await vi.waitFor(() => expect(resyncState()).toMatchObject({ status: 'running' }));
    const again = reporter();
    await again.start({ othersMayRun: true });
    await again.close();
    expect(resyncState()).toMatchObject({ status: 'running' });
    const alone = reporter();
    await alone.start({ othersMayRun: false });
    await alone.close();
    expect(resyncState()).toMatchObject({ status: 'aborted', lastResyncEnd: expect.any(String) });
  });

  it('is not touched at the start when nothing was running, and a Port that is away does no harm', async () => {
    const { reporter, port, lines } = await setUp();
    const first = reporter();
    await first.start({ othersMayRun: false });
    await first.close();
    expect(port.log.filter(({ method }) => method === 'PATCH')).toEqual([]);
    port.faults.add('integration -> 501');
    await reporter().start({ othersMayRun: false });
    expect(lines.map(({ level }) => level)).toEqual(['warn']);
  });

  it('is aborted where the process ends before the run, and nothing is said after that', async () => {
    const { reporter, resyncState, port } = await setUp();
    const own = reporter();
    const run = own.begin('run-1', ORDER, NEXT, 60);
    goThrough(run.observer);
    await own.close();
    expect(resyncState()).toMatchObject({ status: 'aborted', nextResync: NEXT.toISOString() });
    const screen = [...syncScreen(port, 'run-1').values()];
    expect(screen.map(({ syncState }) => syncState)).toEqual(['aborted', 'aborted', 'aborted', 'aborted']);
    const requests = port.log.length;
    await run.end(runReport({ runId: 'run-1', status: 'failed' }));
    expect(port.log).toHaveLength(requests);
  });

  it('does not hold up a process that has to end when Port hangs', async () => {
    const { reporter, port, resyncState } = await setUp();
    const own = reporter({ waitMs: 300 });
    own.begin('run-1', ORDER, null, null).observer.mappingRead?.(MAPPING);
    await vi.waitFor(() => expect(resyncState()).toMatchObject({ status: 'running' }));
    port.faults.add('* -> hang');
    // What waits for Port here would wait for ever.
    await own.close();
  });
});

describe("Port's sync screen", () => {
  it('follows the run from pending to its end', async () => {
    const { reporter, port, resyncState } = await setUp();
    const run = reporter().begin('run-1', ORDER, null, null);
    goThrough(run.observer);
    await run.end(runReport({ runId: 'run-1' }));
    expect(resyncState()).toMatchObject({ status: 'completed' });
    const story = sentDocuments(port).map(
      ({ method, document }) => `${method} ${document.kindIdentifier} ${document.syncState}`,
    );
    expect(story).toEqual([
      'POST komodorService-0 pending',
      'POST komodorHealthMonitoring-1 pending',
      'POST __runtime__ syncing',
      'PUT komodorService-0 syncing',
      'PUT komodorService-0 syncing',
      'PUT komodorHealthMonitoring-1 syncing',
      'PUT komodorHealthMonitoring-1 syncing',
      'POST __reconciliation__ syncing',
      'PUT komodorService-0 completed',
      'PUT komodorHealthMonitoring-1 completed',
      'PUT __reconciliation__ completed',
      'POST __runtime__ completed',
    ]);
    expect(syncScreen(port, 'run-1').get('komodorService-0')).toEqual({
      integrationType: 'komodor',
      installationType: 'OnPrem',
      executionMode: 'single_process',
      integrationIdentifier: IDENTIFIER,
      integrationVersion: VERSION,
      oceanVersion: VERSION,
      kindIdentifier: 'komodorService-0',
      kind: 'komodorService',
      kindIndex: 0,
      eventId: 'run-1',
      syncState: 'completed',
      blueprint: '"service"',
      metrics: {
        phase: {
          resync: { success: 1, duration_seconds: expect.any(Number) },
          extract: { object_count_type: { raw_extracted: { object_count: 10 }, failed: { object_count: 0 } } },
          transform: {
            object_count_type: {
              transformed: { object_count: 8 },
              filtered_out: { object_count: 1 },
              failed: { object_count: 1 },
            },
          },
          load: {
            object_count_type: {
              loaded: { object_count: 5 },
              skipped: { object_count: 3 },
              failed: { object_count: 0 },
            },
          },
        },
      },
    });
  });

  it('shows a failed write as failed although the resync completed', async () => {
    const { reporter, port, resyncState } = await setUp();
    const run = reporter().begin('run-1', ORDER, null, null);
    goThrough(run.observer);
    const blueprints = [blueprintReport('service', { failed: 2, status: 'degraded' }), blueprintReport('risk')];
    await run.end(runReport({ runId: 'run-1', status: 'degraded', blueprints }));
    expect(resyncState()).toMatchObject({ status: 'completed' });
    const screen = syncScreen(port, 'run-1');
    expect(screen.get('komodorService-0')).toMatchObject({
      syncState: 'failed',
      metrics: { phase: { resync: { success: 0 }, load: { object_count_type: { failed: { object_count: 2 } } } } },
    });
    expect(screen.get('komodorHealthMonitoring-1')).toMatchObject({ syncState: 'completed' });
  });

  it('shows a run that failed before it had a mapping', async () => {
    const { reporter, port } = await setUp();
    const run = reporter().begin('run-1', ORDER, null, null);
    await run.end(runReport({ runId: 'run-1', status: 'failed', kinds: [], blueprints: [] }));
    expect([...syncScreen(port, 'run-1').keys()]).toEqual(['__runtime__']);
  });

  it('gets a heartbeat while the run goes on, and none after it', async () => {
    const { reporter, port, clock } = await setUp();
    const beats = () => port.store.ingested.filter(({ path }) => path.endsWith('/heartbeat')).map(({ body }) => body);
    const run = reporter().begin('run-1', ORDER, null, null);
    run.observer.mappingRead?.(MAPPING);
    for (const count of [1, 2]) {
      await vi.waitFor(() => expect(clock.sleepers()).toBe(1));
      clock.advance(10_000);
      await vi.waitFor(() => expect(beats()).toHaveLength(count));
    }
    expect(beats()).toEqual([{ eventId: 'run-1' }, { eventId: 'run-1' }]);
    await run.end(runReport({ runId: 'run-1' }));
    expect(clock.sleepers()).toBe(0);
  });

  it.each(['ingest -> 500', 'ingest -> reset', 'ingest -> hang'])(
    'disturbs nothing when it cannot be reached: %s',
    async (fault) => {
      const { reporter, resyncState, lines } = await setUp({ port: { faults: [fault] } });
      const run = reporter({ waitMs: 500 }).begin('run-1', ORDER, null, null);
      goThrough(run.observer);
      await run.end(runReport({ runId: 'run-1' }));
      expect(resyncState()).toMatchObject({ status: 'completed' });
      expect(lines.filter(({ level }) => level === 'warn').length).toBeLessThanOrEqual(1);
    },
  );
});

describe('the raw examples', () => {
  it('are the first five of each kind, masked', async () => {
    const { reporter, port } = await setUp();
    const run = reporter().begin('run-1', ORDER, null, null);
    run.observer.mappingRead?.(MAPPING);
    const items = ['a', 'b', 'c'].map((id) =>
      rawItem(id, { id, note: `key ${API_KEY}`, password: 'hunter2-canary', deep: [{ apiKey: 'canary-2' }] }),
    );
    run.observer.itemsRead?.('komodorService', items);
    run.observer.itemsRead?.('komodorService', items);
    run.observer.itemsRead?.('komodorService', items);
    run.observer.itemsRead?.('komodorHealthMonitoring', items.slice(0, 1));
    run.observer.kindFinished?.({ kind: 'komodorHealthMonitoring', pages: 1, items: 1, written: 0, unchanged: 0 });
    await run.end(runReport({ runId: 'run-1' }));
    const examples = port.store.integrations.examples(IDENTIFIER);
    expect([...examples.keys()]).toEqual(['komodorService', 'komodorHealthMonitoring']);
    const sent = examples.get('komodorService') ?? [];
    expect(sent.map((one) => isObject(one) && one.id)).toEqual(['a', 'b', 'c', 'a', 'b']);
    expect(JSON.stringify([...examples])).not.toMatch(new RegExp(`${API_KEY}|hunter2|canary`));
    expect(port.log.filter(({ path }) => path.endsWith('/examples'))).toHaveLength(2);
  });

  it('stay here when nobody wants them', async () => {
    const { reporter, port } = await setUp();
    const run = reporter({ sendExamples: false }).begin('run-1', ORDER, null, null);
    goThrough(run.observer);
    await run.end(runReport({ runId: 'run-1' }));
    expect(port.store.integrations.examples(IDENTIFIER).size).toBe(0);
  });
});
