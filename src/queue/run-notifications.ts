import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import type { RunProgress } from '../core/run-queue.ts';
import { parseNotification } from './run-record.ts';

/** The notifications that replicas send each other about runs, over Redis pub/sub. */
export class RunNotifications {
  readonly #progress = new EventEmitter().setMaxListeners(0);
  readonly #cancels = new EventEmitter();

  constructor(subscriber: Redis, channel: string) {
    // ioredis subscribes when Redis is there, and again after every reconnect. It fails only when the connection is closed.
    subscriber.subscribe(channel).catch(() => undefined);
    subscriber.on('message', (_channel: string, text: string) => {
      const notification = parseNotification(text);
      if (notification === undefined) return;
      const { type, runId } = notification;
      if (type === 'cancel') this.#cancels.emit('cancel', runId);
      else if (type === 'finished') this.#progress.emit(runId, undefined);
      else this.#progress.emit(runId, type === 'progress' ? notification.progress : notification.times);
    });
  }

  /** Calls the listener with progress, and with `undefined` when the run has finished. Returns a function that unsubscribes. */
  listen(runId: string, listener: (progress: RunProgress | undefined) => void): () => void {
    this.#progress.on(runId, listener);
    return () => this.#progress.off(runId, listener);
  }

  onCancel(listener: (runId: string) => void): void {
    this.#cancels.on('cancel', listener);
  }
}
