import type { Kind } from '../../core/model.ts';
import type { RunObserver } from '../../core/ports.ts';
import type { RunReport } from '../../core/report.ts';
import type { Clock } from '../../net/clock.ts';
import type { ExampleCollector } from './examples.ts';
import { type PlannedKind, planKinds } from './kind-plan.ts';
import type { Lane } from './lane.ts';
import { entryOutcome, reconciliationOutcome, runState, type SyncOutcome } from './sync-metrics.ts';
import type { SyncReports } from './sync-reports.ts';

const HEARTBEAT_MS = 10_000;

/** One run on Port's sync screen. Everything is put into a lane and happens in the background. */
export interface SyncScreen {
  readonly observer: RunObserver;
  end(report: RunReport): void;
  stopHeartbeat(): void;
}

export function createSyncScreen(options: {
  readonly kinds: readonly Kind[];
  readonly reports: SyncReports;
  readonly lane: Lane;
  readonly examples: ExampleCollector | undefined;
  readonly clock: Clock;
  /** Called when Port has the integration. */
  readonly onPrepared: () => void;
}): SyncScreen {
  const { kinds, reports, lane, examples, clock, onPrepared } = options;
  const startedAt = new Map<Kind, number>();
  const readingMs = new Map<Kind, number>();
  const beating = new AbortController();
  const begunAt = clock.now();
  let plan: readonly PlannedKind[] = [];
  let isOpen = false;
  let isReconciling = false;

  async function beat(): Promise<void> {
    while (!beating.signal.aborted) {
      await clock.sleep(HEARTBEAT_MS, beating.signal).catch(() => undefined);
      // One that is lost is followed by the next.
      if (!beating.signal.aborted) await reports.heartbeat(beating.signal).catch(() => undefined);
    }
  }

  function update(kind: Kind, outcome: SyncOutcome): void {
    for (const entry of plan) {
      if (entry.kind === kind) lane.add((signal) => reports.update(entry, outcome, signal));
    }
  }

  const observer: RunObserver = {
    mappingRead(mapping) {
      onPrepared();
      plan = planKinds(mapping, kinds);
      isOpen = true;
      lane.add((signal) => reports.open(plan, { syncState: 'pending' }, signal));
      lane.add((signal) => reports.open(['__runtime__'], { syncState: 'syncing' }, signal));
      void beat();
    },
    itemsRead(kind, items) {
      examples?.take(kind, items);
    },
    kindStarted(kind) {
      startedAt.set(kind, clock.now());
      update(kind, { syncState: 'syncing' });
    },
    // What was read may still be on its way to Port: how the kind ended is known at the end of the run.
    kindFinished({ kind, items }) {
      examples?.finish(kind);
      readingMs.set(kind, clock.now() - (startedAt.get(kind) ?? begunAt));
      update(kind, { syncState: 'syncing', counts: { extract: { raw_extracted: items } } });
    },
    deletionsDecided() {
      if (isReconciling) return;
      isReconciling = true;
      lane.add((signal) => reports.open(['__reconciliation__'], { syncState: 'syncing' }, signal));
    },
  };

  return {
    observer,
    end(report) {
      beating.abort();
      for (const entry of plan) {
        const outcome = withDuration(entryOutcome(report, plan, entry), readingMs.get(entry.kind));
        lane.add((signal) => reports.update(entry, outcome, signal));
      }
      const reconciled = reconciliationOutcome(report);
      if (isReconciling) lane.add((signal) => reports.update('__reconciliation__', reconciled, signal));
      else if (isOpen) lane.add((signal) => reports.open(['__reconciliation__'], reconciled, signal));
      const syncState = runState(report);
      const whole = { syncState, success: report.status === 'completed', durationMs: report.durationMs };
      lane.add((signal) => reports.open(['__runtime__'], whole, signal));
    },
    stopHeartbeat: () => beating.abort(),
  };
}

function withDuration(outcome: SyncOutcome, durationMs: number | undefined): SyncOutcome {
  return durationMs === undefined ? outcome : { ...outcome, durationMs };
}
