import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Freshness } from '../core/freshness.ts';
import type { Kind, Mapping } from '../core/model.ts';
import type { RunObserver } from '../core/ports.ts';
import type { KindReport, RunReport } from '../core/report.ts';
import type { QueueCounts } from '../core/run-queue.ts';
import { monitorEventLoop } from './event-loop.ts';
import { registerFreshness } from './freshness-metrics.ts';
import { createOceanMetrics } from './ocean-metrics.ts';
import { createStatusMetrics } from './status-metrics.ts';
import { createWatchMetrics, type WatchSource } from './watch-metrics.ts';

type Side = 'komodor' | 'port' | 'kubernetes';

/** The result of one HTTP attempt: a status, or why there is none. */
type RequestOutcome =
  | { readonly type: 'answered'; readonly status: number }
  | { readonly type: 'failed'; readonly problem: string }
  | { readonly type: 'aborted' };

/** Numbers from other components, read at every scrape. */
export interface MetricSources {
  readonly traffic?: () => readonly {
    readonly side: Side;
    readonly rateLimitWaitMs: number;
    readonly concurrency: number;
  }[];
  /** May throw. Then the queue's metrics are left out, because old numbers would mislead. */
  readonly queue?: () => Promise<QueueCounts>;
  /** The kept reports, newest first. May throw. */
  readonly reports?: (limit: number) => Promise<readonly RunReport[]>;
  readonly skippedTicks?: () => number;
  readonly freshness?: () => Promise<Freshness>;
  readonly watches?: WatchSource;
  /** The time between scheduled resyncs; null: there is no schedule. */
  readonly everyMs?: number | null;
}

