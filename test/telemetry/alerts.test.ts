import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { judgeFreshness } from '../../src/core/freshness.ts';
import type { BlockReason, RunReport } from '../../src/core/report.ts';
import { type TruthRecord, truthsAfter } from '../../src/core/truths.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { blueprintReport, goThrough, kindReport, MAPPING, runReport } from '../reporting/runs.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const RULES = z
  .object({
    groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
  })
  .parse(parse(readFileSync(file('../../deploy/helm/komodor-port/files/alerts.yaml'), 'utf8')))
  .groups.flatMap(({ rules }) => rules);

const HOUR = 3_600_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: START }));
afterEach(() => void vi.useRealTimers());

function report(afterHours: number, more: Partial<RunReport> = {}): RunReport {
  const at = new Date(START + afterHours * HOUR).toISOString();
  return runReport({ runId: `run ${afterHours}`, startedAt: at, finishedAt: at, ...more });
}

/** Every reason for which deletions are held back, and whether a person can approve them then. */
const BLOCKS: { readonly [reason in BlockReason]: { readonly reason: reason; readonly canBeApproved: boolean } } = {
  threshold: { reason: 'threshold', canBeApproved: true },
  emptied: { reason: 'emptied', canBeApproved: true },
  unmapped: { reason: 'unmapped', canBeApproved: true },
  incomplete: { reason: 'incomplete', canBeApproved: false },
  contradicted: { reason: 'contradicted', canBeApproved: false },
  unconfirmed: { reason: 'unconfirmed', canBeApproved: false },
  rejected: { reason: 'rejected', canBeApproved: false },
  disabled: { reason: 'disabled', canBeApproved: false },
  not_selected: { reason: 'not_selected', canBeApproved: false },
  aborted: { reason: 'aborted', canBeApproved: false },
};

function blocked(reason: BlockReason) {
  return [blueprintReport('service', { deletionBlocked: { reason, count: 6, digest: 'd', sample: [] } })];
}

const failed = (afterHours: number) => report(afterHours, { status: 'failed', kinds: [], blueprints: [] });

/** A source of freshness by the clock, of a service that began at START and knows these truths. */
function freshnessOf(truths: readonly TruthRecord[]) {
  const facts = { truths, lastWithoutMapping: null, since: START, intervalMs: HOUR, queue: null };
  return async () => judgeFreshness({ ...facts, now: Date.now() });
}

/**
 * The alerts that fire. Of the language only the form `min|max without (…) (metric) > number` is understood here, where the
 * number may be a product with a metric: the rules that judge runs have it. promtool judges all of them (test/deploy).
 */
async function firing(metrics: ReturnType<typeof createMetrics>): Promise<readonly string[]> {
  const { body } = await metrics.render();
  const valuesOf = (metric: string) =>
    [...body.matchAll(new RegExp(`^${metric}(?:\\{.*\\})? (\\S+)$`, 'gm'))].map(([, value]) => Number(value));
  return RULES.flatMap(({ alert, expr }) => {
    const of = String.raw`(?:min|max) without \(instance, pod\) \((\w+)\)`;
    const [, metric, limit = ''] = new RegExp(`^${of} > (.+)$`).exec(expr) ?? [];
    const factors = limit.split(' * ').map((factor) => {
      const [, named] = new RegExp(`^${of}$`).exec(factor) ?? [];
      if (named === undefined) return Number(factor);
      const values = valuesOf(named);
      return values.length === 0 ? Number.NaN : Math.max(...values);
    });
    const most = factors.reduce((product, factor) => product * factor, 1);
    return metric !== undefined && valuesOf(metric).some((value) => value > most) ? [alert] : [];
  });
}

