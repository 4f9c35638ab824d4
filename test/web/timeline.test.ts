import { describe, expect, it } from 'vitest';
import { pageOf, TIMELINE_TYPES, type TimelineEvent, timelineEntry } from '../../src/core/timeline.ts';
import { runStatusSchema } from '../../src/server/report-schema.ts';
import { daysOf, dayText, merged } from '../../web/parts/timeline/days.ts';
import {
  type Filter,
  filterOf,
  fits,
  queryOf,
  STATUSES,
  TYPE_GROUPS,
  toggled,
} from '../../web/parts/timeline/filter.ts';
import { MEASURES, nearestRun, neighbour, resyncsOf, summaryText, timeTexts } from '../../web/parts/timeline/series.ts';
import { liveCounts, markOf, runCounts, titleOf } from '../../web/parts/timeline/words.ts';

const RUN = {
  ...({ type: 'run', runId: 'r', trigger: 'schedule', status: 'completed', durationMs: 1_200, mapping: null } as const),
  ...{ created: 0, updated: 0, deleted: 0, failed: 0, heldBack: 0, stale: 3, waitMs: 0 },
};
const NAME = { digest: 'a', origin: 'mappings' };
/** One of each type, and runs of each status. */
const EVENTS: readonly TimelineEvent[] = [
  ...STATUSES.map((status) => ({ ...RUN, status })),
  ...STATUSES.map((status) => ({ ...RUN, type: 'plan' as const, status, updated: 1 })),
  { type: 'live', events: 2, written: 1, deleted: 0, heldBack: 0, failed: 0 },
  { type: 'mapping', from: NAME, to: NAME, diff: '' },
  { type: 'approval', runId: 'r', trigger: 'http', blueprint: 'b', digest: 'd', count: 4 },
  { type: 'start', version: '1', role: 'all' },
  { type: 'stop', version: '1', role: 'all' },
  { type: 'stalled', since: '2026-01-01T00:00:00.000Z', blueprints: ['b'], reason: 'x' },
  { type: 'recovered', stalledSince: '2026-01-01T00:00:00.000Z' },
  { type: 'watch', state: 'lost', kind: 'k', namespace: null, why: 'x' },
  { type: 'watch', state: 'back', kind: 'k', namespace: null, why: null },
];
const START = Date.parse('2026-02-01T12:00:00.000Z');
const ENTRIES = EVENTS.map((event, at) => timelineEntry(event, new Date(START + at * 60_000), `x${at}`));

function ran(more: Partial<typeof RUN> | object, minute = 0) {
  const entry = timelineEntry({ ...RUN, ...more }, new Date(START + minute * 60_000), 'r');
  if (entry.type !== 'run') throw new Error('no run');
  return entry;
}

describe('the filter of the timeline', () => {
  it('has a button for every type, and for every end of a run', () => {
    expect(TYPE_GROUPS.flatMap(({ types }) => types).sort()).toEqual([...TIMELINE_TYPES].sort());
    expect([...STATUSES].sort()).toEqual([...runStatusSchema.options].sort());
  });

  it('is the address, and only what exists counts', () => {
    const filter: Filter = { types: ['run', 'mapping'], statuses: ['failed'], changed: true };
    const query = new URLSearchParams(Object.entries(queryOf(filter)).map(([name, value = '']) => [name, value]));
    expect(query.toString()).toBe('type=run%2Cmapping&status=failed&changed=true');
    expect(filterOf(query)).toEqual(filter);
    expect(filterOf(new URLSearchParams('type=x,run&status=nonsense&changed=yes'))).toEqual({
      ...{ types: ['run'], statuses: [], changed: false },
    });
    expect(queryOf({ types: [], statuses: [], changed: false })).toEqual({});
  });

  it('lets in what the service would give', () => {
    const filters: readonly Filter[] = [
      { types: [], statuses: [], changed: false },
      { types: [], statuses: [], changed: true },
      { types: ['start', 'run'], statuses: [], changed: false },
      { types: [], statuses: ['failed', 'blocked'], changed: false },
      { types: ['plan', 'live'], statuses: ['completed'], changed: true },
    ];
    for (const filter of filters) {
      const page = pageOf(ENTRIES, { ...filter, before: null, limit: 200 }, START + 3_600_000);
      const own = ENTRIES.filter((entry) => fits(entry, filter)).toReversed();
      expect(own, JSON.stringify(filter)).toEqual(page.entries);
    }
  });

  it('takes a group in and out', () => {
    expect(toggled(['run'], ['start', 'stop'])).toEqual(['run', 'start', 'stop']);
    expect(toggled(['run', 'start'], ['start', 'stop'])).toEqual(['run', 'start', 'stop']);
    expect(toggled(['run', 'start', 'stop'], ['start', 'stop'])).toEqual(['run']);
  });
});

