import type { QueueHealth } from '../core/run-queue.ts';
import type { QueueLog } from './redis-connections.ts';

export interface HealthWatchOptions {
  readonly check: () => Promise<QueueHealth>;
  /** False while Redis is away, which is said elsewhere. */
  readonly isThere: () => boolean;
  readonly log: QueueLog;
  readonly everyMs: number;
}

/** Says in the log, once each, why the queue cannot do its work, that it can again, and what would be better. */
export class HealthWatch {
  readonly #options: HealthWatchOptions;
  readonly #advised = new Set<string>();
  #wrong: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isLooking = false;

  constructor(options: HealthWatchOptions) {
    this.#options = options;
  }

  /** Looks now, and from then on every few seconds. Never throws. */
  async look(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#isLooking = true;
    const health = await this.#options.check();
    this.#isLooking = false;
    if (this.#isClosed) return;
    if (this.#options.isThere()) this.#tell(health);
    this.#timer = setTimeout(() => void this.look(), this.#options.everyMs);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #tell({ ready, detail, advice }: QueueHealth): void {
    const { log } = this.#options;
    const wrong = ready ? undefined : detail;
    if (wrong !== undefined && wrong !== this.#wrong) log('error', 'the run queue cannot do its work', { detail });
    if (wrong === undefined && this.#wrong !== undefined)
      log('info', 'the run queue can do its work again', { detail });
    this.#wrong = wrong;
    for (const sentence of advice.filter((each) => !this.#advised.has(each))) {
      this.#advised.add(sentence);
      log('warn', 'advice on Redis', { detail: sentence });
    }
  }
}
