import { createEntityAnswers } from '../answers/entity-answers.ts';
import { incomingFromPort } from '../answers/held/incoming.ts';
import { createRunAnswers } from '../answers/run-answers.ts';
import { describeStatus } from '../answers/status.ts';
import { runDoctor } from '../compose/doctor.ts';
import type { Settings } from '../config/settings.ts';
import { Deadline } from '../core/deadline.ts';
import { AppError } from '../core/errors.ts';
import type { Freshness } from '../core/freshness.ts';
import type { RunQueue } from '../core/run-queue.ts';
import type { Notifier } from '../notify/notifier.ts';
import { createResyncRequestPoller } from '../port/reporting/resync-requests.ts';
import { createDashboard } from '../queue/dashboard.ts';
import type { ReadinessCheck, ServerDependencies } from '../server/dependencies.ts';
import { prefixOf } from '../server/prefix.ts';
import { buildServer, listen } from '../server/server.ts';
import { VERSION } from '../version.ts';
import type { ClusterWatch } from './cluster-watch.ts';
import { createComponents, type QueueNumbers, type ServiceComponents } from './components.ts';
import { watchCatalog } from './folder-watch.ts';
import { createFreshnessReader } from './freshness-reader.ts';
import { createLintAnswers } from './lint-answers.ts';
import { createLiveWorker } from './live-worker.ts';
import { createMappingAnswers } from './mapping-answers.ts';
import { createNotifications } from './notifications.ts';
import { FULL_RESYNC, requestFirstResync, retryUntilQueueReady } from './request-resync.ts';
import { retryFailedResyncs } from './retry-failed-resyncs.ts';
import { createRunWorker } from './run-worker.ts';
import { settleFirst } from './settle-first.ts';
import { watchFreshness } from './stall-watch.ts';
import { STOP_MS } from './stop-time.ts';
import { createStores, type Stores } from './stores.ts';
import { createTimelineRecorder, type TimelineRecorder } from './timeline-recorder.ts';
import { watchCluster } from './watch-cluster.ts';

export interface Service {
  /** The port on which it listens. */
  readonly httpPort: number;
  /** Stops before the deadline. A run in progress is aborted, and Port is told so, if Port can be reached. */
  stop(deadline?: Deadline): Promise<void>;
}

/** How much of the time to stop is reserved for closing the components, which report the end of the run to Port. */
const COMPONENTS_CLOSE_MS = 3_000;
/** How long a stopping process brings changes to Port that it knows already. */
const WATCH_STOP_MS = 1_500;
/** How long a notification that is on its way may still take. */
const NOTIFY_CLOSE_MS = 500;
/** How long a stopping process waits for its last entries in the timeline. */
const TIMELINE_CLOSE_MS = 300;

/**
 * The service: HTTP, schedule, Port's Resync button, live events, and the worker, as its role demands.
 * @throws AppError when a setting, a file, jq or the address to listen on cannot be used; Redis need not be there yet
 */
