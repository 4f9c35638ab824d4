import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import type { KindProgress } from '../core/ports.ts';
import { parseNews } from './run-record.ts';

/** What the replicas tell each other about runs; a subscription outlives its connection. */
export class RunNewsFeed {
  readonly #progress = new EventEmitter().setMaxListeners(0);
  readonly #cancels = new EventEmitter();

  constructor(subscriber: Redis, channel: string) {
    // It is sent once Redis is there, and again after every reconnect; only closing makes it fail.
    subscriber.subscribe(channel).catch(() => undefined);
    subscriber.on('message', (_channel: string, text: string) => {
      const news = parseNews(text);
      if (news === undefined) return;
      if (news.type === 'cancel') this.#cancels.emit('cancel', news.runId);
      else this.#progress.emit(news.runId, news.type === 'progress' ? news.progress : undefined);
    });
  }

  /** Tells of progress, and `undefined` when the run has finished. Returns how to stop listening. */
  listen(runId: string, listener: (progress: KindProgress | undefined) => void): () => void {
    this.#progress.on(runId, listener);
    return () => this.#progress.off(runId, listener);
  }

  onCancel(listener: (runId: string) => void): void {
    this.#cancels.on('cancel', listener);
  }
}
