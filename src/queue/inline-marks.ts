import type { LiveMarks } from '../core/catalog-guards.ts';
import type { LiveMoment } from '../core/run-queue.ts';
import { MARKS_PER_BLUEPRINT } from './limits.ts';

/** Live marks in memory. */
export function createInlineMarks(): LiveMarks {
  /** Blueprint -> identifier -> the number of its mark, the oldest first. */
  const byBlueprint = new Map<string, Map<string, LiveMoment>>();
  let last: LiveMoment = 0;
  return {
    async markLive(blueprint, identifiers) {
      const marks = byBlueprint.get(blueprint) ?? new Map<string, LiveMoment>();
      byBlueprint.set(blueprint, marks);
      last += 1;
      for (const identifier of identifiers) {
        marks.delete(identifier);
        marks.set(identifier, last);
      }
      for (const identifier of marks.keys()) {
        if (marks.size <= MARKS_PER_BLUEPRINT) break;
        marks.delete(identifier);
      }
    },
    async unmarkLive(blueprint, identifiers) {
      for (const identifier of identifiers) byBlueprint.get(blueprint)?.delete(identifier);
    },
    async liveMoment() {
      return last;
    },
    async markedLive(blueprint, identifiers, since) {
      const marks = byBlueprint.get(blueprint);
      return new Set(identifiers.filter((identifier) => (marks?.get(identifier) ?? 0) > since));
    },
  };
}
