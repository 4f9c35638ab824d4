import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Freshness } from '../../src/core/freshness.ts';
import type { WatchStatus } from '../../src/core/watches.ts';
import { createMetrics, type MetricSources, type Metrics } from '../../src/telemetry/metrics.ts';
import { blueprintReport, goThrough, kindReport, MAPPING, runReport } from '../reporting/runs.ts';

const FRESHNESS: Freshness = {
  state: 'error',
  sentence: 'Error',
  stalled: { since: '2026-01-01T00:00:00.000Z', blueprints: ['risk'], reason: 'x' },
  blueprints: ['service', 'risk'].map((blueprint, index) => ({
    blueprint,
    state: 'error',
    lastTruthAt: null,
    ageMs: 3_600_000 * (index + 1),
    intervals: 1.5 * (index + 1),
    nextAt: null,
    stalled: index === 1,
    reason: 'x',
  })),
  actions: [],
};
const WATCH: WatchStatus = {
  ...{ kind: 'v1/pods', namespace: null, state: 'watching', why: null },
  ...{ since: '2026-01-01T00:00:00Z', lastEventAt: null },
};
const SOURCES: MetricSources = {
  watches: () => ({ watches: [WATCH], lagMs: 2_000 }),
  traffic: () => [
    { side: 'komodor', rateLimitWaitMs: 2500, concurrency: 4 },
    { side: 'port', rateLimitWaitMs: 0, concurrency: 8 },
  ],
  queue: async () => ({ runsWaiting: 1, runsActive: 1, liveWaiting: 7 }),
  skippedTicks: () => 3,
  everyMs: 5_400_000,
  freshness: async () => FRESHNESS,
};
const BLOCKED = { reason: 'threshold', count: 6, digest: 'd', sample: [] } as const;

