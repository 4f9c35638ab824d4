import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunQueue } from '../core/run-queue.ts';

/** How long a replica that died keeps the others waiting. */
const LEASE_MS = 15_000;

export interface LeaderOptions {
  readonly queue: Pick<RunQueue, 'holdLease' | 'dropLease'>;
  /** What only one of all replicas does. */
  readonly name: string;
  readonly signal: AbortSignal;
  readonly leaseMs?: number | undefined;
  /** Called when another replica does it, or nobody can tell. */
  readonly onStandby?: () => void;
}

/**
 * Does work while this replica, of all of them, holds the lease, until aborted. The work gets a signal that aborts when the
 * lease is lost, before another replica can have it. At the end the lease is given back when the work has ended.
 */
export async function whileLeader(
  { queue, name, signal, leaseMs = LEASE_MS, onStandby = () => undefined }: LeaderOptions,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const owner = randomUUID();
  const stepMs = leaseMs / 3;
  /** @returns until when it is ours; undefined: it is another's; 0: nobody can tell */
  async function hold(): Promise<number | undefined> {
    const askedAt = performance.now();
    try {
      return (await queue.holdLease(name, owner, leaseMs)) ? askedAt + leaseMs : undefined;
    } catch {
      return 0;
    }
  }
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined);

  /** Keeps the lease until it is lost. */
  async function keep(first: number): Promise<void> {
    let until = first;
    while (!signal.aborted) {
      await pause(stepMs);
      // This process stood still: another one may have it by now.
      if (performance.now() > until) return;
      const next = signal.aborted ? until : await hold();
      if (next === undefined) return;
      until = Math.max(until, next);
      if (performance.now() > until - stepMs) return;
    }
  }

  try {
    while (!signal.aborted) {
      const until = await hold();
      if (until) {
        const leading = new AbortController();
        const working = work(leading.signal);
        await keep(until);
        leading.abort(new DOMException('the lease is lost, or the service stops', 'AbortError'));
        await working;
      } else onStandby();
      await pause(stepMs);
    }
  } finally {
    await queue.dropLease(name, owner).catch(() => undefined);
  }
}