export async function startService(settings: Settings, env: NodeJS.Dict<string>): Promise<Service> {
  checkRole(settings);
  let queue: RunQueue | undefined;
  let recorder: TimelineRecorder | undefined;
  let clusterWatch: ClusterWatch | undefined;
  const everyMs = scheduledEveryMs(settings);
  const watched = () => clusterWatch;
  const numbers = numbersOf({ everyMs, queue: () => queue, freshness: () => freshness(), watched });
  const components = await createComponents(settings, env, numbers, (mapping) => recorder?.mappingSeen(mapping));
  const createdQueue = createStores(settings, components);
  queue = createdQueue.queue;
  const { mask, log } = components;
  recorder = createTimelineRecorder({ timeline: createdQueue.timeline, mask, log });
  const freshness = createFreshnessReader({ queue, everyMs });
  const stopping = new AbortController();
  const server = await buildServer(
    serverDependencies(settings, components, createdQueue, { freshness, recorder, stopping: stopping.signal, watched }),
  );
  const httpPort = await listen(server, settings.httpHost, settings.httpPort).catch(async (error: unknown) => {
    await createdQueue.queue.close();
    await components.close(new Deadline(STOP_MS));
    throw error;
  });
  components.logger.info({ host: settings.httpHost, port: httpPort, role: settings.role }, 'listening');
  const here = { version: VERSION, role: settings.role };
  recorder.note({ type: 'start', ...here });
  const notifier = createNotifications(settings, env, components, {
    exchange: (told) => createdQueue.queue.exchangeTold(told),
    freshness,
  });
  const watch = watchFreshness(freshness, everyMs, (judged) => {
    recorder?.judged(judged);
    void notifier?.judged(judged);
  });
  const working =
    settings.role === 'server'
      ? undefined
      : await startWorking({ settings, components, queue: createdQueue, recorder, notifier, signal: stopping.signal });

  clusterWatch = working?.clusterWatch;

  return {
    httpPort,
    async stop(deadline = new Deadline(STOP_MS)) {
      stopping.abort();
      watch.stop();
      recorder?.note({ type: 'stop', ...here });
      // While the queue still answers.
      await clusterWatch?.stop(Math.min(WATCH_STOP_MS, deadline.leftMs(COMPONENTS_CLOSE_MS)));
      // All at the same time: a slow HTTP caller must not use up the time for ending the run.
      const queueClosed = createdQueue.queue.close(deadline.leftMs(COMPONENTS_CLOSE_MS));
      const timelineClosed = recorder?.close(TIMELINE_CLOSE_MS);
      const all = Promise.all([server.close(), working?.stop(), timelineClosed, queueClosed]);
      await deadline.wait(all, COMPONENTS_CLOSE_MS);
      await notifier?.close(NOTIFY_CLOSE_MS);
      await components.close(deadline);
    },
  };
}

