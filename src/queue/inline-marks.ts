import type { LiveMemory } from '../core/catalog-guards.ts';
import type { MarkNumber } from '../core/run-queue.ts';
import { MARKS_PER_BLUEPRINT } from './limits.ts';
import { OwnedNames } from './owned-names.ts';

/**
 * The marks and deletion counts of live events, in memory.
 * @param now milliseconds of a monotonic clock
 */
export function createInlineMarks(now: () => number = () => performance.now()): LiveMemory {
  const marks = new Map<string, OwnedNames>();
  const deleted = new Map<string, OwnedNames>();
  const entered = new Map<string, number>();
  let last: MarkNumber = 0;

  function namesIn(book: Map<string, OwnedNames>, blueprint: string): OwnedNames {
    const names = book.get(blueprint) ?? new OwnedNames();
    book.set(blueprint, names);
    return names;
  }
  function deletedWithin(windowMs: number, blueprint: string): OwnedNames {
    const names = namesIn(deleted, blueprint);
    const before = now() - windowMs;
    names.dropOldestWhile((name) => names.latestNumberOf(name) <= before);
    return names;
  }
  function enter(blueprint: string, count: number): number {
    const total = (entered.get(blueprint) ?? 0) + count;
    entered.set(blueprint, total);
    return total;
  }

  return {
    async markLive(owner, blueprint, identifiers) {
      const names = namesIn(marks, blueprint);
      last += 1;
      for (const identifier of identifiers) names.add(identifier, owner, last);
      names.dropOldestWhile(() => names.size > MARKS_PER_BLUEPRINT);
    },
    async unmarkLive(owner, blueprint, identifiers) {
      for (const identifier of identifiers) marks.get(blueprint)?.removeOwner(identifier, owner);
    },
    async latestMark() {
      return last;
    },
    async markedLive(blueprint, identifiers, since) {
      const names = marks.get(blueprint);
      return new Set(identifiers.filter((identifier) => (names?.latestNumberOf(identifier) ?? 0) > since));
    },
    async countDeletions(owner, blueprint, identifiers, windowMs) {
      const names = deletedWithin(windowMs, blueprint);
      const fresh = identifiers.filter((identifier) => names.add(identifier, owner, now()));
      return { counted: names.size, entered: enter(blueprint, fresh.length) };
    },
    async uncountDeletions(owner, blueprint, identifiers) {
      const back = identifiers.filter((identifier) => deleted.get(blueprint)?.removeOwner(identifier, owner));
      enter(blueprint, -back.length);
    },
    async countedDeletions(blueprint, windowMs) {
      return { identifiers: [...deletedWithin(windowMs, blueprint).names()], entered: enter(blueprint, 0) };
    },
  };
}
