import { MARK_MS, MARKS_PER_BLUEPRINT } from './limits.ts';

/** Live marks in memory: blueprint -> identifier -> when, the oldest first. */
export class InlineMarks {
  readonly #marks = new Map<string, Map<string, number>>();
  readonly #now: () => number;

  /** @param now the clock that runs tell their beginning by, in epoch milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  mark(blueprint: string, identifiers: readonly string[]): void {
    const now = this.#now();
    const marks = this.#marks.get(blueprint) ?? new Map<string, number>();
    this.#marks.set(blueprint, marks);
    for (const identifier of identifiers) {
      marks.delete(identifier);
      marks.set(identifier, now);
    }
    for (const [identifier, at] of marks) {
      if (marks.size <= MARKS_PER_BLUEPRINT && at > now - MARK_MS) break;
      marks.delete(identifier);
    }
  }

  marked(blueprint: string, identifiers: readonly string[], since: Date): ReadonlySet<string> {
    const marks = this.#marks.get(blueprint);
    const from = Math.max(since.getTime(), this.#now() - MARK_MS);
    return new Set(identifiers.filter((identifier) => (marks?.get(identifier) ?? Number.NEGATIVE_INFINITY) >= from));
  }
}