describe('the alerts', () => {
  it('fires when no truth comes for three intervals, although no run ends', async () => {
    const truths = truthsAfter([], { report: report(0), kinds: [], mapping: MAPPING });
    const metrics = () => createMetrics({ freshness: freshnessOf(truths) });
    vi.setSystemTime(START + 2.9 * HOUR);
    expect(await firing(metrics())).toEqual([]);
    vi.setSystemTime(START + 3 * HOUR);
    expect(await firing(metrics())).toEqual(['KomodorPortStalled']);
  });

  it('names only metrics that a service shows from its start', async () => {
    const traffic = () => [{ side: 'port' as const, rateLimitWaitMs: 0, concurrency: 4 }];
    const metrics = createMetrics({ freshness: freshnessOf([]), traffic, everyMs: HOUR });
    metrics.runFinished(report(0));
    metrics.requestDone('port', { type: 'answered', status: 200 });
    const { body } = await metrics.render();
    const named = RULES.flatMap(({ expr }) => expr.match(/\b(?:komodor_port|process)_\w+/g) ?? []);
    expect(new Set(named).size).toBeGreaterThanOrEqual(3);
    for (const name of named) expect(body).toMatch(new RegExp(`^${name}[ {]`, 'm'));
  });

  const STALE = ['KomodorPortStale'];
  const APPROVE = ['KomodorPortDeletionsAwaitApproval'];
  const cases: readonly (readonly [string, readonly RunReport[], readonly RunReport[], number, readonly string[]])[] = [
    ['a fresh start', [], [], 1, []],
    ['a start into failure', [], [failed(1), failed(2), failed(3)], 4, STALE],
    ['a start after which nothing runs at all', [], [], 4, STALE],
    ['a restart into failure', [report(-1)], [failed(1), failed(2)], 2.5, STALE],
    ['a restart soon after a success', [report(-1)], [], 1, []],
    ['a restart when none of the remembered runs was a success', [failed(-5), failed(-1)], [], 0, STALE],
    ['success every hour', [], [report(1), report(2), report(3), report(4)], 5, []],
    ['another replica that works', [report(1), report(4)], [], 5, []],
    [
      'one kind that fails every time',
      [],
      [1, 2, 3, 4].map((hour) =>
        report(hour, {
          status: 'degraded',
          kinds: [kindReport('komodorService'), kindReport('komodorHealthMonitoring', { status: 'degraded' })],
        }),
      ),
      5,
      STALE,
    ],
    ...Object.values(BLOCKS).map(
      ({ reason, canBeApproved }) =>
        [
          canBeApproved ? reason : `${reason}, which nobody can approve`,
          [],
          [report(1, { blueprints: blocked(reason) })],
          1,
          canBeApproved ? APPROVE : [],
        ] as const,
    ),
    ['a block before a restart', [report(-1, { blueprints: blocked('threshold') })], [], 0, APPROVE],
    ['a block and a run that broke off', [], [report(1, { blueprints: blocked('emptied') }), failed(2)], 2, APPROVE],
    ['a block that was approved', [], [report(1, { blueprints: blocked('emptied') }), report(2)], 2, []],
    ['a block that another replica lifted', [report(2)], [report(1, { blueprints: blocked('emptied') })], 2, []],
    [
      'a blueprint that the mapping left behind',
      [report(-2, { blueprints: blocked('emptied') }), report(-1, { blueprints: [blueprintReport('risk')] })],
      [report(1, { blueprints: [blueprintReport('risk')] })],
      1,
      [],
    ],
    [
      'a replica that runs no resyncs, and a blueprint that is out of use',
      [report(-2, { blueprints: blocked('emptied') }), report(-1, { blueprints: [blueprintReport('risk')] })],
      [],
      0,
      [],
    ],
    [
      'a replica that runs no resyncs, and a resync of other kinds',
      [
        report(-2, { kinds: [kindReport('komodorService')], blueprints: blocked('emptied') }),
        report(-1, { kinds: [kindReport('komodorHealthMonitoring')], blueprints: [blueprintReport('risk')] }),
      ],
      [],
      0,
      APPROVE,
    ],
    [
      'a plan, which changes nothing',
      [],
      [report(1), report(2, { mode: 'plan', blueprints: blocked('emptied') })],
      2,
      [],
    ],
  ];

  it.each(cases)('judges %s', async (_name, remembered, runs, afterHours, alerts) => {
    const metrics = createMetrics({
      everyMs: HOUR,
      reports: async (limit) => remembered.toReversed().slice(0, limit),
    });
    if (runs.length > 0) goThrough(metrics.observer, MAPPING);
    for (const run of runs) metrics.runFinished(run);
    vi.setSystemTime(START + afterHours * HOUR);
    for (const _ of [1, 2]) expect(await firing(metrics)).toEqual(alerts);
  });

  it('goes by what this process knows while the queue cannot be reached', async () => {
    const metrics = createMetrics({ everyMs: HOUR, reports: async () => Promise.reject(new Error('Redis is away')) });
    vi.setSystemTime(START + 4 * HOUR);
    expect(await firing(metrics)).toEqual(STALE);
    metrics.runFinished(report(4));
    expect(await firing(metrics)).toEqual([]);
  });

  it('has nothing stale without a schedule', async () => {
    const metrics = createMetrics({ everyMs: null });
    vi.setSystemTime(START + 40 * HOUR);
    expect(await firing(metrics)).toEqual([]);
  });

  it('does not expect of a new kind what it cannot have done yet', async () => {
    const metrics = createMetrics({ everyMs: HOUR });
    metrics.observer.mappingRead?.({ ...MAPPING, entries: MAPPING.entries.slice(0, 1) });
    metrics.runFinished(report(4, { kinds: [kindReport('komodorService')] }));
    vi.setSystemTime(START + 5 * HOUR);
    metrics.observer.mappingRead?.(MAPPING);
    expect(await firing(metrics)).toEqual([]);
    vi.setSystemTime(START + 9 * HOUR);
    metrics.runFinished(report(9, { kinds: [kindReport('komodorService')] }));
    expect(await firing(metrics)).toEqual(STALE);
  });
});
