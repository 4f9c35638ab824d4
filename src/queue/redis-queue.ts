import { randomUUID } from 'node:crypto';
import { Queue, Worker, type WorkerOptions } from 'bullmq';
import { isDoneWithin } from '../core/deadline.ts';
import { messageOf } from '../core/errors.ts';
import { type QueueHealth, QueueUnavailable, type RunOrder, type RunQueue, type RunTicket } from '../core/run-queue.ts';
import { HealthWatch } from './health-watch.ts';
import { CLOSE_MS, LIVE_CONCURRENCY, LIVE_LIMIT, LIVE_QUIET_MS, type QueueLimits } from './limits.ts';
import { SCHEDULED_RUN } from './order.ts';
import { connectRedis, type QueueLog, type RedisConnections } from './redis-connections.ts';
import { checkRedis } from './redis-health.ts';
import { QUEUES, RedisKeys } from './redis-keys.ts';
import { RedisLeases } from './redis-leases.ts';
import { RedisLiveEvents } from './redis-live-events.ts';
import { QueueMaintenance } from './redis-maintenance.ts';
import { RedisMarks } from './redis-marks.ts';
import { RedisSchedule } from './redis-schedule.ts';
import { RedisTruths } from './redis-truths.ts';
import { CANCELLED, shortReport } from './reports.ts';
import { RunExecutor } from './run-executor.ts';
import { RunNotifications } from './run-notifications.ts';
import { RunStore } from './run-store.ts';
import { watchRun } from './watch.ts';

export interface RedisQueueOptions extends QueueLimits {
  readonly url: string;
  /** The prefix of all keys in Redis. Services with the same prefix share their work. */
  readonly prefix?: string;
  readonly log: QueueLog;
  /** After how long without a sign of life a worker counts as dead. */
  readonly lockMs?: number;
  /** How often the queue looks for what a crash or a flushed Redis left behind. */
  readonly maintenanceMs?: number;
}

export interface RedisQueue extends RunQueue {
  /** BullMQ's queues, for the dashboard. */
  readonly queues: readonly Queue[];
  /** For what else is kept in Redis. They are closed with the queue. */
  readonly connections: RedisConnections;
  readonly keys: RedisKeys;
}

/** How often Redis' health is checked, and how often maintenance runs. */
const MAINTENANCE_MS = 5_000;

/** How often other workers take over a run from a dead worker before the run counts as lost. */
const TAKEOVERS = 3;

/** How long a stopping process waits until Redis has taken back the run in progress. */
const HAND_BACK_TIMEOUT_MS = 700;

