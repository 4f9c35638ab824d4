import { messageOf } from '../../core/errors.ts';
import { together } from '../../core/observers.ts';
import type { RunObserver } from '../../core/ports.ts';
import type { RunReport } from '../../core/report.ts';
import type { RunOrder } from '../../core/run-queue.ts';
import { type Clock, systemClock } from '../../net/clock.ts';
import type { PortApi } from '../api.ts';
import { collectExamples } from './examples.ts';
import type { Ingest } from './ingest.ts';
import type { IntegrationLook } from './integration-look.ts';
import { createLane, type Lane } from './lane.ts';
import type { Log } from './log.ts';
import { createMask } from './mask.ts';
import type { MetricsWebhook, PostedRun } from './metrics-webhook.ts';
import { createStateWriter } from './state-writer.ts';
import { runState } from './sync-metrics.ts';
import { createSyncReports } from './sync-reports.ts';
import { createSyncScreen, type SyncScreen } from './sync-screen.ts';

interface ReportedRun {
  /** To be given to the run. Its methods return at once and never throw. */
  readonly observer: RunObserver;
  /**
   * Tells Port how it ended. Returns when Port knows, at the latest after a few seconds; the rest goes on in the background.
   * @param nextResync when the next one is due, as of now; what `begin` was told when absent
   */
  end(report: RunReport, nextResync?: Date | null): Promise<void>;
}

/** Shows our runs on Port's own screens. Nothing here ever fails or delays a run. */
export interface PortReporter {
  /**
   * After a crash Port may still believe in a run of ours: ends that. Never throws.
   * @param options.othersMayRun true: leaves it, for it may be the run of another replica
   */
  start(options: { readonly othersMayRun: boolean }): Promise<void>;
  /**
   * @param nextResync when the next one is due; null: none is; undefined: Port keeps what it shows (a single command
   * knows nothing of the service's schedule)
   * @param intervalMinutes of the schedule, in the same way
   */
  begin(
    runId: string,
    order: Pick<RunOrder, 'mode' | 'kinds'>,
    nextResync?: Date | null,
    intervalMinutes?: number | null,
  ): ReportedRun;
  /** Ends all background work, after a last chance. */
  close(): Promise<void>;
}

export interface PortReporterOptions {
  readonly api: PortApi;
  readonly ingest: Ingest;
  readonly look: IntegrationLook;
  readonly integrationIdentifier: string;
  readonly version: string;
  /** Whether raw items may go to Port. */
  readonly sendExamples: boolean;
  /** Values that must never get there. */
  readonly secrets: readonly string[];
  readonly log: Log;
  /** Somebody else who wants to know how runs end. */
  readonly webhook?: MetricsWebhook | undefined;
  /** How long `end` and `close` wait for Port to take what is left (default 3 s). */
  readonly patienceMs?: number;
  readonly clock?: Clock;
}

const PATIENCE_MS = 3000;
/** How long the documents of a run that is over are still tried. */
const AFTERLIFE_MS = 60_000;

interface Active {
  readonly screen: SyncScreen;
  readonly lane: Lane;
  readonly posted: PostedRun | undefined;
}

export function createPortReporter(options: PortReporterOptions): PortReporter {
  const { api, ingest, look, integrationIdentifier: identifier, version, log, clock = systemClock } = options;
  const { patienceMs = PATIENCE_MS } = options;
  const state = createStateWriter({ api, identifier, log, clock });
  const mask = createMask(options.secrets);
  const never = new AbortController().signal;
  const active = new Map<string, Active>();
  const lanes = new Set<Lane>();
  const now = (): string => new Date(clock.now()).toISOString();

  async function endCrashed(): Promise<void> {
    const found = await look.resyncState(never);
    if (found?.status === 'running' && active.size === 0) state.set({ status: 'aborted', lastResyncEnd: now() });
  }

  /** Lets the lane go on for a while after its run, then forgets it. */
  async function outlive(lane: Lane): Promise<void> {
    await lane.drained(AFTERLIFE_MS);
    lane.giveUp();
    lanes.delete(lane);
  }

  return {
    async start({ othersMayRun }) {
      if (othersMayRun) return;
      try {
        await endCrashed();
      } catch (error) {
        log('warn', `Whether Port still shows an earlier run as running could not be seen: ${messageOf(error)}`);
      }
    },

    begin(runId, { mode, kinds }, nextResync, intervalMinutes) {
      // A plan writes nothing anywhere, so it is nothing that Port should see.
      if (mode === 'plan') return { observer: {}, end: async () => undefined };
      const lastResyncStart = now();
      const schedule = (next: Date | null | undefined) => ({
        ...(next === undefined ? {} : { nextResync: next?.toISOString() ?? null }),
        ...(intervalMinutes === undefined ? {} : { intervalInMinuets: wholeMinutes(intervalMinutes) }),
      });
      state.set({ status: 'running', lastResyncStart, lastResyncEnd: null, ...schedule(nextResync) });
      const lane = createLane('Port', 'a report on the run', log);
      lanes.add(lane);
      const identity = { integrationIdentifier: identifier, version, runId };
      const screen = createSyncScreen({
        kinds,
        lane,
        clock,
        reports: createSyncReports({ ingest, look, identity }),
        examples: options.sendExamples ? collectExamples({ api, identifier, mask, add: lane.add }) : undefined,
        onPrepared: state.integrationExists,
      });
      const posted = options.webhook?.begin(identity, kinds);
      const own: Active = { screen, lane, posted };
      active.get(runId)?.screen.stopHeartbeat();
      active.set(runId, own);
      return {
        observer: posted ? together([screen.observer, posted.observer]) : screen.observer,
        async end(report, next = nextResync) {
          // Taken over by a later attempt at the same run.
          if (active.get(runId) !== own) return;
          active.delete(runId);
          state.set({ status: runState(report), lastResyncStart, lastResyncEnd: now(), ...schedule(next) });
          screen.end(report);
          posted?.end(report);
          const ended = Promise.all(
            [state.settled, lane.drained, posted?.drained].map((settled) => settled?.(patienceMs)),
          );
          void outlive(lane);
          await ended;
        },
      };
    },

    async close() {
      for (const { screen } of active.values()) screen.stopHeartbeat();
      await Promise.all([state.settled(patienceMs), ...[...lanes].map((lane) => lane.drained(patienceMs))]);
      state.stop();
      for (const lane of lanes) lane.giveUp();
      options.webhook?.close();
    },
  };
}

function wholeMinutes(minutes: number | null): number | null {
  return minutes === null ? null : Math.max(1, Math.round(minutes));
}
