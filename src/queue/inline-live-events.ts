import { type LiveEvent, type LiveWorker, QueueUnavailable } from '../core/run-queue.ts';
import { LIVE_ATTEMPTS, LIVE_CONCURRENCY, LIVE_RETRY_MS } from './limits.ts';

interface WaitingEvent {
  readonly event: LiveEvent;
  /** By the monotonic clock: setting the system clock back must not delay events. */
  readonly dueAt: number;
  readonly attempt: number;
}

/** Live events in memory: only the newest of each key is kept, a few are processed at a time, never two of one key. */
export class InlineLiveEvents {
  readonly #limit: number;
  readonly #quietMs: number;
  /** In the order in which they become due. */
  readonly #waiting = new Map<string, WaitingEvent>();
  readonly #retries = new Map<string, NodeJS.Timeout>();
  readonly #active = new Map<string, Promise<void>>();
  readonly #abort = new AbortController();
  #worker: LiveWorker | undefined;
  #isClosing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(limit: number, quietMs: number) {
    this.#limit = limit;
    this.#quietMs = quietMs;
  }

  get waiting(): number {
    return this.#waiting.size + this.#retries.size;
  }

  /** @throws QueueUnavailable when too many wait */
  offer(event: LiveEvent): void {
    const waiting = this.#waiting.get(event.key);
    if (waiting === undefined && this.waiting >= this.#limit) {
      throw new QueueUnavailable(`${this.#limit} live events are waiting already; no more are taken.`, 5);
    }
    clearTimeout(this.#retries.get(event.key));
    this.#retries.delete(event.key);
    this.#waiting.set(event.key, { event, dueAt: waiting?.dueAt ?? performance.now() + this.#quietMs, attempt: 1 });
    this.#startDue();
  }

  start(worker: LiveWorker): void {
    this.#worker = worker;
    this.#startDue();
  }

  /** Processes all waiting events at once. After `graceMs` aborts and drops the rest: the next resync covers them. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    for (const timer of this.#retries.values()) clearTimeout(timer);
    this.#retries.clear();
    const timer = setTimeout(() => {
      this.#waiting.clear();
      this.#abort.abort();
    }, graceMs);
    this.#startDue();
    while (this.#active.size > 0) await Promise.all(this.#active.values());
    clearTimeout(timer);
  }

  #startDue(): void {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    if (worker === undefined) return;
    const now = performance.now();
    for (const [key, waiting] of this.#waiting) {
      if (this.#active.size >= LIVE_CONCURRENCY) return;
      if (this.#active.has(key)) continue;
      if (waiting.dueAt > now && !this.#isClosing) {
        this.#timer = setTimeout(() => this.#startDue(), waiting.dueAt - now);
        return;
      }
      this.#waiting.delete(key);
      this.#active.set(key, this.#process(worker, waiting));
    }
  }

  async #process(worker: LiveWorker, { event, attempt }: WaitingEvent): Promise<void> {
    try {
      await worker(event, this.#abort.signal);
    } catch {
      if (attempt < LIVE_ATTEMPTS) this.#retry(event, attempt);
    } finally {
      this.#active.delete(event.key);
      this.#startDue();
    }
  }

  #retry(event: LiveEvent, attempt: number): void {
    if (this.#isClosing || this.#waiting.has(event.key)) return;
    const timer = setTimeout(
      () => {
        this.#retries.delete(event.key);
        this.#waiting.set(event.key, { event, dueAt: performance.now(), attempt: attempt + 1 });
        this.#startDue();
      },
      LIVE_RETRY_MS * 2 ** (attempt - 1),
    );
    this.#retries.set(event.key, timer);
  }
}
