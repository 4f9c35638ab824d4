import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../config/settings.ts';
import { Deadline } from '../core/deadline.ts';
import { AppError } from '../core/errors.ts';
import { QueueUnavailable, type RunOrder, type RunQueue } from '../core/run-queue.ts';
import { KOMODOR_KINDS } from '../komodor/kinds.ts';
import { createResyncRequestPoller } from '../port/reporting/resync-requests.ts';
import { createDashboard } from '../queue/dashboard.ts';
import { createInlineQueue } from '../queue/inline-queue.ts';
import { createRedisQueue, type RedisQueue } from '../queue/redis-queue.ts';
import { buildServer, listen } from '../server/server.ts';
import { VERSION } from '../version.ts';
import { createComeback } from './comeback.ts';
import { keySpaceOf } from './key-space.ts';
import { createLiveWorker } from './live-worker.ts';
import { createParts, type Parts } from './parts.ts';
import { createRunWorker } from './run-worker.ts';
import { STOP_MS } from './stop-time.ts';

export interface Service {
  /** Where it listens. */
  readonly httpPort: number;
  /** Stops before the deadline: no run is left half done without Port being told, if Port listens. */
  stop(deadline?: Deadline): Promise<void>;
}

type Queue = { readonly queue: RunQueue; readonly redis?: RedisQueue };

const WHOLE_RESYNC: Omit<RunOrder, 'trigger'> = { mode: 'resync', kinds: [], approveDeletions: [] };
const RETRY_MS = 2000;
/** Of the time to stop, what is kept for telling Port the rest, after the run in progress has ended. */
const PARTS_MS = 3_000;

/**
 * The service: HTTP, schedule, Port's Resync button, live events, and the worker, as far as its role goes.
 * @throws AppError when a setting, a file, jq or the address to listen on cannot be used; Redis may come later
 */
export async function startService(settings: Settings, env: NodeJS.Dict<string>): Promise<Service> {
  checkRole(settings);
  let queue: RunQueue | undefined;
  const parts = await createParts(settings, env, {
    counts: async () => (queue ? queue.counts() : { runsWaiting: 0, runsActive: 0, liveWaiting: 0 }),
    reports: async (limit) =>
      ((await queue?.list(limit)) ?? []).flatMap((run) => (run.state === 'finished' ? [run.report] : [])),
    skippedTicks: () => queue?.skippedTicks() ?? 0,
  });
  const made = createQueue(settings, parts);
  queue = made.queue;
  const stopping = new AbortController();
  const server = await buildServer(serverDependencies(settings, parts, made));
  const httpPort = await listen(server, settings.httpHost, settings.httpPort).catch(async (error: unknown) => {
    await made.queue.close();
    await parts.close(new Deadline(STOP_MS));
    throw error;
  });
  parts.logger.info({ host: settings.httpHost, port: httpPort, role: settings.role }, 'listening');
  const working = settings.role === 'server' ? undefined : await startWorking(settings, parts, made, stopping.signal);

  return {
    httpPort,
    async stop(deadline = new Deadline(STOP_MS)) {
      stopping.abort();
      // All at once: a slow caller must not take the time in which Port is told of the run.
      const queueClosed = made.queue.close(deadline.leftMs(PARTS_MS));
      await deadline.wait(Promise.all([server.close(), working?.stop(), queueClosed]), PARTS_MS);
      await parts.close(deadline);
    },
  };
}

function checkRole({ role, redisUrl }: Settings): void {
  if (role === 'all' || redisUrl !== undefined) return;
  throw new AppError(
    'settings_invalid',
    `ROLE=${role} needs REDIS_URL: without Redis one process has to do everything`,
  );
}

function createQueue(settings: Settings, { log }: Parts): Queue {
  const { redisUrl } = settings;
  if (redisUrl === undefined) return { queue: createInlineQueue() };
  const prefix = keySpaceOf(settings);
  log('info', 'the run queue is in Redis; replicas with the same key space share it', { keySpace: prefix });
  const redis = createRedisQueue({ url: redisUrl, prefix, log });
  return { queue: redis, redis };
}

function serverDependencies(
  settings: Settings,
  { application, logger, metrics, redact }: Parts,
  { queue, redis }: Queue,
) {
  const { jq } = application;
  return {
    queue,
    kinds: KOMODOR_KINDS,
    version: VERSION,
    host: settings.httpHost,
    trustProxy: settings.trustProxy,
    apiToken: settings.apiToken,
    webhookSecret: settings.webhookSecret,
    portClientSecret: settings.portClientSecret,
    integrationIdentifier: settings.integrationIdentifier,
    redact,
    metrics: () => metrics.render(),
    ...(redis ? { dashboard: createDashboard(redis, '/admin/queues') } : {}),
    logger,
    async checks() {
      const health = await queue.health();
      return [
        { name: 'queue', ok: health.ready, detail: [health.detail, ...health.advice].join('; ') },
        { name: 'jq', ok: true, detail: `${jq.version} (${jq.flavour}, from ${jq.from})` },
        { name: 'settings', ok: true, detail: 'checked at start' },
      ];
    },
  };
}

/** What a worker does beside waiting for orders: recovers, schedules, polls, and asks for a first resync. */
async function startWorking(settings: Settings, parts: Parts, { queue, redis }: Queue, signal: AbortSignal) {
  const { resyncIntervalMs, eventListener } = settings;
  const onlyWebhooks = eventListener === 'WEBHOOKS_ONLY';
  const everyMs = onlyWebhooks ? null : resyncIntervalMs;
  const intervalMinutes = everyMs === null ? null : Math.max(1, Math.round(everyMs / 60_000));
  const schedule = { nextResync: () => queue.nextScheduledAt(), intervalMinutes };
  const comeback = createComeback({
    run: createRunWorker(parts, schedule, queue),
    request: (order) => insist(() => queue.request(order), signal),
    everyMs,
    log: parts.log,
    signal,
  });
  await queue.start({ run: comeback, live: createLiveWorker(parts, queue) });
  void parts.reporter.start({ othersMayRun: redis !== undefined });
  void insist(() => queue.schedule(everyMs), signal);
  if (!onlyWebhooks) void insist(() => queue.request({ ...WHOLE_RESYNC, trigger: 'start' }), signal);
  const poller =
    eventListener === 'POLLING'
      ? createResyncRequestPoller({
          api: parts.application.port.api,
          look: parts.look,
          identifier: settings.integrationIdentifier,
          intervalMs: settings.eventListenerIntervalMs,
          log: parts.log,
          async onRequest(requestedAt) {
            // Every replica sees the click; one run is enough.
            const key = `port-resync-request ${requestedAt.toISOString()}`;
            await insist(() => queue.requestOnce(key, { ...WHOLE_RESYNC, trigger: 'port' }), signal);
          },
        })
      : undefined;
  return { stop: async () => poller?.stop() };
}

/** Tries until the queue is there or the service stops. */
async function insist(action: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await action();
      return;
    } catch (error) {
      if (!(error instanceof QueueUnavailable)) throw error;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