/** The samples of a metric as they stand in the text, in its order. */
async function samples(metrics: Metrics, name: string): Promise<readonly string[]> {
  const { body } = await metrics.render();
  return body.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

function resynced(report = runReport()): Metrics {
  const metrics = createMetrics(SOURCES);
  goThrough(metrics.observer, MAPPING);
  metrics.runFinished(report);
  return metrics;
}

describe('the metrics', () => {
  it('count the parts of a resync, and again with the next', async () => {
    const problems = [{ code: 'upsert_failed', severity: 'error', message: 'x', count: 4, samples: [] }] as const;
    const metrics = resynced(runReport({ problems }));
    metrics.runFinished(runReport({ problems }));
    expect(await samples(metrics, 'komodor_port_problems_total')).toEqual([
      'komodor_port_problems_total{code="upsert_failed",severity="error"} 8',
    ]);
    expect(await samples(metrics, 'komodor_port_items_total')).toContain(
      'komodor_port_items_total{kind="komodorService",phase="transform",result="filtered"} 2',
    );
    expect(await samples(metrics, 'komodor_port_entities_total')).toContain(
      'komodor_port_entities_total{blueprint="risk",result="created"} 6',
    );
    expect(await samples(metrics, 'komodor_port_run_duration_seconds_sum')).toEqual([
      'komodor_port_run_duration_seconds_sum{mode="resync",status="completed"} 24',
    ]);
  });

  it('show the deletions that the last resync held back, and not those of one before', async () => {
    const metrics = resynced(
      runReport({ status: 'blocked', blueprints: [blueprintReport('service', { deletionBlocked: BLOCKED })] }),
    );
    expect(await samples(metrics, 'komodor_port_deletions_blocked')).toEqual([
      'komodor_port_deletions_blocked{blueprint="service",reason="threshold"} 6',
    ]);
    metrics.runFinished(runReport());
    expect(await samples(metrics, 'komodor_port_deletions_blocked')).toEqual([]);
  });

  it('tell the age of truths, in seconds and in intervals, and whether they have stalled', async () => {
    const metrics = resynced();
    expect(await samples(metrics, 'komodor_port_seconds_since_truth')).toEqual([
      'komodor_port_seconds_since_truth{blueprint="service"} 3600',
      'komodor_port_seconds_since_truth{blueprint="risk"} 7200',
    ]);
    expect(await samples(metrics, 'komodor_port_intervals_since_truth')).toEqual([
      'komodor_port_intervals_since_truth{blueprint="service"} 1.5',
      'komodor_port_intervals_since_truth{blueprint="risk"} 3',
    ]);
    expect(await samples(metrics, 'komodor_port_stalled')).toEqual(['komodor_port_stalled 1']);
    const failing = createMetrics({ freshness: () => Promise.reject(new Error('away')) });
    expect(await samples(failing, 'komodor_port_stalled')).toEqual([]);
  });

  it('call a kind a success only when it was read completely and written without a failure', async () => {
    const kinds = async (report: ReturnType<typeof runReport>) =>
      (await samples(resynced(report), 'komodor_port_last_success_timestamp_seconds')).map(
        (line) => /kind="(\w+)"/.exec(line)?.[1],
      );
    expect(await kinds(runReport())).toEqual(['komodorService', 'komodorHealthMonitoring']);
    expect(await kinds(runReport({ status: 'aborted' }))).toEqual([]);
    const badRead = [
      kindReport('komodorService', { status: 'degraded', complete: false }),
      kindReport('komodorHealthMonitoring'),
    ];
    expect(await kinds(runReport({ status: 'degraded', kinds: badRead }))).toEqual(['komodorHealthMonitoring']);
    const badWrite = [blueprintReport('service'), blueprintReport('risk', { failed: 1, status: 'degraded' })];
    expect(await kinds(runReport({ status: 'degraded', blueprints: badWrite }))).toEqual(['komodorService']);
    const unnamed = [...badWrite.slice(0, 1), blueprintReport('other', { failed: 1 })];
    expect(await kinds(runReport({ status: 'degraded', blueprints: unnamed }))).toEqual([]);
    const held = [blueprintReport('service', { deletionBlocked: BLOCKED, status: 'blocked' })];
    expect(await kinds(runReport({ status: 'blocked', blueprints: held }))).toEqual([
      'komodorService',
      'komodorHealthMonitoring',
    ]);
  });

  it('count a plan as a run, but none of its changes', async () => {
    const metrics = createMetrics();
    metrics.runFinished(runReport({ mode: 'plan' }));
    expect(await samples(metrics, 'komodor_port_run_duration_seconds_count')).toEqual([
      'komodor_port_run_duration_seconds_count{mode="plan",status="completed"} 1',
    ]);
    expect(await samples(metrics, 'komodor_port_entities_total')).toEqual([]);
    expect(await samples(metrics, 'komodor_port_ocean_success')).toEqual([]);
  });

  it('tell requests apart by host and outcome', async () => {
    const metrics = createMetrics();
    metrics.requestDone('komodor', { type: 'answered', status: 429 });
    metrics.requestDone('komodor', { type: 'answered', status: 429 });
    metrics.requestDone('port', { type: 'failed', problem: 'timeout' });
    metrics.requestDone('port', { type: 'aborted' });
    expect(await samples(metrics, 'komodor_port_http_requests_total')).toEqual([
      'komodor_port_http_requests_total{side="komodor",status="429"} 2',
      'komodor_port_http_requests_total{side="port",status="timeout"} 1',
      'komodor_port_http_requests_total{side="port",status="aborted"} 1',
    ]);
  });

  it('read off what others count, anew at each look', async () => {
    let isAway = false;
    const queue = async () => {
      if (isAway) throw new Error('Redis is away');
      return { runsWaiting: 1, runsActive: 0, liveWaiting: 7 };
    };
    const metrics = createMetrics({ ...SOURCES, queue });
    for (const _ of [1, 2]) {
      expect(await samples(metrics, 'komodor_port_rate_limit_wait_seconds_total')).toContain(
        'komodor_port_rate_limit_wait_seconds_total{side="komodor"} 2.5',
      );
      expect(await samples(metrics, 'komodor_port_ticks_skipped_total')).toEqual([
        'komodor_port_ticks_skipped_total 3',
      ]);
      expect(await samples(metrics, 'komodor_port_resync_interval_seconds')).toEqual([
        'komodor_port_resync_interval_seconds 5400',
      ]);
      expect(await samples(metrics, 'komodor_port_queue_depth')).toContain(
        'komodor_port_queue_depth{queue="live_waiting"} 7',
      );
    }
    isAway = true;
    expect(await samples(metrics, 'komodor_port_queue_depth')).toEqual([]);
  });

  it("speak Ocean's language about the last resync alone", async () => {
    const metrics = resynced();
    const worse = [
      blueprintReport('service', { failed: 2, status: 'degraded' }),
      blueprintReport('risk', { deleted: 4 }),
    ];
    metrics.runFinished(runReport({ status: 'degraded', blueprints: worse }));
    expect(await samples(metrics, 'komodor_port_ocean_success')).toEqual([
      'komodor_port_ocean_success{kind="komodorService-0",phase="resync"} 0',
      'komodor_port_ocean_success{kind="komodorHealthMonitoring-1",phase="resync"} 1',
      'komodor_port_ocean_success{kind="__runtime__",phase="resync"} 0',
    ]);
    const counts = await samples(metrics, 'komodor_port_ocean_object_count');
    const of = (kind: string, phase: string, type: string) =>
      `komodor_port_ocean_object_count{kind="${kind}",phase="${phase}",object_count_type="${type}"}`;
    expect(counts).toContain(`${of('komodorService-0', 'extract', 'raw_extracted')} 10`);
    expect(counts).toContain(`${of('komodorService-0', 'load', 'failed')} 2`);
    expect(counts).toContain(`${of('__reconciliation__', 'delete', 'deleted')} 4`);
    expect(await samples(metrics, 'komodor_port_ocean_duration_seconds')).toContain(
      'komodor_port_ocean_duration_seconds{kind="__runtime__",phase="resync"} 12',
    );
  });

  it('tell about the process too', async () => {
    const { body, contentType } = await createMetrics().render();
    expect(contentType).toContain('text/plain');
    expect(body).toContain('process_cpu_user_seconds_total');
  });
});

describe('watches of the cluster', () => {
  it('are connected when all of a kind are', async () => {
    let watches: readonly WatchStatus[] | undefined = [WATCH, { ...WATCH, namespace: 'a', state: 'waiting', why: 'x' }];
    const metrics = createMetrics({ watches: () => watches && { watches, lagMs: 1_500 } });
    const connected = () => samples(metrics, 'komodor_port_watch_connected');
    expect(await connected()).toEqual(['komodor_port_watch_connected{kind="v1/pods"} 0']);
    expect(await samples(metrics, 'komodor_port_watch_lag_seconds')).toEqual(['komodor_port_watch_lag_seconds 1.5']);
    watches = [WATCH];
    expect(await connected()).toEqual(['komodor_port_watch_connected{kind="v1/pods"} 1']);
    watches = undefined;
    expect(await connected()).toEqual([]);
    expect(await samples(metrics, 'komodor_port_watch_lag_seconds')).toEqual([]);
  });
});

describe('docs/metrics.md', () => {
  it('lists every metric of ours with its type, labels and meaning', async () => {
    const blueprints = [blueprintReport('service', { deletionBlocked: BLOCKED })];
    const problems = [{ code: 'deletion_blocked', severity: 'error', message: 'x', count: 1, samples: [] }] as const;
    const metrics = resynced(runReport({ blueprints, problems }));
    metrics.requestDone('port', { type: 'answered', status: 200 });
    metrics.jqDone(12);
    metrics.watchEvent('v1/pods', 'changed');
    const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
    const table = /<!-- metrics -->([\s\S]*)<!-- end of metrics -->/.exec(page)?.[1] ?? '';
    const listed = table.split('\n').filter((line) => line.startsWith('| `'));
    expect(new Set(listed)).toEqual(new Set(rows((await metrics.render()).body)));
    expect(listed.length).toBeGreaterThan(10);
  });
});

/** The rows of the page, made of what `/metrics` says about itself. */
function rows(body: string): readonly string[] {
  return [...body.matchAll(/^# HELP (komodor_port_\w+) (.*)\n# TYPE \S+ (\w+)$/gm)].map(([, name = '', help, type]) => {
    const sample = new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, 'm').exec(body)?.[1] ?? '';
    const labels = [...sample.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) => label !== 'le');
    return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')}${labels.length > 0 ? ' ' : ''}| ${help} |`;
  });
}
