import { describe, expect } from 'vitest';
import { STAGES } from '../../src/core/run-times.ts';
import { runReportSchema } from '../../src/server/report-schema.ts';
import { explain, it } from './harness.ts';

describe('where the time of a run went', () => {
  it('is said per kind and stage, within the run, and what was done adds up', async ({ start }) => {
    const harness = await start({ services: 60, risksPerService: 2 });
    const told: number[] = [];
    const report = await harness.run('resync', { observer: { timed: ({ lanes }) => told.push(lanes.length) } });
    expect(report.status, explain(report)).toBe('completed');
    expect(runReportSchema.parse(report)).toEqual(report);
    const { lanes = [], waited } = report;
    expect(waited).toEqual([]);
    expect(told.length).toBeGreaterThan(0);
    for (const { kind, extracted } of report.kinds) {
      const mine = lanes.filter((lane) => lane.kind === kind);
      expect(mine.map(({ stage }) => stage).sort()).toEqual(['compare', 'map', 'read', 'write']);
      const done = (stage: string) => mine.find((lane) => lane.stage === stage)?.done;
      expect([done('read'), done('map'), done('compare')]).toEqual([extracted, extracted, extracted]);
    }
    const written = report.blueprints.reduce((sum, { created, updated }) => sum + created + updated, 0);
    const wrote = lanes.filter(({ stage }) => stage === 'write').reduce((sum, { done }) => sum + done, 0);
    expect(wrote).toBe(written);
    for (const { startedAt, endedAt, busyMs } of lanes) {
      const [from, to] = [Date.parse(startedAt), Date.parse(endedAt ?? '')];
      expect(from).toBeGreaterThanOrEqual(Date.parse(report.startedAt));
      expect(to).toBeLessThanOrEqual(Date.parse(report.finishedAt));
      expect(busyMs).toBeLessThanOrEqual(to - from);
    }
  });

  it('also says when deletions were looked at again and made', async ({ start }) => {
    const harness = await start({ services: 30, risksPerService: 0 });
    await harness.run();
    const gone = harness.world.services.pop();
    expect(gone).toBeDefined();
    const report = await harness.run();
    const deleted = report.blueprints.reduce((sum, one) => sum + one.deleted, 0);
    expect(deleted).toBeGreaterThan(0);
    const lanes = (report.lanes ?? []).filter(({ stage }) => stage === STAGES[4]);
    expect(lanes.reduce((sum, { done }) => sum + done, 0)).toBe(deleted);
  });

  it.for([
    ['Retry-After', 'services call 1 -> 429 retry-after 1'],
    ['rate limit', 'services call 1 -> 429'],
    ['retry pause', 'services call 1 -> 500'],
  ] as const)('says that it waited: %s', async ([reason, fault], { start }) => {
    const harness = await start({ services: 10, risksPerService: 0 });
    harness.komodor.faults.add(fault);
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(report.waited?.map((wait) => [wait.side, wait.reason])).toContainEqual(['komodor', reason]);
  });

  it('says that an allowance was spent', async ({ start }) => {
    const rateLimit = { limit: 10, periodSeconds: 2 };
    const harness = await start({ services: 200, risksPerService: 0, port: { rateLimit } });
    const report = await harness.run();
    expect(report.waited?.map((wait) => [wait.side, wait.reason])).toContainEqual(['port', 'allowance spent']);
    const ms = (report.waited ?? []).reduce((sum, { from, to }) => sum + Date.parse(to ?? '') - Date.parse(from), 0);
    expect(ms).toBeGreaterThan(report.requests.rateLimitWaitMs / 2);
  });
});
