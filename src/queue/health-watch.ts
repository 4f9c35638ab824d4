import type { QueueHealth } from '../core/run-queue.ts';
import type { QueueLog } from './redis-connections.ts';

export interface HealthWatchOptions {
  readonly check: () => Promise<QueueHealth>;
  /** False while Redis is away. The connection logs that itself. */
  readonly isConnected: () => boolean;
  readonly log: QueueLog;
  readonly everyMs: number;
}

/** Logs changes of the queue's health: why it does not work, that it works again, and each advice once. */
export class HealthWatch {
  readonly #options: HealthWatchOptions;
  readonly #advised = new Set<string>();
  #problem: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isChecking = false;

  constructor(options: HealthWatchOptions) {
    this.#options = options;
  }

  /** Checks now, and from then on every few seconds. Never throws. */
  async check(): Promise<void> {
    if (this.#isChecking || this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#isChecking = true;
    const health = await this.#options.check();
    this.#isChecking = false;
    if (this.#isClosed) return;
    if (this.#options.isConnected()) this.#logChanges(health);
    this.#timer = setTimeout(() => void this.check(), this.#options.everyMs);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #logChanges({ ready, detail, advice }: QueueHealth): void {
    const { log } = this.#options;
    const problem = ready ? undefined : detail;
    if (problem !== undefined && problem !== this.#problem)
      log('error', 'the run queue cannot do its work', { detail });
    if (problem === undefined && this.#problem !== undefined)
      log('info', 'the run queue can do its work again', { detail });
    this.#problem = problem;
    for (const sentence of advice.filter((each) => !this.#advised.has(each))) {
      this.#advised.add(sentence);
      log('warn', 'advice on Redis', { detail: sentence });
    }
  }
}
