import { randomUUID } from 'node:crypto';
import { isDoneWithin } from '../core/deadline.ts';
import { isApprovable } from '../core/deletion.ts';
import { messageOf } from '../core/errors.ts';
import type { Freshness } from '../core/freshness.ts';
import type { RefreshReport } from '../core/live-run.ts';
import type { MappingSource } from '../core/ports.ts';
import type { RunReport } from '../core/report.ts';
import { type Timeline, type TimelineEvent, timelineEntry } from '../core/timeline.ts';
import type { Log } from '../port/reporting/log.ts';
import { createMappingWatch, type MappingWatch } from './mapping-watch.ts';

export interface TimelineRecorderOptions {
  readonly timeline: Timeline;
  readonly mask: (value: unknown) => unknown;
  readonly log: Log;
  /** How long live events are collected into one entry. */
  readonly burstMs?: number;
}

/** Writes down what happens. Its functions never throw and never wait: a store that fails matters to nothing else. */
export interface TimelineRecorder {
  readonly mapping: MappingWatch;
  note(event: TimelineEvent): void;
  mappingSeen(from: MappingSource): void;
  runFinished(report: RunReport, mapping: string | null): void;
  /** undefined: the event failed. @param events how many there were (default: 1) */
  liveDone(reports: readonly RefreshReport[] | undefined, events?: number): void;
  /** Notes when the catalog stalls, and when it has recovered; once for all replicas. */
  judged(freshness: Freshness): void;
  /** Writes down what is still collected, and waits for what is on its way. */
  close(withinMs: number): Promise<void>;
}

const BURST_MS = 60_000;
/** While the store is away, no more than this waits for it. */
const MAX_PENDING = 100;
const NO_EVENTS = { events: 0, written: 0, deleted: 0, heldBack: 0, failed: 0 };

export function createTimelineRecorder(options: TimelineRecorderOptions): TimelineRecorder {
  const { timeline, mask, log, burstMs = BURST_MS } = options;
  const pending = new Set<Promise<unknown>>();

  function keep(work: () => Promise<unknown>): void {
    if (pending.size >= MAX_PENDING) return;
    const done = work()
      .catch((error: unknown) => log('debug', `The timeline was not written: ${messageOf(error)}`))
      .finally(() => pending.delete(done));
    pending.add(done);
  }

  /** Work may lead to more of it. */
  async function allDone(): Promise<void> {
    while (pending.size > 0) await Promise.all(pending);
  }

  function note(event: TimelineEvent): void {
    const entry = timelineEntry(event, new Date(), randomUUID());
    keep(() => timeline.add(entry));
  }

  async function replaceStall(freshness: Freshness): Promise<void> {
    const { stalled } = freshness;
    const known = (await timeline.recall('stalled')) ?? '';
    const now = stalled === null ? '' : known === '' ? stalled.since : known;
    if (known === now) return;
    const before = (await timeline.replace('stalled', now)) ?? '';
    if (stalled !== null && before === '') note({ type: 'stalled', ...stalled });
    if (stalled === null && before !== '') note({ type: 'recovered', stalledSince: before });
  }

  const mapping = createMappingWatch({ timeline, note, mask });
  const bursts = collectBursts(note, burstMs);
  return {
    mapping,
    note,
    mappingSeen: (from) => keep(() => mapping.seen(from)),
    runFinished: (report, digest) => note(runEvent(report, digest)),
    liveDone: bursts.done,
    judged: (freshness) => keep(() => replaceStall(freshness)),
    async close(withinMs) {
      bursts.end();
      await isDoneWithin(withinMs, allDone());
    },
  };
}

/** Makes one event of the live events that come within `burstMs` of the first one. */
function collectBursts(note: (event: TimelineEvent) => void, burstMs: number) {
  let burst = NO_EVENTS;
  let timer: NodeJS.Timeout | undefined;

  function end(): void {
    clearTimeout(timer);
    timer = undefined;
    if (burst.events > 0) note({ type: 'live', ...burst });
    burst = NO_EVENTS;
  }

  return {
    end,
    done(reports: readonly RefreshReport[] | undefined, events = 1): void {
      const total = (field: 'written' | 'deleted' | 'heldBack') =>
        (reports ?? []).reduce((sum, report) => sum + report[field], burst[field]);
      burst = {
        events: burst.events + events,
        written: total('written'),
        deleted: total('deleted'),
        heldBack: total('heldBack'),
        failed: burst.failed + (reports === undefined ? events : 0),
      };
      timer ??= setTimeout(end, burstMs).unref();
    },
  };
}

function runEvent(report: RunReport, mapping: string | null): TimelineEvent {
  const { mode, runId, trigger, status, durationMs, blueprints, requests } = report;
  const total = (field: 'created' | 'updated' | 'deleted' | 'failed' | 'stale') =>
    blueprints.reduce((sum, blueprint) => sum + blueprint[field], 0);
  const held = blueprints.flatMap(({ deletionBlocked }) => deletionBlocked ?? []);
  const heldBack = held.filter(({ reason }) => isApprovable(reason)).reduce((sum, { count }) => sum + count, 0);
  const counts = { created: total('created'), updated: total('updated'), deleted: total('deleted') };
  const type = mode === 'plan' ? 'plan' : 'run';
  const waited = { stale: total('stale'), waitMs: requests.rateLimitWaitMs };
  return { type, runId, trigger, status, durationMs, ...counts, failed: total('failed'), heldBack, ...waited, mapping };
}
