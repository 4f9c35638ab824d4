import { KEPT_ENTRIES, pageOf, type Timeline, type TimelineEntry, type TimelineMemo } from '../core/timeline.ts';

/** A timeline in memory. */
export function createInlineTimeline(now: () => number = Date.now): Timeline {
  let entries: readonly TimelineEntry[] = [];
  const memos = new Map<TimelineMemo, string>();
  return {
    async add(entry) {
      const same = entries.filter(({ type }) => type === entry.type).sort((a, b) => (a.id < b.id ? -1 : 1));
      const dropped = new Set(same.slice(0, Math.max(0, same.length + 1 - KEPT_ENTRIES[entry.type])));
      entries = [...entries.filter((one) => !dropped.has(one)), entry];
    },
    async page(query) {
      return pageOf(entries, query, now());
    },
    async recall(memo) {
      return memos.get(memo) ?? null;
    },
    async replace(memo, text) {
      const before = memos.get(memo) ?? null;
      memos.set(memo, text);
      return before;
    },
  };
}
