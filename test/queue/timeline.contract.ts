import { describe, expect, it } from 'vitest';
import {
  KEPT_ENTRIES,
  KEPT_ENTRIES_MS,
  type Timeline,
  type TimelineEntry,
  type TimelineEvent,
  type TimelineQuery,
  timelineEntry,
} from '../../src/core/timeline.ts';

const NOW = Date.parse('2026-02-01T12:00:00.000Z');
const START: TimelineEvent = { type: 'start', version: '1.2.3', role: 'all' };
const STOP: TimelineEvent = { type: 'stop', version: '1.2.3', role: 'all' };
const ALL = { before: null, types: [], limit: 200 } as const;

/** An entry of some minutes ago. */
function entry(event: TimelineEvent, minutesAgo: number, unique = 'x'): TimelineEntry {
  return timelineEntry(event, new Date(NOW - minutesAgo * 60_000), unique);
}

/** What every Timeline does. @param open an empty one */
export function describeTimeline(name: string, open: (now: () => number) => Timeline): void {
  describe(`${name} timeline`, () => {
    const create = () => open(() => NOW);
    async function holding(entries: readonly TimelineEntry[]): Promise<Timeline> {
      const timeline = create();
      for (const one of entries) await timeline.add(one);
      return timeline;
    }

    it('gives the newest first, whatever came in first, and keeps every field', async () => {
      const from = { digest: 'a', origin: 'mappings' };
      const events: readonly TimelineEvent[] = [
        START,
        { type: 'mapping', from, to: { digest: 'b', origin: "Port's integration x" }, diff: '- a\n+ "b"' },
        { type: 'live', events: 3, written: 2, deleted: 1, heldBack: 0, failed: 0 },
        { type: 'stalled', since: '2026-02-01T09:00:00.000Z', blueprints: ['service'], reason: 'nothing runs' },
      ];
      const entries = events.map((event, index) => entry(event, index));
      const timeline = await holding([...entries].reverse());
      expect(await timeline.page(ALL)).toEqual({ entries, before: null });
    });

    it('gives some types alone', async () => {
      const timeline = await holding([entry(START, 3), entry(STOP, 2), entry(START, 1)]);
      const { entries } = await timeline.page({ ...ALL, types: ['stop'] });
      expect(entries).toEqual([entry(STOP, 2)]);
    });

    describe('filters where the entries are kept', () => {
      const run = (more: Partial<Extract<TimelineEvent, { type: 'run' }>> = {}): TimelineEvent => ({
        ...{ type: 'run', runId: 'r', trigger: 'schedule', status: 'completed', durationMs: 5, mapping: null },
        ...{ created: 0, updated: 0, deleted: 0, failed: 0, heldBack: 0, stale: 0, waitMs: 0 },
        ...more,
      });
      /** 60 that stay, each under two that are left out. */
      async function filtered(stays: TimelineEvent, goes: TimelineEvent, filter: Partial<TimelineQuery>) {
        const timeline = create();
        for (let i = 0; i < 60; i += 1) {
          await timeline.add(entry(stays, 300 - i, `s${i}`));
          for (const twin of ['a', 'b']) await timeline.add(entry(goes, 299.5 - i, `${twin}${i}`));
        }
        const first = await timeline.page({ ...ALL, limit: 50, ...filter });
        const second = await timeline.page({ ...ALL, limit: 50, before: first.before, ...filter });
        expect([first.entries.length, second.entries.length, second.before]).toEqual([50, 10, null]);
        return [...first.entries, ...second.entries];
      }

      it.each([
        ['status', run({ status: 'failed' }), run(), { statuses: ['failed'] }],
        ['several statuses', run({ status: 'blocked' }), run(), { statuses: ['failed', 'blocked'] }],
        ['what changed nothing', run({ updated: 1 }), run(), { changed: true }],
        ['what held something back', run({ heldBack: 1 }), run({ stale: 4 }), { changed: true }],
        ['what Port refused', run({ failed: 1, status: 'degraded' }), run({ status: 'degraded' }), { changed: true }],
        ['what did not come to its end', run({ status: 'failed' }), run(), { changed: true }],
      ] as const)('by %s, and a page is full when there is enough', async (_, stays, goes, filter) => {
        for (const one of await filtered(stays, goes, filter)) expect(one).toMatchObject({ ...stays });
      });

      it('gives with a status only what ends with one, and with `changed` everything else too', async () => {
        const plan = entry({ ...run({ status: 'failed' }), type: 'plan' } as TimelineEvent, 2);
        const timeline = await holding([entry(START, 4), entry(run(), 3), plan]);
        expect((await timeline.page({ ...ALL, statuses: ['failed'] })).entries).toEqual([plan]);
        expect((await timeline.page({ ...ALL, statuses: ['failed'], types: ['run'] })).entries).toEqual([]);
        expect((await timeline.page({ ...ALL, statuses: ['failed'], types: ['start'] })).entries).toEqual([]);
        expect((await timeline.page({ ...ALL, changed: true })).entries).toEqual([plan, entry(START, 4)]);
      });
    });

    it('goes on page by page, also within a millisecond and while more comes in', async () => {
      const same = ['a', 'b', 'c', 'd'].map((unique) => entry(START, 5, unique));
      const timeline = await holding([...same, entry(STOP, 6), entry(STOP, 5, 'bb')]);
      const seen: string[] = [];
      let before: string | null = null;
      do {
        const page = await timeline.page({ before, types: [], limit: 2 });
        expect(page.entries.length).toBeLessThanOrEqual(2);
        seen.push(...page.entries.map(({ id }) => id));
        before = page.before;
        await timeline.add(entry(START, 0, `new-${seen.length}`));
      } while (before !== null);
      const ids = [...same.slice(0, 2), entry(STOP, 5, 'bb'), ...same.slice(2), entry(STOP, 6)].map(({ id }) => id);
      expect(seen).toEqual(ids.sort().reverse());
    });

    it('keeps so many of each type, so that often ones push no rare ones out', async () => {
      const timeline = create();
      await timeline.add(entry(START, 1_000));
      for (let i = 0; i < KEPT_ENTRIES.stop + 5; i += 1) await timeline.add(entry(STOP, 900 - i));
      const { entries } = await timeline.page(ALL);
      expect(entries).toHaveLength(KEPT_ENTRIES.stop + 1);
      expect(entries.at(-1)).toEqual(entry(START, 1_000));
      expect(entries.at(-2)).toEqual(entry(STOP, 895));
    });

    it('forgets what is too old', async () => {
      const days = KEPT_ENTRIES_MS / 60_000;
      const timeline = await holding([entry(START, days + 1), entry(START, days - 1)]);
      expect((await timeline.page(ALL)).entries).toEqual([entry(START, days - 1)]);
    });

    it('tells one of several replicas alone what was remembered before', async () => {
      const timeline = create();
      expect(await timeline.recall('mapping')).toBeNull();
      expect(await timeline.replace('mapping', 'a')).toBeNull();
      const before = await Promise.all(['b', 'b', 'b'].map((text) => timeline.replace('mapping', text)));
      expect(before.filter((text) => text === 'a')).toHaveLength(1);
      expect(await timeline.recall('mapping')).toBe('b');
      expect(await timeline.recall('stalled')).toBeNull();
    });
  });
}