/** A queue in Redis, shared by all replicas with the same prefix. BullMQ distributes the jobs. */
export function createRedisQueue(options: RedisQueueOptions): RedisQueue {
  const { log, lockMs = 30_000, liveQuietMs = LIVE_QUIET_MS } = options;
  const keys = new RedisKeys(options.prefix ?? 'komodor-port');
  const redis = connectRedis(options.url, log);
  const notifications = new RunNotifications(redis.subscriber, keys.channel);
  const unreadable = new Set<string>();
  const failFast = new RunStore(redis.failFast, keys, warnUnreadable);
  const retrying = new RunStore(redis.retrying, keys, warnUnreadable);
  const marks = new RedisMarks(redis.failFast, keys);
  const truths = new RedisTruths(keys.truths);
  const leases = new RedisLeases(redis.failFast, keys);
  const [ticks, runs, liveJobs] = [openQueue(QUEUES.ticks), openQueue(QUEUES.runs), openQueue(QUEUES.live)];
  const schedule = new RedisSchedule(ticks);
  const live = new RedisLiveEvents(redis, keys, liveJobs, {
    ...{ limit: options.liveLimit ?? LIVE_LIMIT, quietMs: liveQuietMs, log },
  });
  const workers: Worker[] = [];
  const abortLive = new AbortController();
  let executor: RunExecutor | undefined;
  let hasTicker = false;
  let skipped = 0;
  let closing: Promise<void> | undefined;
  notifications.onCancel((runId) => executor?.cancel(runId));
  const maintenance = new QueueMaintenance({
    ...{ redis, keys, runs, store: retrying, live, schedule, enqueue: enqueue, log },
    everyMs: options.maintenanceMs ?? MAINTENANCE_MS,
    async onDataLost(generation) {
      if (schedule.isOn) await requestOnceWith(retrying, `lost ${generation}`, SCHEDULED_RUN);
    },
  });

  const healthWatch = new HealthWatch({
    ...{ check: health, log, everyMs: options.maintenanceMs ?? MAINTENANCE_MS },
    isConnected: () => redis.failFast.isReady,
  });
  redis.failFast.on('ready', () => void healthWatch.check());

  function openQueue(name: string): Queue {
    const queue = new Queue(name, {
      connection: redis.retrying,
      prefix: keys.prefix,
      streams: { events: { maxLen: 100 } },
    });
    queue.on('error', (error) => logError(`Queue ${name}: ${messageOf(error)}`));
    return queue;
  }

  /** Warns once for each record. The set cannot grow beyond the number of runs that are kept. */
  function warnUnreadable(runId: string): void {
    if (unreadable.has(runId)) return;
    unreadable.add(runId);
    log('warn', 'The record of a run in Redis cannot be read; it is left out of the list of runs.', { runId });
  }

  /** Only while connected: the connection itself logs, once, that Redis is away. */
  function logError(message: string): void {
    if (redis.failFast.status === 'ready') log('debug', message, {});
  }

  function startWorker(
    name: string,
    processor: ConstructorParameters<typeof Worker>[1],
    more: Partial<WorkerOptions>,
  ): void {
    const worker = new Worker(name, processor, {
      connection: redis.retrying,
      prefix: keys.prefix,
      lockDuration: lockMs,
      // BullMQ needs two checks to notice that a lock has expired, so it checks more often than the lock lasts.
      stalledInterval: Math.ceil(lockMs / 3),
      maxStalledCount: TAKEOVERS,
      runRetryDelay: 1_000,
      ...more,
    });
    worker.on('error', (error) => logError(`Worker of ${name}: ${messageOf(error)}`));
    worker.on('stalled', (jobId) =>
      log('warn', 'A worker gave no sign of life for too long; its work is taken over.', { queue: name, jobId }),
    );
    worker.on('failed', (job, error) =>
      log('warn', `A job failed: ${messageOf(error)}`, { queue: name, jobId: job?.id }),
    );
    workers.push(worker);
  }

  /** Adds the run's job. If the process dies before this, maintenance adds it. */
  async function enqueue(runId: string): Promise<void> {
    const kept = { count: 100 };
    await runs.add('run', {}, { jobId: runId, attempts: 1, removeOnComplete: kept, removeOnFail: kept });
  }

  async function requestWith(store: RunStore, order: RunOrder, startAfterNow: boolean): Promise<RunTicket> {
    const ticket = await store.request(randomUUID(), order, startAfterNow);
    if (!ticket.joined) await enqueue(ticket.runId);
    return ticket;
  }

  async function requestOnceWith(store: RunStore, key: string, order: RunOrder): Promise<RunTicket | undefined> {
    const ticket = await store.requestOnce(key, randomUUID(), order);
    if (ticket?.joined === false) await enqueue(ticket.runId);
    return ticket;
  }

  function startTicker(): void {
    if (hasTicker) return;
    hasTicker = true;
    startWorker(
      QUEUES.ticks,
      async () => {
        const running = await retrying.running();
        if (running?.state === 'running' && running.order.mode === 'resync') skipped += 1;
        else await requestWith(retrying, SCHEDULED_RUN, false);
      },
      {},
    );
  }

  /** @throws QueueUnavailable within 2 s, when Redis is away or this process is stopping */
  function callRedis<T>(call: () => Promise<T>): Promise<T> {
    if (closing !== undefined) throw new QueueUnavailable('The service is stopping.', 10);
    return redis.withTimeout(call);
  }

  async function health(): Promise<QueueHealth> {
    const { redirects } = redis.failFast;
    const found = await healthNow();
    // The connection was redirected during the check, so the result may be that of another node.
    return redis.failFast.redirects === redirects ? found : healthNow();
  }

  async function healthNow(): Promise<QueueHealth> {
    try {
      return await callRedis(() => checkRedis(redis.failFast, redis.subscriber, keys));
    } catch (error) {
      return { ready: false, detail: messageOf(error), advice: [] };
    }
  }

  async function close(withinMs: number): Promise<void> {
    healthWatch.close();
    maintenance.close();
    const workersClosed = Promise.all(workers.map((worker) => worker.close()));
    executor?.close();
    abortLive.abort();
    const handedBack = await isDoneWithin(
      redis.failFast.status === 'ready' ? withinMs - 2 * HAND_BACK_TIMEOUT_MS : HAND_BACK_TIMEOUT_MS,
      workersClosed,
    );
    if (!handedBack)
      log('warn', 'Stopping without having handed back all work; it is taken over once its lock is over.', {});
    await isDoneWithin(HAND_BACK_TIMEOUT_MS, Promise.all([ticks, runs, liveJobs].map((queue) => queue.close())));
    await redis.close();
  }

  return {
    queues: [runs, ticks, liveJobs],
    connections: redis,
    keys,
    request: async (order, { startAfterNow = false } = {}) =>
      callRedis(() => requestWith(failFast, order, startAfterNow)),
    requestOnce: async (key, order) => callRedis(() => requestOnceWith(failFast, key, order)),
    list: async (limit) => callRedis(() => failFast.list(limit)),
    find: async (runId) => callRedis(() => failFast.find(runId)),
    watch: (runId, signal) =>
      watchRun(runId, signal, {
        find: async (id) => callRedis(() => failFast.find(id)),
        listen: (id, listener) => notifications.listen(id, listener),
      }),
    cancel: async (runId) =>
      callRedis(async () => {
        const record = await failFast.find(runId);
        if (record === undefined || record.state === 'finished') return false;
        const now = new Date().toISOString();
        const report = shortReport(runId, record.order, CANCELLED, { startedAt: now, finishedAt: now });
        const outcome = await failFast.finish(runId, 'queued', report);
        // It fails when a worker has just taken the job. That worker finds the record finished.
        if (outcome === 'done') await runs.remove(runId).catch(() => undefined);
        return outcome === 'done' || outcome === 'cancelling';
      }),
    async schedule(everyMs) {
      schedule.want(everyMs);
      if (everyMs !== null) startTicker();
      // While Redis is away this fails. Maintenance applies the schedule later.
      await callRedis(() => schedule.apply()).catch((error: unknown) => log('debug', messageOf(error), {}));
    },
    nextScheduledAt: async () => callRedis(() => schedule.next()),
    skippedTicks: () => skipped,
    offer: async (event) => callRedis(() => live.offer(event)),
    async start(on) {
      if (executor !== undefined) return;
      const started = new RunExecutor({ work: on.run, retrying: retrying, failFast: failFast, leaseMs: lockMs, log });
      executor = started;
      startTicker();
      startWorker(QUEUES.runs, (job, token = '') => started.process(job, token), {});
      startWorker(QUEUES.live, (job, token = '') => live.process(job, token, on.live, abortLive.signal), {
        concurrency: LIVE_CONCURRENCY,
      });
    },
    health,
    counts: async () =>
      callRedis(async () => {
        const [open, leased, liveWaiting] = await Promise.all([
          failFast.open(),
          failFast.leased(),
          live.waiting(redis.failFast),
        ]);
        const runsActive = leased !== undefined && open.includes(leased) ? 1 : 0;
        return { runsWaiting: open.length - runsActive, runsActive, liveWaiting };
      }),
    markLive: async (...given) => callRedis(() => marks.mark(...given)),
    unmarkLive: async (...given) => callRedis(() => marks.unmark(...given)),
    latestMark: async () => callRedis(() => marks.moment()),
    markedLive: async (...given) => callRedis(() => marks.marked(...given)),
    countDeletions: async (...given) => callRedis(() => marks.count(...given)),
    uncountDeletions: async (...given) => callRedis(() => marks.uncount(...given)),
    countedDeletions: async (...given) => callRedis(() => marks.counted(...given)),
    truths: async () => callRedis(() => truths.read(redis.failFast)),
    changeTruths: (change) => truths.change(redis.retrying, change),
    holdLease: async (...given) => callRedis(() => leases.hold(...given)),
    dropLease: async (...given) => redis.withTimeout(() => leases.drop(...given)),
    exchangeTold: async (told) => callRedis(() => failFast.exchangeTold(told)),
    close(withinMs = CLOSE_MS) {
      closing ??= close(withinMs);
      return closing;
    },
  };
}
