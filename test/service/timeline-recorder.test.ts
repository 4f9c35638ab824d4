import { describe, expect, it } from 'vitest';
import type { Freshness } from '../../src/core/freshness.ts';
import type { RefreshReport } from '../../src/core/live-run.ts';
import type { Timeline, TimelineEntry } from '../../src/core/timeline.ts';
import { createMask } from '../../src/port/reporting/mask.ts';
import { createInlineTimeline } from '../../src/queue/inline-timeline.ts';
import { createTimelineRecorder } from '../../src/service/timeline-recorder.ts';
import { blueprintReport, runReport } from '../reporting/runs.ts';

const SECRET = 'canary-secret-0123456789';

/** A service's recorder; another one on the same timeline is the service after a restart, or a replica. */
function record(timeline: Timeline) {
  const mask = createMask([SECRET]).value;
  return createTimelineRecorder({ timeline, mask, log: () => undefined, burstMs: 3_600_000 });
}

async function entriesOf(timeline: Timeline): Promise<readonly TimelineEntry[]> {
  return (await timeline.page({ before: null, types: [], limit: 200 })).entries;
}

const mapping = (query: string, origin = "Port's integration mine") => ({
  origin,
  document: { resources: [{ kind: 'komodorService', selector: { query } }] },
});
/** Long enough that nothing is given up. */
const LONG_MS = 60_000;

describe('a change of the mapping', () => {
  it('is written down from -> to, and back again, also across a restart', async () => {
    const timeline = createInlineTimeline();
    const first = record(timeline);
    for (const query of ['true', 'true', '.a']) {
      first.mappingSeen(mapping(query));
      await first.close(LONG_MS);
    }
    const restarted = record(timeline);
    restarted.mappingSeen(mapping('true', 'mappings/komodor.yaml'));
    await restarted.close(LONG_MS);
    const entries = await entriesOf(timeline);
    expect(entries).toMatchObject([
      { type: 'mapping', from: { origin: "Port's integration mine" }, to: { origin: 'mappings/komodor.yaml' } },
      { type: 'mapping', diff: expect.stringMatching(/^- {7}query: "true"$|^-.*true/m) },
    ]);
    const [back, there] = entries;
    expect(back?.type === 'mapping' && there?.type === 'mapping' && [back.from.digest, back.to.digest]).toEqual(
      there?.type === 'mapping' ? [there.to.digest, there.from.digest] : [],
    );
    expect(await restarted.mapping.current()).toMatchObject({ origin: 'mappings/komodor.yaml' });
  });

  it('is none when the same mapping is elsewhere or written in another order', async () => {
    const timeline = createInlineTimeline();
    const recorder = record(timeline);
    recorder.mappingSeen({ origin: 'mappings', document: { a: 1, b: 2 } });
    await recorder.close(LONG_MS);
    recorder.mappingSeen({ origin: 'Port', document: { b: 2, a: 1 } });
    recorder.mappingSeen({ origin: 'Port', document: null });
    await recorder.close(LONG_MS);
    expect(await entriesOf(timeline)).toEqual([]);
  });

  it('is written down once when several replicas notice it, without secrets and within a limit', async () => {
    const timeline = createInlineTimeline();
    const replicas = [record(timeline), record(timeline), record(timeline)];
    replicas[0]?.mappingSeen(mapping('true'));
    await replicas[0]?.close(LONG_MS);
    for (const one of replicas) one.mappingSeen(mapping(`.x == "${SECRET}" or "${'y\n'.repeat(30_000)}"`));
    await Promise.all(replicas.map((one) => one.close(LONG_MS)));
    const entries = await entriesOf(timeline);
    expect(entries).toHaveLength(1);
    const text = JSON.stringify([entries, await timeline.recall('mapping')]);
    expect(text).not.toContain(SECRET);
    expect(JSON.stringify(entries).length).toBeLessThan(40_000);
  });

  it('is named even if the mapping is too large to be compared', async () => {
    const timeline = createInlineTimeline();
    const recorder = record(timeline);
    for (const query of ['true', 'x'.repeat(300_000)]) {
      recorder.mappingSeen(mapping(query));
      await recorder.close(LONG_MS);
    }
    expect(await entriesOf(timeline)).toMatchObject([{ type: 'mapping', diff: expect.stringContaining('too large') }]);
  });
});

describe('the recorder', () => {
  it('collects live events into one entry', async () => {
    const timeline = createInlineTimeline();
    const recorder = record(timeline);
    const report: RefreshReport = { written: 2, unchanged: 1, deleted: 1, failed: 0, heldBack: 3, problems: [] };
    recorder.liveDone([report, report]);
    recorder.liveDone([report]);
    recorder.liveDone(undefined);
    await recorder.close(LONG_MS);
    expect(await entriesOf(timeline)).toMatchObject([
      { type: 'live', events: 3, written: 6, deleted: 3, heldBack: 9, failed: 1 },
    ]);
  });

  it('writes down a run with its counts', async () => {
    const timeline = createInlineTimeline();
    const recorder = record(timeline);
    const deletionBlocked = { reason: 'threshold', count: 4, digest: 'd', sample: [] } as const;
    const blueprints = [blueprintReport('service', { deletionBlocked, stale: 4 }), blueprintReport('risk')];
    recorder.runFinished(runReport({ runId: 'r1', status: 'blocked', blueprints }), 'digest');
    recorder.runFinished(runReport({ mode: 'plan' }), null);
    await recorder.close(LONG_MS);
    const entries = await entriesOf(timeline);
    expect(entries.find(({ type }) => type === 'run')).toMatchObject({
      ...{ runId: 'r1', status: 'blocked', created: 6, updated: 4, deleted: 0, failed: 0, heldBack: 4 },
      ...{ stale: 4, waitMs: 1500 },
      mapping: 'digest',
    });
    expect(entries.map(({ type }) => type).sort()).toEqual(['plan', 'run']);
  });

  it('writes down once for all replicas that the catalog stalls, and that it recovers', async () => {
    const timeline = createInlineTimeline();
    const replicas = [record(timeline), record(timeline)];
    const stalled = { since: '2026-01-01T00:00:00.000Z', blueprints: ['service'], reason: 'nothing runs' };
    const fresh: Freshness = { state: 'on_time', sentence: '', stalled: null, blueprints: [], actions: [] };
    for (const now of [fresh, { ...fresh, stalled }, { ...fresh, stalled }, fresh, fresh]) {
      for (const replica of replicas) replica.judged(now);
      await Promise.all(replicas.map((one) => one.close(LONG_MS)));
    }
    const entries = await entriesOf(timeline);
    expect(entries.filter(({ type }) => type === 'stalled')).toMatchObject([stalled]);
    expect(entries.filter(({ type }) => type === 'recovered')).toMatchObject([{ stalledSince: stalled.since }]);
    expect(entries).toHaveLength(2);
  });

  it('throws nothing and waits for nothing when the store fails or never answers', async () => {
    const failing = () => Promise.reject(new Error('away'));
    for (const answer of [failing, () => new Promise<never>(() => undefined)]) {
      const recorder = record({ add: answer, page: answer, recall: answer, replace: answer });
      for (let i = 0; i < 300; i += 1) recorder.note({ type: 'start', version: '1', role: 'all' });
      recorder.mappingSeen(mapping('true'));
      recorder.runFinished(runReport(), null);
      await recorder.close(1);
    }
  });
});
