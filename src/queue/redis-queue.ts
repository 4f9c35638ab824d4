import { randomUUID } from 'node:crypto';
import { Queue, Worker, type WorkerOptions } from 'bullmq';
import { messageOf } from '../core/errors.ts';
import { type QueueHealth, QueueUnavailable, type RunOrder, type RunQueue, type RunTicket } from '../core/run-queue.ts';
import { atMost } from './at-most.ts';
import { HealthWatch } from './health-watch.ts';
import { CLOSE_MS, LIVE_CONCURRENCY, LIVE_LIMIT, LIVE_QUIET_MS, type QueueLimits } from './limits.ts';
import { SCHEDULED } from './order.ts';
import { connect, type QueueLog } from './redis-connections.ts';
import { checkRedis } from './redis-health.ts';
import { QUEUES, RedisKeys } from './redis-keys.ts';
import { RedisLive } from './redis-live.ts';
import { RedisMarks } from './redis-marks.ts';
import { RedisSchedule } from './redis-schedule.ts';
import { Upkeep } from './redis-upkeep.ts';
import { CANCELLED, shortReport } from './reports.ts';
import { RunCarrier } from './run-carrier.ts';
import { RunNewsFeed } from './run-news.ts';
import { RunStore } from './run-store.ts';
import { watchRun } from './watch.ts';

export interface RedisQueueOptions extends QueueLimits {
  readonly url: string;
  /** What all keys in Redis begin with; services with the same one share their work. */
  readonly prefix?: string;
  readonly log: QueueLog;
  /** After how long without a sign of life a worker counts as dead. */
  readonly lockMs?: number;
  /** How often crashes and a flushed Redis are looked for. */
  readonly upkeepMs?: number;
}

export interface RedisQueue extends RunQueue {
  /** BullMQ's queues, for the dashboard. */
  readonly queues: readonly Queue[];
}

/** How often it is looked whether Redis does what the queue needs, and what a crash has left behind. */
const UPKEEP_MS = 5_000;

/** How often a run is taken over from a dead worker before it counts as lost. */
const TAKEOVERS = 3;

/** How long a process that stops waits for Redis to take what it hands back. */
const FAREWELL_MS = 700;

