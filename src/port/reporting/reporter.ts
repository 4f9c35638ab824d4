import { messageOf } from '../../core/errors.ts';
import { combineObservers } from '../../core/observers.ts';
import type { RunObserver } from '../../core/ports.ts';
import type { RunReport } from '../../core/report.ts';
import type { RunOrder } from '../../core/run-queue.ts';
import { type Clock, systemClock } from '../../net/clock.ts';
import type { PortApi } from '../api.ts';
import { collectExamples } from './examples.ts';
import type { Ingest } from './ingest.ts';
import type { IntegrationReader } from './integration-reader.ts';
import { createJobQueue, type JobQueue } from './job-queue.ts';
import type { Log } from './log.ts';
import { createMask } from './mask.ts';
import type { MetricsWebhook, PostedRun } from './metrics-webhook.ts';
import { createStateWriter } from './state-writer.ts';
import { runState } from './sync-metrics.ts';
import { createSyncReporter, type SyncReporter } from './sync-reporter.ts';
import { createSyncReports } from './sync-reports.ts';

interface ReportedRun {
  /** The observer for the run. Its methods return at once and never throw. */
  readonly observer: RunObserver;
  /**
   * Reports the end of the run. Returns when Port has the report, at the latest after a few seconds; then it is sent in
   * the background.
   * @param nextResync when the next one is due; default: what `begin` was given
   */
  end(report: RunReport, nextResync?: Date | null): Promise<void>;
}

/** Reports our runs to Port's own pages. Nothing here fails or delays a run. */
export interface PortReporter {
  /**
   * After a crash Port may still show a run of ours as running: reports it as aborted. Never throws.
   * @param options.othersMayRun true: does nothing, because it may be the run of another replica
   */
  start(options: { readonly othersMayRun: boolean }): Promise<void>;
  /**
   * @param nextResync when the next one is due; null: there is none; undefined: Port's value stays (a command does not
   * know the service's schedule)
   * @param intervalMinutes the interval of the schedule; null and undefined as above
   */
  begin(
    runId: string,
    order: Pick<RunOrder, 'mode' | 'kinds'>,
    nextResync?: Date | null,
    intervalMinutes?: number | null,
  ): ReportedRun;
  /** Stops all background work, after waiting for it a little. */
  close(): Promise<void>;
}

export interface PortReporterOptions {
  readonly api: PortApi;
  readonly ingest: Ingest;
  readonly integrationReader: IntegrationReader;
  readonly integrationIdentifier: string;
  readonly version: string;
  /** Whether raw items may go to Port. */
  readonly sendExamples: boolean;
  /** Values that must never reach Port. */
  readonly secrets: readonly string[];
  readonly log: Log;
  /** Also gets the outcome of every run. */
  readonly webhook?: MetricsWebhook | undefined;
  /** How long `end` and `close` wait until everything is sent (default 3 s). */
  readonly waitMs?: number;
  readonly clock?: Clock;
}

const DEFAULT_WAIT_MS = 3000;
/** How long the documents of a run are sent after its end. */
const AFTER_RUN_MS = 60_000;

interface Active {
  readonly screen: SyncReporter;
  readonly jobs: JobQueue;
  readonly posted: PostedRun | undefined;
}

export function createPortReporter(options: PortReporterOptions): PortReporter {
  const {
    api,
    ingest,
    integrationReader,
    integrationIdentifier: identifier,
    version,
    log,
    clock = systemClock,
  } = options;
  const { waitMs = DEFAULT_WAIT_MS } = options;
  const state = createStateWriter({ api, identifier, log, clock });
  const mask = createMask(options.secrets);
  const never = new AbortController().signal;
  const active = new Map<string, Active>();
  const queues = new Set<JobQueue>();
  const now = (): string => new Date(clock.now()).toISOString();

  async function abortCrashedRun(): Promise<void> {
    const found = await integrationReader.resyncState(never);
    if (found?.status === 'running' && active.size === 0) state.set({ status: 'aborted', lastResyncEnd: now() });
  }

  /** Lets the jobs of a run go on for a while after its end, then drops them. */
  async function finishInBackground(jobs: JobQueue): Promise<void> {
    await jobs.drained(AFTER_RUN_MS);
    jobs.dropAll();
    queues.delete(jobs);
  }

  return {
    async start({ othersMayRun }) {
      if (othersMayRun) return;
      try {
        await abortCrashedRun();
      } catch (error) {
        log('warn', `Whether Port still shows an earlier run as running could not be seen: ${messageOf(error)}`);
      }
    },

    begin(runId, { mode, kinds }, nextResync, intervalMinutes) {
      // A plan is not reported, because it writes nothing.
      if (mode === 'plan') return { observer: {}, end: async () => undefined };
      const lastResyncStart = now();
      const schedule = (next: Date | null | undefined) => ({
        ...(next === undefined ? {} : { nextResync: next?.toISOString() ?? null }),
        ...(intervalMinutes === undefined ? {} : { intervalInMinuets: wholeMinutes(intervalMinutes) }),
      });
      state.set({ status: 'running', lastResyncStart, lastResyncEnd: null, ...schedule(nextResync) });
      const jobs = createJobQueue('Port', 'a report on the run', log);
      queues.add(jobs);
      const identity = { integrationIdentifier: identifier, version, runId };
      const screen = createSyncReporter({
        kinds,
        jobs,
        clock,
        reports: createSyncReports({ ingest, integrationReader: integrationReader, identity }),
        examples: options.sendExamples ? collectExamples({ api, identifier, mask, add: jobs.add }) : undefined,
        onPrepared: state.integrationExists,
      });
      const posted = options.webhook?.begin(identity, kinds);
      const own: Active = { screen, jobs, posted };
      active.get(runId)?.screen.stopHeartbeat();
      active.set(runId, own);
      return {
        observer: posted ? combineObservers([screen.observer, posted.observer]) : screen.observer,
        async end(report, next = nextResync) {
          // The run was begun again by another attempt, or did not end before the process had to.
          if (active.get(runId) !== own) return;
          active.delete(runId);
          state.set({ status: runState(report), lastResyncStart, lastResyncEnd: now(), ...schedule(next) });
          screen.end(report);
          posted?.end(report);
          const ended = Promise.all([state.settled, jobs.drained, posted?.drained].map((settled) => settled?.(waitMs)));
          void finishInBackground(jobs);
          await ended;
        },
      };
    },

    async close() {
      // A run that has not ended by now is not reported any more: Port would show it as running for ever.
      const left = [...active.values()];
      active.clear();
      for (const { screen, posted } of left) {
        screen.abort();
        posted?.abort();
      }
      if (left.length > 0) state.set({ status: 'aborted', lastResyncEnd: now() });
      await Promise.all([
        state.settled(waitMs),
        ...[...queues].map((jobs) => jobs.drained(waitMs)),
        ...left.map(({ posted }) => posted?.drained(waitMs)),
      ]);
      state.stop();
      for (const jobs of queues) jobs.dropAll();
      options.webhook?.close();
    },
  };
}

function wholeMinutes(minutes: number | null): number | null {
  return minutes === null ? null : Math.max(1, Math.round(minutes));
}