/** Numbers for the metrics, from parts that are made after them. */
function numbersOf({
  everyMs,
  queue,
  freshness,
  watched,
}: Pick<QueueNumbers, 'everyMs' | 'freshness'> & {
  readonly queue: () => RunQueue | undefined;
  readonly watched: () => ClusterWatch | undefined;
}): QueueNumbers {
  return {
    ...{ everyMs, freshness },
    counts: async () => (await queue()?.counts()) ?? { runsWaiting: 0, runsActive: 0, liveWaiting: 0 },
    reports: async (limit) =>
      ((await queue()?.list(limit)) ?? []).flatMap((run) => (run.state === 'finished' ? [run.report] : [])),
    skippedTicks: () => queue()?.skippedTicks() ?? 0,
    watches() {
      const watch = watched();
      return watch && { watches: watch.watches(), lagMs: watch.lagMs() };
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

function serverDependencies(
  settings: Settings,
  components: ServiceComponents,
  { queue, journal, timeline, fields, leftOut, redis }: Stores,
  given: {
    readonly freshness: () => Promise<Freshness>;
    readonly recorder: TimelineRecorder;
    readonly stopping: AbortSignal;
    readonly watched: () => ClusterWatch | undefined;
  },
): ServerDependencies {
  const { application, logger, metrics, redact } = components;
  const { jq } = application;
  const { freshness, recorder, stopping, watched } = given;
  const { role, integrationIdentifier, publicUrl, httpPort } = settings;
  const service = { version: VERSION, startedAt: new Date().toISOString(), role, integrationIdentifier };
  const status = {
    watches: () => watched()?.watches(),
    ...{ queue, freshness, service, intervalMs: scheduledEveryMs(settings) },
    traffic: () => application.traffic(),
    mapping: () => recorder.mapping.current(),
    baseUrl: publicUrl ?? `http://127.0.0.1:${httpPort}`,
  };
  return {
    queue,
    journal,
    runAnswers: createRunAnswers({
      ...{ queue, journal, detail: settings.runHistory, keptRuns: settings.runHistoryRuns },
      askIncoming: (signal) => incomingFromPort(application.parts, signal),
    }),
    ...{ timeline, fields },
    mappings: createMappingAnswers(settings, components, queue),
    lint: createLintAnswers(settings, components),
    kinds: application.parts.kinds,
    version: VERSION,
    host: settings.httpHost,
    publicUrl,
    trustProxy: settings.trustProxy,
    apiToken: settings.apiToken,
    webhookSecret: settings.webhookSecret,
    portClientSecret: settings.portClientSecret,
    integrationIdentifier,
    redact,
    entities: createEntityAnswers(application.parts, { queue, journal, leftOut }),
    status: () => describeStatus(status),
    doctor: () => runDoctor(settings, application.port.env, true, stopping),
    metrics: () => metrics.render(),
    ...(redis ? { dashboard: createDashboard(redis, `${prefixOf(publicUrl)}/admin/queues`) } : {}),
    logger,
    checks: () => readiness(queue, jq),
  };
}

async function readiness(
  queue: RunQueue,
  { version, flavour, from }: ServiceComponents['application']['jq'],
): Promise<readonly ReadinessCheck[]> {
  const health = await queue.health();
  return [
    { name: 'queue', ok: health.ready, detail: [health.detail, ...health.advice].join('; ') },
    { name: 'jq', ok: true, detail: `${version} (${flavour}, from ${from})` },
    { name: 'settings', ok: true, detail: 'checked at start' },
  ];
}

/** Starts the worker: it executes runs, sets the schedule, polls Port's Resync button, and requests a first resync. */
async function startWorking(given: {
  readonly settings: Settings;
  readonly components: ServiceComponents;
  readonly queue: Stores;
  readonly recorder: TimelineRecorder;
  readonly notifier: Notifier | undefined;
  readonly signal: AbortSignal;
}) {
  const { settings, components, recorder, notifier, signal } = given;
  const { queue, journal, fields, leftOut, redis } = given.queue;
  const { eventListener } = settings;
  const { runHistory } = settings;
  const record = runHistory === 'off' ? undefined : { journal, detail: runHistory };
  const onlyWebhooks = eventListener === 'WEBHOOKS_ONLY';
  const everyMs = scheduledEveryMs(settings);
  const intervalMinutes = everyMs === null ? null : Math.max(1, Math.round(everyMs / 60_000));
  const schedule = { nextResync: () => queue.nextScheduledAt(), intervalMinutes };
  const retrying = retryFailedResyncs({
    run: settleFirst(
      createRunWorker(components, schedule, { memory: queue, record, leftOut, recorder, notifier, fields }),
      settings.fluxSettleMs,
    ),
    request: (order) => retryUntilQueueReady(() => queue.request(order), signal),
    everyMs,
    log: components.log,
    signal,
  });
  const live = components.application.live(queue);
  await queue.start({ run: retrying, live: createLiveWorker(live, components, record, recorder) });
  const clusterWatch = watchCluster({ components, live, queue, record, recorder });
  void watchCatalog(components, queue, signal);
  void components.reporter.start({ othersMayRun: redis !== undefined });
  void retryUntilQueueReady(() => queue.schedule(everyMs), signal);
  if (!onlyWebhooks) void requestFirstResync(queue, clusterWatch, signal);
  const poller =
    eventListener === 'POLLING'
      ? createResyncRequestPoller({
          api: components.application.port.api,
          integrationReader: components.integrationReader,
          identifier: settings.integrationIdentifier,
          intervalMs: settings.eventListenerIntervalMs,
          log: components.log,
          async onRequest(requestedAt) {
            // Every replica sees the click, and the idempotency key makes one run of it.
            const key = `port-resync-request ${requestedAt.toISOString()}`;
            await retryUntilQueueReady(() => queue.requestOnce(key, { ...FULL_RESYNC, trigger: 'port' }), signal);
          },
        })
      : undefined;
  return { clusterWatch, stop: async () => poller?.stop() };
}

/** The time between scheduled resyncs; null: there is no schedule. */
function scheduledEveryMs({ resyncIntervalMs, eventListener }: Settings): number | null {
  return eventListener === 'WEBHOOKS_ONLY' ? null : resyncIntervalMs;
}
