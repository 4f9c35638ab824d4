import type { Kind } from '../../core/model.ts';
import type { RunObserver } from '../../core/ports.ts';
import type { RunReport } from '../../core/report.ts';
import type { Clock } from '../../net/clock.ts';
import type { ExampleCollector } from './examples.ts';
import type { JobQueue } from './job-queue.ts';
import { type ReportedEntry, reportedEntries } from './reported-entries.ts';
import { entryOutcome, reconciliationOutcome, runState, type SyncOutcome } from './sync-metrics.ts';
import type { SyncReports } from './sync-reports.ts';

const HEARTBEAT_MS = 10_000;

/** Reports one run to Port's sync page, through a job queue, in the background. */
export interface SyncReporter {
  readonly observer: RunObserver;
  end(report: RunReport): void;
  /** For a run that does not end in time: whatever is not finished is aborted. */
  abort(): void;
  stopHeartbeat(): void;
}

export function createSyncReporter(options: {
  readonly kinds: readonly Kind[];
  readonly reports: SyncReports;
  readonly jobs: JobQueue;
  readonly examples: ExampleCollector | undefined;
  readonly clock: Clock;
  /** Called when Port has the integration. */
  readonly onPrepared: () => void;
}): SyncReporter {
  const { kinds, reports, jobs, examples, clock, onPrepared } = options;
  const startedAt = new Map<Kind, number>();
  const readingMs = new Map<Kind, number>();
  const beating = new AbortController();
  const begunAt = clock.now();
  let plan: readonly ReportedEntry[] = [];
  let isOpen = false;
  let isReconciling = false;

  async function sendHeartbeats(): Promise<void> {
    while (!beating.signal.aborted) {
      await clock.sleep(HEARTBEAT_MS, beating.signal).catch(() => undefined);
      // If one is lost, the next one follows.
      if (!beating.signal.aborted) await reports.heartbeat(beating.signal).catch(() => undefined);
    }
  }

  function update(kind: Kind, outcome: SyncOutcome): void {
    for (const entry of plan) {
      if (entry.kind === kind) jobs.add((signal) => reports.update(entry, outcome, signal));
    }
  }

  const observer: RunObserver = {
    mappingRead(mapping) {
      onPrepared();
      plan = reportedEntries(mapping, kinds);
      isOpen = true;
      jobs.add((signal) => reports.open(plan, { syncState: 'pending' }, signal));
      jobs.add((signal) => reports.open(['__runtime__'], { syncState: 'syncing' }, signal));
      void sendHeartbeats();
    },
    itemsRead(kind, items) {
      examples?.take(kind, items);
    },
    kindStarted(kind) {
      startedAt.set(kind, clock.now());
      update(kind, { syncState: 'syncing' });
    },
    // Its entities may not be written yet, so the outcome of a kind is known only at the end of the run.
    kindFinished({ kind, items }) {
      examples?.finish(kind);
      readingMs.set(kind, clock.now() - (startedAt.get(kind) ?? begunAt));
      update(kind, { syncState: 'syncing', counts: { extract: { raw_extracted: items } } });
    },
    deletionsDecided() {
      if (isReconciling) return;
      isReconciling = true;
      jobs.add((signal) => reports.open(['__reconciliation__'], { syncState: 'syncing' }, signal));
    },
  };

  return {
    observer,
    end(report) {
      beating.abort();
      for (const entry of plan) {
        const outcome = withDuration(entryOutcome(report, plan, entry), readingMs.get(entry.kind));
        jobs.add((signal) => reports.update(entry, outcome, signal));
      }
      const reconciled = reconciliationOutcome(report);
      if (isReconciling) jobs.add((signal) => reports.update('__reconciliation__', reconciled, signal));
      else if (isOpen) jobs.add((signal) => reports.open(['__reconciliation__'], reconciled, signal));
      const syncState = runState(report);
      const whole = { syncState, success: report.status === 'completed', durationMs: report.durationMs };
      jobs.add((signal) => reports.open(['__runtime__'], whole, signal));
    },
    abort() {
      beating.abort();
      if (!isOpen) return;
      const aborted: SyncOutcome = { syncState: 'aborted', success: false };
      for (const entry of plan) jobs.add((signal) => reports.update(entry, aborted, signal));
      jobs.add((signal) => reports.open(['__runtime__', '__reconciliation__'], aborted, signal));
    },
    stopHeartbeat: () => beating.abort(),
  };
}

function withDuration(outcome: SyncOutcome, durationMs: number | undefined): SyncOutcome {
  return durationMs === undefined ? outcome : { ...outcome, durationMs };
}
