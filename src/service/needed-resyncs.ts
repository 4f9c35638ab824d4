import { setTimeout as sleep } from 'node:timers/promises';
import type { Kind } from '../core/model.ts';
import type { RunReport } from '../core/report.ts';
import type { RunQueue } from '../core/run-queue.ts';

const RETRY_MS = 2_000;
/** How long a kind waits for another resync when one did not read it to its end; each time twice as long. */
const AGAIN_MS = 30_000;
/** After so many resyncs in a row that did not read a kind to its end, the schedule has to do. */
const MAX_TRIES = 5;
/** Kinds that need a resync at about the same time get one together. */
const TOGETHER_MS = 300;

type Missed = readonly [kind: Kind, settled: () => Promise<void>];

/** Requests resyncs of the kinds of which a watch has missed something. */
export class NeededResyncs {
  readonly #queue: Pick<RunQueue, 'request' | 'watch'>;
  readonly #togetherMs: number;
  readonly #againMs: number;
  /** Resyncs in a row that did not read a kind to its end. */
  readonly #tries = new Map<Kind, number>();
  readonly #stopping = new AbortController();
  /** With what has to end before a resync can bring what was missed. */
  readonly #missed = new Map<Kind, () => Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(queue: Pick<RunQueue, 'request' | 'watch'>, togetherMs = TOGETHER_MS, againMs = AGAIN_MS) {
    this.#queue = queue;
    this.#togetherMs = togetherMs;
    this.#againMs = againMs;
  }

  /** @param settled waits until nothing older than this resync is being written */
  need(kind: Kind, settled: () => Promise<void>): void {
    this.#missed.set(kind, settled);
    this.#timer ??= setTimeout(() => void this.#request(), this.#togetherMs);
  }

  /** Another resync brings all that was missed until now. */
  clear(): void {
    this.#missed.clear();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopping.abort();
  }

  async #request(): Promise<void> {
    const missed = [...this.#missed];
    this.#missed.clear();
    this.#timer = undefined;
    const kinds = missed.map(([kind]) => kind);
    if (kinds.length === 0) return;
    try {
      await Promise.all(missed.map(([, settled]) => settled()));
      if (this.#stopping.signal.aborted) return;
      const order = { mode: 'resync', trigger: 'watch', kinds, approveDeletions: [] } as const;
      const { runId } = await this.#queue.request(order, { startAfterNow: true });
      void this.#followUp(runId, missed);
    } catch {
      await this.#needAgain(missed, RETRY_MS);
    }
  }

  /** What a resync did not read to its end is still missed. */
  async #followUp(runId: string, missed: readonly Missed[]): Promise<void> {
    const report = await this.#reportOf(runId);
    const unread = missed.filter(([kind]) => {
      const isRead = report?.kinds.some((read) => read.kind === kind && read.complete) ?? true;
      const tries = isRead ? 0 : (this.#tries.get(kind) ?? 0) + 1;
      this.#tries.set(kind, tries);
      return !isRead && tries < MAX_TRIES;
    });
    const tries = Math.max(1, ...unread.map(([kind]) => this.#tries.get(kind) ?? 1));
    if (unread.length > 0) await this.#needAgain(unread, this.#againMs * 2 ** (tries - 1));
  }

  /** Undefined when that is not told: the service stops, or the queue is away. Then the schedule has to do. */
  async #reportOf(runId: string): Promise<RunReport | undefined> {
    try {
      for await (const event of this.#queue.watch(runId, this.#stopping.signal)) {
        if (event.type === 'finished') return event.report;
      }
    } catch {
      return undefined;
    }
    return undefined;
  }

  async #needAgain(missed: readonly Missed[], afterMs: number): Promise<void> {
    const { signal } = this.#stopping;
    await sleep(afterMs, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) for (const [kind, settled] of missed) this.need(kind, settled);
  }
}