/** A queue in Redis, shared by all replicas with the same prefix; BullMQ hands out the work. */
export function createRedisQueue(options: RedisQueueOptions): RedisQueue {
  const { log, lockMs = 30_000, liveQuietMs = LIVE_QUIET_MS } = options;
  const keys = new RedisKeys(options.prefix ?? 'komodor-port');
  const redis = connect(options.url, log);
  const news = new RunNewsFeed(redis.subscriber, keys.news);
  const unreadable = new Set<string>();
  const quick = new RunStore(redis.quick, keys, tellUnreadable);
  const patient = new RunStore(redis.patient, keys, tellUnreadable);
  const marks = new RedisMarks(redis.quick, keys);
  const [ticks, runs, liveJobs] = [openQueue(QUEUES.ticks), openQueue(QUEUES.runs), openQueue(QUEUES.live)];
  const schedule = new RedisSchedule(ticks);
  const live = new RedisLive(redis, keys, liveJobs, options.liveLimit ?? LIVE_LIMIT, liveQuietMs);
  const workers: Worker[] = [];
  const abortLive = new AbortController();
  let carrier: RunCarrier | undefined;
  let hasTicker = false;
  let skipped = 0;
  let closing: Promise<void> | undefined;
  news.onCancel((runId) => carrier?.cancel(runId));
  const upkeep = new Upkeep({
    ...{ redis, keys, runs, store: patient, live, schedule, enlist, log },
    everyMs: options.upkeepMs ?? UPKEEP_MS,
    async onDataLost(generation) {
      if (schedule.isOn) await requestOnceWith(patient, `lost ${generation}`, SCHEDULED);
    },
  });

  const watch = new HealthWatch({
    ...{ check: health, log, everyMs: options.upkeepMs ?? UPKEEP_MS },
    isThere: () => redis.quick.isReady,
  });
  redis.quick.on('ready', () => void watch.look());

  function openQueue(name: string): Queue {
    const queue = new Queue(name, {
      connection: redis.patient,
      prefix: keys.prefix,
      streams: { events: { maxLen: 100 } },
    });
    queue.on('error', (error) => tell(`Queue ${name}: ${messageOf(error)}`));
    return queue;
  }

  /** Once each; there are not more than are remembered. */
  function tellUnreadable(runId: string): void {
    if (unreadable.has(runId)) return;
    unreadable.add(runId);
    log('warn', 'The record of a run in Redis cannot be read; it is left out of the list of runs.', { runId });
  }

  /** That Redis is away has been said, once for all. */
  function tell(message: string): void {
    if (redis.quick.status === 'ready') log('debug', message, {});
  }

  function work(name: string, processor: ConstructorParameters<typeof Worker>[1], more: Partial<WorkerOptions>): void {
    const worker = new Worker(name, processor, {
      connection: redis.patient,
      prefix: keys.prefix,
      lockDuration: lockMs,
      // A dead worker's job is noticed at the second look after its lock is over: look more often than that.
      stalledInterval: Math.ceil(lockMs / 3),
      maxStalledCount: TAKEOVERS,
      runRetryDelay: 1_000,
      ...more,
    });
    worker.on('error', (error) => tell(`Worker of ${name}: ${messageOf(error)}`));
    worker.on('stalled', (jobId) =>
      log('warn', 'A worker gave no sign of life for too long; its work is taken over.', { queue: name, jobId }),
    );
    worker.on('failed', (job, error) =>
      log('warn', `A job failed: ${messageOf(error)}`, { queue: name, jobId: job?.id }),
    );
    workers.push(worker);
  }

  /** Should this not come to pass after a request, the upkeep does it. */
  async function enlist(runId: string): Promise<void> {
    const kept = { count: 100 };
    await runs.add('run', {}, { jobId: runId, attempts: 1, removeOnComplete: kept, removeOnFail: kept });
  }

  async function requestWith(store: RunStore, order: RunOrder, startAfterNow: boolean): Promise<RunTicket> {
    const ticket = await store.request(randomUUID(), order, startAfterNow);
    if (!ticket.joined) await enlist(ticket.runId);
    return ticket;
  }

  async function requestOnceWith(store: RunStore, key: string, order: RunOrder): Promise<RunTicket | undefined> {
    const ticket = await store.requestOnce(key, randomUUID(), order);
    if (ticket?.joined === false) await enlist(ticket.runId);
    return ticket;
  }

  function tick(): void {
    if (hasTicker) return;
    hasTicker = true;
    work(
      QUEUES.ticks,
      async () => {
        const running = await patient.running();
        if (running?.state === 'running' && running.order.mode === 'resync') skipped += 1;
        else await requestWith(patient, SCHEDULED, false);
      },
      {},
    );
  }

  /** @throws QueueUnavailable within 2 s, when Redis is away or this process is stopping */
  function answer<T>(call: () => Promise<T>): Promise<T> {
    if (closing !== undefined) throw new QueueUnavailable('The service is stopping.', 10);
    return redis.answer(call);
  }

  async function health(): Promise<QueueHealth> {
    const { moves } = redis.quick;
    const found = await healthNow();
    // It was asked at the wrong place, and is somewhere else now.
    return redis.quick.moves === moves ? found : healthNow();
  }

  async function healthNow(): Promise<QueueHealth> {
    try {
      return await answer(() => checkRedis(redis.quick, redis.subscriber, keys));
    } catch (error) {
      return { ready: false, detail: messageOf(error), advice: [] };
    }
  }

  async function close(withinMs: number): Promise<void> {
    watch.close();
    upkeep.close();
    const workersClosed = Promise.all(workers.map((worker) => worker.close()));
    carrier?.close();
    abortLive.abort();
    const handedBack = await atMost(
      redis.quick.status === 'ready' ? withinMs - 2 * FAREWELL_MS : FAREWELL_MS,
      workersClosed,
    );
    if (!handedBack)
      log('warn', 'Stopping without having handed back all work; it is taken over once its lock is over.', {});
    await atMost(FAREWELL_MS, Promise.all([ticks, runs, liveJobs].map((queue) => queue.close())));
    await redis.close();
  }

  return {
    queues: [runs, ticks, liveJobs],
    request: async (order, { startAfterNow = false } = {}) => answer(() => requestWith(quick, order, startAfterNow)),
    requestOnce: async (key, order) => answer(() => requestOnceWith(quick, key, order)),
    list: async (limit) => answer(() => quick.list(limit)),
    find: async (runId) => answer(() => quick.find(runId)),
    watch: (runId, signal) =>
      watchRun(runId, signal, {
        find: async (id) => answer(() => quick.find(id)),
        listen: (id, listener) => news.listen(id, listener),
      }),
    cancel: async (runId) =>
      answer(async () => {
        const record = await quick.find(runId);
        if (record === undefined || record.state === 'finished') return false;
        const now = new Date().toISOString();
        const report = shortReport(runId, record.order, CANCELLED, { startedAt: now, finishedAt: now });
        const outcome = await quick.finish(runId, 'queued', report);
        // A worker that fetched the job a moment ago has its lock, and finds the record finished.
        if (outcome === 'done') await runs.remove(runId).catch(() => undefined);
        return outcome === 'done' || outcome === 'cancelling';
      }),
    async schedule(everyMs) {
      schedule.want(everyMs);
      if (everyMs !== null) tick();
      // With Redis away it is the upkeep that brings it there; nobody who starts a service can do more about it.
      await answer(() => schedule.apply()).catch((error: unknown) => log('debug', messageOf(error), {}));
    },
    nextScheduledAt: async () => answer(() => schedule.next()),
    skippedTicks: () => skipped,
    offer: async (event) => answer(() => live.offer(event)),
    async start(on) {
      if (carrier !== undefined) return;
      const started = new RunCarrier({ work: on.run, patient, quick, leaseMs: lockMs, log });
      carrier = started;
      tick();
      work(QUEUES.runs, (job, token = '') => started.process(job, token), {});
      work(QUEUES.live, (job, token = '') => live.process(job, token, on.live, abortLive.signal), {
        concurrency: LIVE_CONCURRENCY,
      });
    },
    health,
    counts: async () =>
      answer(async () => {
        const [open, leased, liveWaiting] = await Promise.all([
          quick.open(),
          quick.leased(),
          live.waiting(redis.quick),
        ]);
        const runsActive = leased !== undefined && open.includes(leased) ? 1 : 0;
        return { runsWaiting: open.length - runsActive, runsActive, liveWaiting };
      }),
    markLive: async (...given) => answer(() => marks.mark(...given)),
    unmarkLive: async (...given) => answer(() => marks.unmark(...given)),
    liveMoment: async () => answer(() => marks.moment()),
    markedLive: async (...given) => answer(() => marks.marked(...given)),
    countDeletions: async (...given) => answer(() => marks.count(...given)),
    uncountDeletions: async (...given) => answer(() => marks.uncount(...given)),
    countedDeletions: async (...given) => answer(() => marks.counted(...given)),
    close(withinMs = CLOSE_MS) {
      closing ??= close(withinMs);
      return closing;
    },
  };
}
