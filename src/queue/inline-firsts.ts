import { FIRST_KEYS, FIRST_MS } from './limits.ts';

/** Keys that were used, the oldest first. */
export class InlineFirsts {
  readonly #usedAt = new Map<string, number>();

  /** True for the first caller with this key in a day. */
  first(key: string): boolean {
    const now = Date.now();
    for (const [old, at] of this.#usedAt) {
      if (this.#usedAt.size < FIRST_KEYS && at > now - FIRST_MS) break;
      this.#usedAt.delete(old);
    }
    if (this.#usedAt.has(key)) return false;
    this.#usedAt.set(key, now);
    return true;
  }
}
