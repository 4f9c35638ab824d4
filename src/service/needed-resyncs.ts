import { setTimeout as sleep } from 'node:timers/promises';
import type { Kind } from '../core/model.ts';
import type { RunQueue } from '../core/run-queue.ts';

const RETRY_MS = 2_000;
/** Kinds that need a resync at about the same time get one together. */
const TOGETHER_MS = 300;

/** Requests resyncs of the kinds of which a watch has missed something. */
export class NeededResyncs {
  readonly #queue: Pick<RunQueue, 'request'>;
  readonly #togetherMs: number;
  readonly #stopping = new AbortController();
  /** With what has to end before a resync can bring what was missed. */
  readonly #missed = new Map<Kind, () => Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(queue: Pick<RunQueue, 'request'>, togetherMs = TOGETHER_MS) {
    this.#queue = queue;
    this.#togetherMs = togetherMs;
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
      await this.#queue.request(order, { startAfterNow: true });
    } catch {
      await sleep(RETRY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (!this.#stopping.signal.aborted) for (const [kind, settled] of missed) this.need(kind, settled);
    }
  }
}