describe('the days of the timeline', () => {
  it('have their entries in order, and each entry once', () => {
    const [first, second, third] = ENTRIES;
    if (!first || !second || !third) throw new Error('three');
    expect(merged([first, third], [second, first])).toEqual([third, second, first]);
    const days = daysOf([third, second, { ...first, at: '2026-01-31T23:59:59.000Z' }], 'UTC');
    expect(days).toEqual([
      { date: '2026-02-01', entries: [third, second] },
      { date: '2026-01-31', entries: [{ ...first, at: '2026-01-31T23:59:59.000Z' }] },
    ]);
  });

  it('are named as people name them', () => {
    const now = Date.parse('2026-09-01T00:10:00Z');
    expect(dayText('2026-09-01', now, 'UTC')).toBe('Today, Tuesday 1 September 2026');
    expect(dayText('2026-08-31', now, 'UTC')).toBe('Yesterday, Monday 31 August 2026');
    expect(dayText('2026-08-30', now, 'UTC')).toBe('Sunday 30 August 2026');
  });
});

describe('the words of an entry', () => {
  it('are there for every type', () => {
    for (const entry of ENTRIES) expect([markOf(entry).word, titleOf(entry)].join(' ')).toMatch(/^[A-Z]\w+.* \S+/);
  });

  it.each([
    [{}, 'nothing had changed'],
    [{ created: 1, updated: 1_200, deleted: 3 }, '1 entity created, 1,200 updated, 3 deleted'],
    [{ failed: 2, heldBack: 40, status: 'blocked' }, '2 refused, 40 held back for approval'],
    [{ updated: 1, waitMs: 12_000 }, '1 updated; waited 12 s for the APIs'],
    [{ waitMs: null }, 'nothing had changed'],
    [{ status: 'failed' }, 'failed, and changed nothing'],
    [{ status: 'aborted' }, 'was stopped, and had changed nothing'],
  ])('of a run %j', (more, words) => expect(runCounts(ran(more))).toBe(words));

  it('of a plan and of live events', () => {
    expect(runCounts({ ...ran({ created: 2 }), type: 'plan' })).toBe('2 entities to create');
    expect(runCounts({ ...ran({}), type: 'plan' })).toBe('nothing to change');
    const live = { type: 'live' as const, id: 'x', at: '', events: 3, written: 1, deleted: 2, heldBack: 3, failed: 1 };
    expect(liveCounts(live)).toBe('1 entity written, 2 deleted, 3 left to the next resync, 1 event failed');
    expect(liveCounts({ ...live, written: 0, deleted: 0, heldBack: 0, failed: 0 })).toBe('nothing had changed');
  });
});

describe('the plots', () => {
  it('are of resyncs alone, the oldest first', () => {
    const runs = resyncsOf(ENTRIES.toReversed());
    expect(runs.map(({ status }) => status)).toEqual(STATUSES);
  });

  it('are told in words', () => {
    const [duration] = MEASURES;
    if (!duration) throw new Error('none');
    const runs = [9_000, 1_000, 2_000].map((durationMs, at) => ran({ durationMs }, at));
    expect(summaryText(runs, duration)).toBe('last 2.0 s, usually 2.0 s, at most 9.0 s');
    expect(summaryText([ran({ durationMs: 0 })], duration)).toBe('none in these resyncs');
    const stale = MEASURES.find(({ name }) => name === 'Stale entities');
    expect(stale && summaryText([ran({ stale: null })], stale)).toBe('not known of these resyncs');
  });

  it('lead to the run that is nearest', () => {
    const runs = [0, 60, 61].map((minute) => ran({}, minute));
    const scale = { from: START, to: START + 61 * 60_000, start: 0, end: 610 };
    expect(nearestRun(runs, 500, scale)?.at).toBe('2026-02-01T13:00:00.000Z');
    expect(nearestRun(runs, 900, scale)?.at).toBe('2026-02-01T13:01:00.000Z');
    expect(nearestRun(runs, -5, scale)?.at).toBe('2026-02-01T12:00:00.000Z');
    expect(nearestRun([], 5, scale)).toBeUndefined();
  });

  it('lead to the run beside by the arrow keys', () => {
    const runs = [0, 1, 2].map((minute) => ({ ...ran({}, minute), id: `r${minute}` }));
    const [first, second, third] = runs;
    if (!first || !second || !third) throw new Error('three');
    expect(neighbour(runs, second, 'ArrowLeft')).toBe(first);
    expect(neighbour(runs, first, 'ArrowLeft')).toBe(first);
    expect(neighbour(runs, second, 'ArrowRight')).toBe(third);
    expect(neighbour(runs, third, 'ArrowRight')).toBe(third);
    expect(neighbour(runs, second, 'Home')).toBe(first);
    expect(neighbour(runs, second, 'End')).toBe(third);
    expect(neighbour(runs, second, 'j')).toBeUndefined();
  });

  it('have hours or days on the axis', () => {
    const at = Date.parse('2026-02-01T06:00:00Z');
    expect(timeTexts([at, at + 3_600_000], 'UTC')).toEqual(['06:00', '07:00']);
    expect(timeTexts([at, at + 2 * 86_400_000], 'UTC')).toEqual(['1 Feb', '3 Feb']);
  });
});
