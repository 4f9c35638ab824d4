import type { Freshness, FreshnessAction } from '../core/freshness.ts';
import type { KindProgress } from '../core/ports.ts';
import type { DeletionBlocked, Problem, RunMode, RunStatus, RunTrigger } from '../core/report.ts';
import type { QueueCounts, QueueHealth, RunQueue, RunRecord } from '../core/run-queue.ts';
import type { RunTimes, WaitReason } from '../core/run-times.ts';
import { mapSides, type PerSide, SIDES } from '../core/sides.ts';
import type { MappingName } from '../core/timeline.ts';
import type { WatchStatus } from '../core/watches.ts';

/** The side of an API, as far as this process has talked to it. */
export interface ApiState {
  readonly requests: number;
  readonly retries: number;
  readonly lastSuccessAt: number | undefined;
  readonly lastFailure: { readonly at: number; readonly what: string } | undefined;
  readonly allowance:
    | { readonly remaining: number; readonly limit: number | undefined; readonly resetAt: number }
    | undefined;
  readonly waitingUntil: number | undefined;
  readonly waitingFor: WaitReason | undefined;
  readonly rateLimitWaitMs: number;
}

export interface ApiStatus {
  /** `unknown`: this process has not talked to it yet. */
  readonly state: 'ok' | 'waiting' | 'failing' | 'unknown';
  readonly lastSuccessAt: string | null;
  readonly lastFailure: { readonly at: string; readonly what: string } | null;
  /** What the API last said; null: it says nothing. */
  readonly allowance: { readonly remaining: number; readonly limit: number | null; readonly resetAt: string } | null;
  /** The end of the current wait for its rate limit. */
  readonly waitingUntil: string | null;
  readonly requests: number;
  readonly retries: number;
  readonly rateLimitWaitMs: number;
}

interface RunInStatus {
  readonly runId: string;
  readonly mode: RunMode;
  readonly trigger: RunTrigger;
  readonly kinds: readonly string[];
  readonly requestedAt: string;
}

/** What a person has to do, and how. */
export type ActionStatus =
  | (Pick<DeletionBlocked, 'count' | 'reason' | 'digest' | 'sample'> & {
      readonly type: 'approve_deletions';
      readonly blueprint: string;
      readonly since: string;
      readonly runId: string;
      readonly text: string;
      readonly command: string;
      readonly curl: string;
    })
  | {
      readonly type: 'repair';
      readonly blueprints: readonly string[];
      readonly since: string;
      readonly runId: string;
      readonly text: string;
    };

/** The document of `GET /v1/status`. */
export interface StatusDocument extends Omit<Freshness, 'actions'> {
  readonly run:
    | (RunInStatus &
        RunTimes & {
          readonly startedAt: string;
          readonly progress: readonly KindProgress[];
          /** What it waits for now, as far as this process carries it out. */
          readonly waits: readonly {
            readonly side: keyof PerSide<unknown>;
            readonly until: string;
            readonly reason: WaitReason;
          }[];
        })
    | null;
  readonly waiting: readonly RunInStatus[];
  readonly next: { readonly at: string | null; readonly intervalMs: number | null };
  readonly needsPerson: readonly ActionStatus[];
  readonly lastRun:
    | (RunInStatus & {
        readonly status: RunStatus;
        readonly startedAt: string;
        readonly finishedAt: string;
        /** The worst first; at most 20. */
        readonly problems: readonly Pick<Problem, 'code' | 'severity' | 'kind' | 'message' | 'count'>[];
      })
    | null;
  readonly apis: PerSide<ApiStatus>;
  /** The watches of the cluster in this process. Missing where it watches none: the source is off, or another replica watches. */
  readonly watches?: readonly WatchStatus[];
  readonly queue: QueueHealth & { readonly counts: QueueCounts | null };
  /** The mapping that was seen last, and since when; null: none yet, or it cannot be asked for. */
  readonly mapping: (MappingName & { readonly since: string }) | null;
  readonly service: {
    readonly version: string;
    readonly startedAt: string;
    readonly role: string;
    readonly integrationIdentifier: string;
  };
}

export interface StatusSources {
  readonly queue: Pick<RunQueue, 'list' | 'counts' | 'health' | 'nextScheduledAt'>;
  readonly freshness: () => Promise<Freshness>;
  readonly traffic: () => PerSide<ApiState>;
  readonly mapping: () => Promise<StatusDocument['mapping']>;
  readonly watches?: () => readonly WatchStatus[] | undefined;
  readonly intervalMs: number | null;
  readonly service: StatusDocument['service'];
  /** Where a person reaches this service. */
  readonly baseUrl: string;
}

const LATEST_RUNS = 20;
const MAX_PROBLEMS = 20;
const MAX_MESSAGE = 400;
const NO_TIMES: RunTimes = { lanes: [], waited: [] };

