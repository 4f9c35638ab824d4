import { setTimeout as sleep } from 'node:timers/promises';
import type { RunReport } from '../../src/core/report.ts';
import type { LiveEvent, RunOrder, RunWorker } from '../../src/core/run-queue.ts';

export const RESYNC: RunOrder = { mode: 'resync', trigger: 'http', kinds: [], approveDeletions: [] };
export const PLAN: RunOrder = { ...RESYNC, mode: 'plan' };

export function reportOf(runId: string, order: RunOrder, status: RunReport['status']): RunReport {
  const now = new Date().toISOString();
  return {
    runId,
    mode: order.mode,
    trigger: order.trigger,
    status,
    startedAt: now,
    finishedAt: now,
    durationMs: 0,
    kinds: [],
    blueprints: [],
    problems: [],
    requests: { komodor: 0, port: 0, retries: 0, rateLimitWaitMs: 0 },
  };
}

interface Begun {
  readonly runId: string;
  readonly order: RunOrder;
  readonly signal: AbortSignal;
  readonly progress: Parameters<RunWorker>[3];
}

/** A worker whose runs end when the test says so, or when they are aborted. */
export class HeldRuns {
  readonly begun: Begun[] = [];
  /** The most that were in progress at once. */
  peak = 0;
  #active = 0;
  #open = false;
  readonly #waiting = new Set<() => void>();

  readonly work: RunWorker = async (runId, order, signal, progress) => {
    this.begun.push({ runId, order, signal, progress });
    this.#active += 1;
    this.peak = Math.max(this.peak, this.#active);
    if (!this.#open) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        signal.addEventListener('abort', () => resolve());
        if (signal.aborted) resolve();
      });
    }
    this.#active -= 1;
    return reportOf(runId, order, signal.aborted ? 'aborted' : 'completed');
  };

  /** Lets all runs in progress end. */
  release(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Lets these and all later ones end at once. */
  open(): void {
    this.#open = true;
    this.release();
  }
}

/** Does something many times, so many at once that a busy machine still answers each in the time that the queue has. */
export async function inBursts<T>(count: number, work: (index: number) => Promise<T>): Promise<readonly T[]> {
  const done: T[] = [];
  for (let from = 0; from < count; from += BURST) {
    const burst = Array.from({ length: Math.min(BURST, count - from) }, (_, index) => work(from + index));
    done.push(...(await Promise.all(burst)));
  }
  return done;
}

const BURST = 50;

export async function nothingLive(): Promise<void> {}

export function liveEvent(key: string, receivedAt = '2026-01-01T00:00:00.000Z'): LiveEvent {
  const place = { cluster: 'prod', namespace: 'shop', kind: 'Deployment', name: key };
  return { key, receivedAt, subject: { system: 'komodor', place } };
}

/** Waits until something is so. */
export async function until(isSo: () => boolean | Promise<boolean>, forMs = 60_000): Promise<void> {
  const deadline = Date.now() + forMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Waited ${forMs} ms in vain for: ${isSo}`);
    await sleep(10);
  }
}
