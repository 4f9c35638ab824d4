import { describe, expect, it } from 'vitest';
import { duration } from '../../src/core/duration.ts';
import { type FreshnessFacts, judgeFreshness } from '../../src/core/freshness.ts';
import type { TruthAttempt, TruthRecord } from '../../src/core/truths.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;
const NOW = Date.parse('2026-01-02T12:00:00.000Z');
const ago = (ms: number) => new Date(NOW - ms).toISOString();

const truth = (ageMs: number): TruthAttempt => ({ type: 'truth', runId: 'r', at: ago(ageMs), heldBack: null });
const missed = (reason: string, needsPerson = false): TruthAttempt => ({
  type: 'missed',
  runId: 'r',
  at: ago(5 * MIN),
  reason,
  needsPerson,
  mostlyTrue: false,
});
function record(ageMs: number | null, last: TruthAttempt | null = ageMs === null ? null : truth(ageMs)): TruthRecord {
  const at = ageMs === null ? null : ago(ageMs);
  return { blueprint: 'service', since: ago(ageMs ?? 10 * MIN), truthAt: at, broughtUpAt: at, last };
}
function facts(truths: readonly TruthRecord[], more: Partial<FreshnessFacts> = {}): FreshnessFacts {
  const queue = { resyncs: 'none', nextAt: NOW + 48 * MIN } as const;
  return { truths, lastWithoutMapping: null, since: NOW - 100 * HOUR, intervalMs: HOUR, queue, now: NOW, ...more };
}
const running = { queue: { resyncs: 'running', nextAt: NOW + 48 * MIN } } as const;

describe('freshness', () => {
  it('has not stalled while only single items fail in every run', () => {
    const refused = {
      ...record(9 * HOUR, missed('1 entities of service could not be written')),
      broughtUpAt: ago(MIN),
    };
    const judged = judgeFreshness(facts([refused]));
    expect(judged).toMatchObject({ state: 'error', stalled: null, blueprints: [{ stalled: false }] });
  });

  it.each<[string | null, string, FreshnessFacts]>([
    ['on_time', 'a truth within the interval', facts([record(12 * MIN)])],
    ['on_time', 'the same, although the last resync failed', facts([record(12 * MIN, missed('Komodor is away'))])],
    ['on_track', 'older, and a resync runs', facts([record(61 * MIN)], running)],
    ['delayed', 'older, a resync runs, and the last one failed', facts([record(61 * MIN, missed('x'))], running)],
    ['delayed', 'older, and nothing runs', facts([record(61 * MIN)])],
    ['delayed', 'older, and the queue is away', facts([record(61 * MIN)], { queue: null })],
    ['error', 'older than two intervals', facts([record(2 * HOUR + MIN)], running)],
    ['on_track', 'no truth yet', facts([record(null)])],
    ['delayed', 'no truth yet, and the first resync failed', facts([record(null, missed('x'))])],
    ['action_required', 'credentials', facts([record(MIN, missed('refused', true))])],
    [
      'action_required',
      'held-back deletions',
      facts([
        record(MIN, {
          ...{ type: 'truth', runId: 'r', at: ago(MIN) },
          heldBack: { reason: 'threshold', count: 4, digest: 'd1', sample: [] },
        }),
      ]),
    ],
    [null, 'no interval', facts([record(500 * HOUR)], { intervalMs: null })],
    ['action_required', 'no interval, credentials', facts([record(MIN, missed('x', true))], { intervalMs: null })],
  ])('is %s with %s', (state, _, given) => {
    const { state: overall, blueprints } = judgeFreshness(given);
    expect([overall, blueprints[0]?.state]).toEqual([state, state]);
  });

  it('takes the worst of all blueprints, and tells of it', () => {
    const bad = { ...record(150 * MIN, missed('12 entities of risk could not be written')), blueprint: 'risk' };
    const { state, sentence } = judgeFreshness(facts([record(12 * MIN), bad]));
    expect(state).toBe('error');
    expect(sentence).toBe(
      'Error: last complete truth 2 h 30 min ago. The last resync, 5 min ago, was not complete: 12 entities of risk could not be written',
    );
  });

  it('is one sentence', () => {
    const sentence = (given: FreshnessFacts) => judgeFreshness(given).sentence;
    expect(sentence(facts([record(12 * MIN)]))).toBe('On time: last complete truth 12 min ago, next in 48 min');
    expect(sentence(facts([record(12 * MIN)], running))).toBe(
      'On time: last complete truth 12 min ago, a resync is running',
    );
    expect(sentence(facts([record(12 * MIN)], { intervalMs: null, queue: { resyncs: 'none', nextAt: null } }))).toBe(
      'Last complete truth 12 min ago, no schedule',
    );
  });

  it('gives the age and the next time of each blueprint', () => {
    expect(judgeFreshness(facts([record(90 * MIN)])).blueprints).toMatchObject([
      {
        ...{ blueprint: 'service', lastTruthAt: ago(90 * MIN), ageMs: 90 * MIN, intervals: 1.5, stalled: false },
        nextAt: new Date(NOW + 48 * MIN).toISOString(),
      },
    ]);
  });

  it('is no older than nothing when the clock was set back', () => {
    expect(judgeFreshness(facts([record(-HOUR)])).blueprints[0]).toMatchObject({ ageMs: 0, state: 'on_time' });
  });
});

