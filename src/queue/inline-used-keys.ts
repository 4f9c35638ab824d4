import { USED_KEYS, USED_MS } from './limits.ts';

/** Idempotency keys of the requests that were accepted, the oldest first. */
export class InlineUsedKeys {
  readonly #usedAt = new Map<string, number>();

  has(key: string): boolean {
    const now = Date.now();
    for (const [old, at] of this.#usedAt) {
      if (this.#usedAt.size < USED_KEYS && at > now - USED_MS) break;
      this.#usedAt.delete(old);
    }
    return this.#usedAt.has(key);
  }

  add(key: string): void {
    this.#usedAt.set(key, Date.now());
  }
}
