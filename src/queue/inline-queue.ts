import { isDoneWithin } from '../core/deadline.ts';
import { QueueUnavailable, type RunProgress, type RunQueue, type RunRecord } from '../core/run-queue.ts';
import type { TruthRecord } from '../core/truths.ts';
import { InlineLeases } from './inline-leases.ts';
import { InlineLiveEvents } from './inline-live-events.ts';
import { createInlineMarks } from './inline-marks.ts';
import { InlineRuns } from './inline-runs.ts';
import { InlineUsedKeys } from './inline-used-keys.ts';
import { CLOSE_MS, KEPT_RUNS, LIVE_LIMIT, LIVE_QUIET_MS, type QueueLimits } from './limits.ts';
import { SCHEDULED_RUN } from './order.ts';
import { withoutChanges } from './reports.ts';
import { watchRun } from './watch.ts';

export interface InlineQueueOptions extends QueueLimits {
  /** How many finished runs are kept. */
  readonly historySize?: number;
}

/** The longest delay of a timer in Node. A timer with a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** When the next scheduled resync is due, by both clocks. */
interface Schedule {
  readonly everyMs: number;
  /** By the system clock. Port shows it. */
  readonly nextAt: number;
  /** By the monotonic clock, because the system clock may be set back. */
  readonly steadyNextAt: number;
}

function scheduleFrom(everyMs: number, nextAt: number): Schedule {
  return { everyMs, nextAt, steadyNextAt: performance.now() + nextAt - Date.now() };
}

/** The tick after the one that is due now. Ticks that passed while the computer slept are skipped. */
function nextTick({ everyMs, nextAt }: Schedule): Schedule {
  const lateMs = Date.now() - nextAt;
  return scheduleFrom(
    everyMs,
    lateMs < 0 ? Date.now() + everyMs : nextAt + everyMs * Math.ceil((lateMs + 1) / everyMs),
  );
}

function msLeft({ nextAt, steadyNextAt }: Schedule): number {
  return Math.min(nextAt - Date.now(), steadyNextAt - performance.now());
}

/** A queue in this process. Waiting runs are lost when the process ends; the resync at the next start covers them. */
export function createInlineQueue(options: InlineQueueOptions = {}): RunQueue {
  const runs = new InlineRuns(options.historySize ?? KEPT_RUNS);
  const live = new InlineLiveEvents(options.liveLimit ?? LIVE_LIMIT, options.liveQuietMs ?? LIVE_QUIET_MS);
  const used = new InlineUsedKeys();
  const leases = new InlineLeases();
  let truths: readonly TruthRecord[] = [];
  let schedule: Schedule | undefined;
  let timer: NodeJS.Timeout | undefined;
  let skipped = 0;
  let told: string | null = null;
  let closed = false;

  function ensureOpen(): void {
    if (closed) throw new QueueUnavailable('The service is stopping.', 10);
  }

  function setTimer(): void {
    clearTimeout(timer);
    if (schedule === undefined) return;
    timer = setTimeout(tick, Math.min(Math.max(msLeft(schedule), 0), LONGEST_TIMER_MS));
  }

  function tick(): void {
    if (schedule !== undefined && msLeft(schedule) <= 0) {
      schedule = nextTick(schedule);
      if (runs.activeMode === 'resync') skipped += 1;
      else runs.request(SCHEDULED_RUN, false);
    }
    setTimer();
  }

  function find(runId: string): RunRecord | undefined {
    return runs.records().find((record) => record.runId === runId);
  }

  return {
    async request(order, { startAfterNow = false } = {}) {
      ensureOpen();
      return runs.request(order, startAfterNow);
    },
    async requestOnce(key, order) {
      ensureOpen();
      if (used.has(key)) return undefined;
      const ticket = runs.request(order, true);
      used.add(key);
      return ticket;
    },
    async list(limit) {
      return runs
        .records()
        .slice(0, limit)
        .map((record) => (record.state === 'finished' ? { ...record, report: withoutChanges(record.report) } : record));
    },
    async find(runId) {
      return find(runId);
    },
    watch(runId, signal) {
      return watchRun(runId, signal, {
        find: async (id) => find(id),
        listen(id, listener: (progress: RunProgress | undefined) => void) {
          runs.notifications.on(id, listener);
          return () => runs.notifications.off(id, listener);
        },
      });
    },
    async cancel(runId) {
      return runs.cancel(runId);
    },
    async schedule(everyMs) {
      ensureOpen();
      if (everyMs === null) schedule = undefined;
      else if (schedule?.everyMs !== everyMs) schedule = scheduleFrom(everyMs, Date.now() + everyMs);
      setTimer();
    },
    async nextScheduledAt() {
      return schedule === undefined ? null : new Date(schedule.nextAt);
    },
    skippedTicks: () => skipped,
    async offer(event) {
      ensureOpen();
      live.offer(event);
    },
    async start(workers) {
      ensureOpen();
      runs.start(workers.run);
      live.start(workers.live);
    },
    async health() {
      return { ready: !closed, detail: closed ? 'stopping' : 'in process', advice: [] };
    },
    async counts() {
      return {
        runsWaiting: runs.waiting,
        runsActive: runs.activeMode === undefined ? 0 : 1,
        liveWaiting: live.waiting,
      };
    },
    ...createInlineMarks(),
    truths: async () => truths,
    async changeTruths(change) {
      truths = change(truths);
    },
    holdLease: async (...given) => leases.hold(...given),
    dropLease: async (...given) => leases.drop(...given),
    async exchangeTold(next) {
      const before = told;
      told = next;
      return before;
    },
    async close(withinMs = CLOSE_MS) {
      closed = true;
      schedule = undefined;
      clearTimeout(timer);
      await isDoneWithin(withinMs, Promise.all([runs.close(), live.close(withinMs / 2)]));
    },
  };
}