/** All metrics of `/metrics`. docs/metrics.md lists them. */
export interface Metrics {
  /** For the runs of this process, one at a time. */
  readonly observer: RunObserver;
  runFinished(report: RunReport): void;
  /** Once per HTTP attempt, retries included. */
  requestDone(side: Side, outcome: RequestOutcome): void;
  /** Once per change that a watch tells. */
  watchEvent(kind: Kind, type: 'changed' | 'gone'): void;
  /** Once per call of jq. */
  jqDone(durationMs: number): void;
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** How many reports the first scrape reads, and how many every later one. */
const FIRST_READ_LIMIT = 50;
const LATER_READ_LIMIT = 5;
const RUN_BUCKETS = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200];
const JQ_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Has its own registry, so that two in one process do not mix. */
export function createMetrics(sources: MetricSources = {}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const ocean = createOceanMetrics(registry);
  const { runDuration, items, entities, problems, requests, jq } = createCounters(registry);
  const statusMetrics = createStatusMetrics(registry);
  const watchEvents = createWatchMetrics(registry, sources.watches);
  registerSources(registry, sources);
  let mapping: Mapping | undefined;
  let hasReadReports = false;

  function countResync(report: RunReport): void {
    for (const kind of report.kinds) countItems(items, kind);
    for (const { blueprint, created, updated, unchanged, failed, deleted } of report.blueprints) {
      for (const [result, count] of Object.entries({ created, updated, unchanged, failed, deleted })) {
        entities.inc({ blueprint, result }, count);
      }
    }
    for (const { code, severity, count } of report.problems) problems.inc({ code, severity }, count);
    statusMetrics.addReport(report);
    ocean.resyncFinished(report, mapping);
  }

  /** Includes reports of other replicas, and from before the start. Empty while the queue cannot be reached. */
  async function recentReports(): Promise<readonly RunReport[]> {
    const reports = await sources
      .reports?.(hasReadReports ? LATER_READ_LIMIT : FIRST_READ_LIMIT)
      .catch(() => undefined);
    hasReadReports ||= reports !== undefined;
    return reports ?? [];
  }

  return {
    observer: {
      mappingRead(read) {
        mapping = read;
        statusMetrics.mappingRead(read);
      },
      kindStarted: ocean.kindStarted,
      kindFinished: ({ kind }) => ocean.kindFinished(kind),
    },
    runFinished(report) {
      const { mode, status, durationMs } = report;
      runDuration.observe({ mode, status }, durationMs / 1000);
      // A plan changes nothing, so it is not counted.
      if (mode === 'resync') countResync(report);
    },
    requestDone(side, outcome) {
      const status =
        outcome.type === 'answered' ? outcome.status : outcome.type === 'failed' ? outcome.problem : 'aborted';
      requests.inc({ side, status: String(status) });
    },
    watchEvent: (kind, type) => watchEvents.inc({ kind, type }),
    jqDone: (durationMs) => jq.observe(durationMs / 1000),
    async render() {
      for (const report of (await recentReports()).toReversed()) statusMetrics.addReport(report);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

/** What is counted while the process runs; each replica counts its own. */
function createCounters(registry: Registry) {
  const registers = [registry];
  return {
    runDuration: new Histogram({
      name: 'komodor_port_run_duration_seconds',
      help: 'How long runs took, by how they ended.',
      labelNames: ['mode', 'status'],
      buckets: RUN_BUCKETS,
      registers,
    }),
    items: new Counter({
      name: 'komodor_port_items_total',
      help: 'Items of Komodor, by what became of them.',
      labelNames: ['kind', 'phase', 'result'],
      registers,
    }),
    entities: new Counter({
      name: 'komodor_port_entities_total',
      help: 'Entities of Port, by what became of them.',
      labelNames: ['blueprint', 'result'],
      registers,
    }),
    problems: new Counter({
      name: 'komodor_port_problems_total',
      help: 'Problems in the reports of resyncs, each as often as it occurred.',
      labelNames: ['code', 'severity'],
      registers,
    }),
    requests: new Counter({
      name: 'komodor_port_http_requests_total',
      help: 'HTTP attempts, by status or by why there was none.',
      labelNames: ['side', 'status'],
      registers,
    }),
    jq: new Histogram({
      name: 'komodor_port_jq_seconds',
      help: 'How long calls of jq took.',
      buckets: JQ_BUCKETS,
      registers,
    }),
  };
}

function countItems(items: Counter<'kind' | 'phase' | 'result'>, report: KindReport): void {
  const { kind, extracted, duplicates, selected, filtered, rejected } = report;
  for (const [result, count] of Object.entries({ read: extracted, duplicate: duplicates })) {
    items.inc({ kind, phase: 'extract', result }, count);
  }
  for (const [result, count] of Object.entries({ selected, filtered, rejected })) {
    items.inc({ kind, phase: 'transform', result }, count);
  }
}

/** Metrics whose values are read at every scrape. */
function registerSources(registry: Registry, sources: MetricSources): void {
  const registers = [registry];
  const { traffic, queue, freshness } = sources;
  registerSchedule(registers, sources);
  if (freshness) registerFreshness(registry, freshness);
  new Counter({
    name: 'komodor_port_rate_limit_wait_seconds_total',
    help: 'Time during which all requests to a host stood still for its rate limit.',
    labelNames: ['side'],
    registers,
    collect() {
      this.reset();
      for (const { side, rateLimitWaitMs } of traffic?.() ?? []) this.inc({ side }, rateLimitWaitMs / 1000);
    },
  });
  new Gauge({
    name: 'komodor_port_http_concurrency',
    help: 'How many requests to a host may be in flight now.',
    labelNames: ['side'],
    registers,
    collect() {
      for (const { side, concurrency } of traffic?.() ?? []) this.set({ side }, concurrency);
    },
  });
  new Gauge({
    name: 'komodor_port_queue_depth',
    help: 'What waits or runs in the queues.',
    labelNames: ['queue'],
    registers,
    async collect() {
      this.reset();
      const counts = await queue?.().catch(() => undefined);
      if (!counts) return;
      this.set({ queue: 'runs_waiting' }, counts.runsWaiting);
      this.set({ queue: 'runs_active' }, counts.runsActive);
      this.set({ queue: 'live_waiting' }, counts.liveWaiting);
    },
  });
  const loop = monitorEventLoop();
  new Gauge({
    name: 'komodor_port_event_loop_lag_seconds',
    help: 'The longest that the event loop stood still in the last minute.',
    registers,
    collect() {
      this.set(loop.longestMs() / 1000);
    },
  });
}

/** The schedule of resyncs. */
function registerSchedule(registers: Registry[], { skippedTicks, everyMs = null }: MetricSources): void {
  new Gauge({
    name: 'komodor_port_resync_interval_seconds',
    help: 'Seconds between scheduled resyncs; absent without a schedule.',
    registers,
    collect() {
      if (everyMs === null) this.remove();
      else this.set(everyMs / 1000);
    },
  });
  new Counter({
    name: 'komodor_port_ticks_skipped_total',
    help: 'Scheduled resyncs that were skipped because one was running.',
    registers,
    collect() {
      this.reset();
      this.inc(skippedTicks?.() ?? 0);
    },
  });
}
