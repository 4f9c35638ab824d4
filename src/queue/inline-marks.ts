import type { LiveMoment } from '../core/run-queue.ts';
import { MARKS_PER_BLUEPRINT } from './limits.ts';

/** Live marks in memory: blueprint -> identifier -> the number of its mark, the oldest first. */
export class InlineMarks {
  readonly #marks = new Map<string, Map<string, LiveMoment>>();
  #last: LiveMoment = 0;

  mark(blueprint: string, identifiers: readonly string[]): void {
    const marks = this.#marks.get(blueprint) ?? new Map<string, LiveMoment>();
    this.#marks.set(blueprint, marks);
    this.#last += 1;
    for (const identifier of identifiers) {
      marks.delete(identifier);
      marks.set(identifier, this.#last);
    }
    for (const identifier of marks.keys()) {
      if (marks.size <= MARKS_PER_BLUEPRINT) break;
      marks.delete(identifier);
    }
  }

  unmark(blueprint: string, identifiers: readonly string[]): void {
    for (const identifier of identifiers) this.#marks.get(blueprint)?.delete(identifier);
  }

  moment(): LiveMoment {
    return this.#last;
  }

  marked(blueprint: string, identifiers: readonly string[], since: LiveMoment): ReadonlySet<string> {
    const marks = this.#marks.get(blueprint);
    return new Set(identifiers.filter((identifier) => (marks?.get(identifier) ?? 0) > since));
  }
}
