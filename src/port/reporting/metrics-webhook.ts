import type { Kind } from '../../core/model.ts';
import type { RunObserver } from '../../core/ports.ts';
import type { RunReport } from '../../core/report.ts';
import type { Clock } from '../../net/clock.ts';
import { createHookClient, hookFailure } from '../../net/hook-client.ts';
import { HttpFailure } from '../../net/http-failure.ts';
import { createJobQueue } from './job-queue.ts';
import type { Log } from './log.ts';
import { type SyncIdentity, type SyncOutcome, syncDocument } from './sync-metrics.ts';
import { createSyncReporter } from './sync-reporter.ts';
import type { SyncReports } from './sync-reports.ts';

/** Port Ocean's metrics webhook: a URL that gets the outcome of each part of a run, one document per request. */
export interface MetricsWebhook {
  begin(identity: SyncIdentity, kinds: readonly Kind[]): PostedRun;
  /** Drops the documents that were not accepted yet. */
  close(): void;
}

export interface PostedRun {
  readonly observer: RunObserver;
  end(report: RunReport): void;
  /** As `abort` of `SyncReporter`. */
  abort(): void;
  drained(ms: number): Promise<boolean>;
}

export interface MetricsWebhookOptions {
  /** May contain a token, so only its host appears in messages. */
  readonly url: string;
  readonly userAgent: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly env: NodeJS.Dict<string>;
}

export function createMetricsWebhook(options: MetricsWebhookOptions): MetricsWebhook {
  const { log, clock } = options;
  const hook = createHookClient(options.url, options.userAgent, options.env);

  const ending = new AbortController();

  async function post(document: unknown, asked: AbortSignal): Promise<void> {
    try {
      await hook.post(JSON.stringify(document), {}, AbortSignal.any([asked, ending.signal]));
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      throw new Error(`${hookFailure(error)} from ${hook.host}`, { cause: error });
    }
  }

  return {
    begin(identity, kinds) {
      const jobs = createJobQueue('METRICS_WEBHOOK_URL', 'a document', log);
      const reports = finalReports(identity, post);
      const screen = createSyncReporter({
        kinds,
        jobs: jobs,
        clock,
        reports,
        examples: undefined,
        onPrepared: () => undefined,
      });
      return {
        observer: screen.observer,
        end: screen.end,
        abort: screen.abort,
        drained: jobs.drained,
      };
    },
    close() {
      ending.abort();
      hook.close();
    },
  };
}

/** Posts only documents about parts that have ended. */
function finalReports(
  identity: SyncIdentity,
  post: (document: unknown, signal: AbortSignal) => Promise<void>,
): SyncReports {
  const isFinal = ({ syncState }: SyncOutcome) => syncState !== 'pending' && syncState !== 'syncing';
  return {
    async open(parts, outcome, signal) {
      if (!isFinal(outcome)) return;
      for (const part of parts) await post(syncDocument(identity, part, outcome), signal);
    },
    async update(part, outcome, signal) {
      if (isFinal(outcome)) await post(syncDocument(identity, part, outcome), signal);
    },
    heartbeat: async () => undefined,
  };
}