describe('what needs a person', () => {
  it('is one thing for each set of deletions, and one for each cause, whatever blueprints wait for it', () => {
    const heldBack = { reason: 'threshold', count: 4, digest: 'd1', sample: ['a'] } as const;
    const at = ago(MIN);
    const { actions } = judgeFreshness(
      facts([
        record(MIN, { type: 'truth', runId: 'r', at, heldBack }),
        { ...record(MIN, missed('refused', true)), blueprint: 'a' },
        { ...record(MIN, missed('refused', true)), blueprint: 'b' },
        { ...record(MIN, missed('a page failed')), blueprint: 'c' },
      ]),
    );
    expect(actions).toEqual([
      { type: 'repair', reason: 'refused', blueprints: ['a', 'b'], runId: 'r', at: ago(5 * MIN) },
      { type: 'approve_deletions', blueprint: 'service', heldBack, runId: 'r', at },
    ]);
  });
});

describe('stalled', () => {
  it('is no complete truth for three intervals, not less', () => {
    expect(judgeFreshness(facts([record(3 * HOUR - MIN)])).stalled).toBeNull();
    expect(judgeFreshness(facts([record(3 * HOUR)])).stalled).toMatchObject({
      since: ago(3 * HOUR),
      blueprints: ['service'],
    });
    expect(judgeFreshness(facts([record(3000 * HOUR)], { intervalMs: null })).stalled).toBeNull();
  });

  it.each<[string, string, FreshnessFacts]>([
    ['a scheduler that died', 'was due 3 h ago', facts([record(4 * HOUR)], queue('none', -3 * HOUR))],
    ['no schedule in the queue', 'no next resync is scheduled', facts([record(4 * HOUR)], queue('none', null))],
    ['a worker that is away', 'nobody runs it', facts([record(4 * HOUR)], queue('waiting', 1))],
    ['a run that hangs', 'does not end', facts([record(4 * HOUR)], queue('running', 1))],
    ['a queue that is away', 'cannot be reached', facts([record(4 * HOUR)], { queue: null })],
    ['runs that fail', 'none is complete: Komodor is away', facts([record(4 * HOUR, missed('Komodor is away'))])],
  ])('says what is wrong: %s', (_, words, given) => {
    const { stalled, sentence } = judgeFreshness(given);
    expect(stalled?.reason).toContain(words);
    expect(sentence).toMatch(/^Stalled: last complete truth 4 h ago\. /);
    expect(sentence).toContain(words);
  });

  it('is found before any blueprint is known, from the start of the service', () => {
    const nothing = (sinceMs: number, more = {}) => judgeFreshness(facts([], { since: NOW - sinceMs, ...more }));
    expect(nothing(MIN)).toMatchObject({ state: 'on_track', stalled: null, blueprints: [] });
    expect(nothing(90 * MIN)).toMatchObject({ state: 'delayed', stalled: null });
    expect(nothing(3 * HOUR, { queue: null })).toMatchObject({ state: 'error', stalled: { since: ago(3 * HOUR) } });
    const refused = nothing(MIN, { lastWithoutMapping: missed('Port refused the client id', true) });
    expect(refused).toMatchObject({ state: 'action_required', actions: [{ type: 'repair', blueprints: [] }] });
    expect(refused.sentence).toBe(
      'Action required: no complete truth since the start 1 min ago, next in 48 min. Port refused the client id',
    );
    expect(nothing(500 * HOUR, { intervalMs: null })).toMatchObject({ state: null, stalled: null });
  });

  function queue(resyncs: 'running' | 'waiting' | 'none', nextInMs: number | null) {
    return { queue: { resyncs, nextAt: nextInMs === null ? null : NOW + nextInMs } };
  }
});

it.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [12.4 * MIN, '12 min'],
  [65 * MIN, '1 h 5 min'],
  [2 * HOUR, '2 h'],
  [49 * HOUR, '2 d 1 h'],
  [-5, '0 s'],
])('a duration of %d ms reads %s', (ms, text) => expect(duration(ms)).toBe(text));