/** Answers how things are now. While the queue cannot be reached it says so, and leaves out what only the queue knows. */
export async function describeStatus(sources: StatusSources): Promise<StatusDocument> {
  const { queue, intervalMs, service } = sources;
  const [freshness, health, counts, runs, nextAt, mapping] = await Promise.all([
    sources.freshness(),
    queue.health(),
    queue.counts().catch(() => null),
    queue.list(LATEST_RUNS).catch((): readonly RunRecord[] => []),
    queue.nextScheduledAt().catch(() => null),
    sources.mapping().catch(() => null),
  ]);
  const traffic = sources.traffic();
  const { actions, ...fresh } = freshness;
  const watches = sources.watches?.();
  const running = runs.find((run) => run.state === 'running');
  const finished = runs.find((run) => run.state === 'finished' && run.order.mode === 'resync');
  return {
    ...fresh,
    run: running?.state === 'running' ? { ...inStatus(running), ...progressOf(running, traffic) } : null,
    waiting: runs.filter(({ state }) => state === 'queued').map(inStatus),
    next: { at: nextAt?.toISOString() ?? null, intervalMs },
    needsPerson: actions.map((action) => actionStatus(action, sources.baseUrl)),
    lastRun: finished?.state === 'finished' ? { ...inStatus(finished), ...endOf(finished) } : null,
    apis: mapSides(traffic, apiStatus),
    ...(watches ? { watches } : {}),
    queue: { ...health, counts },
    mapping,
    service,
  };
}

function inStatus({ runId, order, requestedAt }: RunRecord): RunInStatus {
  return { runId, mode: order.mode, trigger: order.trigger, kinds: order.kinds, requestedAt };
}

function progressOf(
  { startedAt, progress, times = NO_TIMES }: Extract<RunRecord, { state: 'running' }>,
  traffic: PerSide<ApiState>,
) {
  const waits = SIDES.flatMap((side) => {
    const { waitingUntil, waitingFor = 'rate limit' } = traffic[side] ?? {};
    return waitingUntil === undefined ? [] : [{ side, until: isoOf(waitingUntil), reason: waitingFor }];
  });
  return { startedAt, progress, waits, ...times };
}

function endOf({ report }: Extract<RunRecord, { state: 'finished' }>) {
  const { status, startedAt, finishedAt } = report;
  const sorted = report.problems.toSorted((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
  const problems = sorted.slice(0, MAX_PROBLEMS).map(({ code, severity, kind, message, count }) => ({
    ...{ code, severity, count },
    message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message,
    ...(kind === undefined ? {} : { kind }),
  }));
  return { status, startedAt, finishedAt, problems };
}

function actionStatus(action: FreshnessAction, baseUrl: string): ActionStatus {
  const { runId, at: since } = action;
  if (action.type === 'repair') {
    return { type: 'repair', blueprints: action.blueprints, since, runId, text: action.reason };
  }
  const { blueprint, heldBack } = action;
  const { count, reason, digest, sample } = heldBack;
  const body = JSON.stringify({ approveDeletions: digest });
  return {
    ...{ type: 'approve_deletions', blueprint, count, reason, digest, sample, since, runId },
    text: `${count} entities of ${blueprint} are held back from deletion (${reason}). If they are to go, approve exactly this set: ${digest}`,
    command: `komodor-port resync --approve-deletions ${digest}`,
    curl: `curl -X POST ${baseUrl}/v1/runs -H "Authorization: Bearer $API_TOKEN" -H 'Content-Type: application/json' -d '${body}'`,
  };
}

function apiStatus(api: ApiState): ApiStatus {
  const { lastSuccessAt, lastFailure, allowance, waitingUntil, requests, retries, rateLimitWaitMs } = api;
  return {
    state: stateOf(api),
    lastSuccessAt: lastSuccessAt === undefined ? null : isoOf(lastSuccessAt),
    lastFailure: lastFailure === undefined ? null : { at: isoOf(lastFailure.at), what: lastFailure.what },
    allowance: allowance
      ? { remaining: allowance.remaining, limit: allowance.limit ?? null, resetAt: isoOf(allowance.resetAt) }
      : null,
    waitingUntil: waitingUntil === undefined ? null : isoOf(waitingUntil),
    ...{ requests, retries, rateLimitWaitMs },
  };
}

function stateOf({ waitingUntil, lastSuccessAt, lastFailure }: ApiState): ApiStatus['state'] {
  if (waitingUntil !== undefined) return 'waiting';
  if (lastFailure !== undefined && lastFailure.at > (lastSuccessAt ?? 0)) return 'failing';
  return lastSuccessAt === undefined ? 'unknown' : 'ok';
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
