import { describe, expect, it } from 'vitest';
import { duration } from '../../src/core/duration.ts';
import type { Status } from '../../web/api/documents.ts';
import { attentionOf } from '../../web/parts/now/attention.ts';
import { ageBar, type Blueprint, whyOf, worstFirst } from '../../web/parts/now/freshness.ts';
import { doneIn, doneInAll, type LaneSource, laneView } from '../../web/parts/now/lane-view.ts';
import { sentenceOf } from '../../web/parts/now/sentence.ts';
import { ticked } from '../../web/parts/now/ticked.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-01-02T03:00:00.000Z');
const at = (ms: number) => new Date(START + ms).toISOString();

describe('a sentence that was said a while ago', () => {
  it.each([
    [
      'On time: last complete truth 12 min ago, next in 48 min',
      0,
      'On time: last complete truth 12 min ago, next in 48 min',
    ],
    [
      'On time: last complete truth 12 min ago, next in 48 min',
      2 * MINUTE,
      'On time: last complete truth 14 min ago, next in 46 min',
    ],
    ['Last complete truth 45 s ago, no schedule', 30 * SECOND, 'Last complete truth 1 min ago, no schedule'],
    ['next in 20 s', 50 * SECOND, 'next in 0 s'],
    ['no complete truth yet, for 1 h 59 min', MINUTE, 'no complete truth yet, for 2 h'],
    ['the next one was due 1 d 3 h ago', HOUR, 'the next one was due 1 d 4 h ago'],
    ['the limit is 10 s, and 3 d passed', HOUR, 'the limit is 10 s, and 3 d passed'],
    ['komodor-3 h agony in 5 minutes', HOUR, 'komodor-3 h agony in 5 minutes'],
  ])('%s', (said, elapsedMs, shown) => {
    expect(ticked(said, elapsedMs)).toBe(shown);
  });

  it('agrees with what the service would say now', () => {
    for (let ms = 0; ms < 3 * HOUR; ms += 7 * SECOND) {
      expect(ticked(`${duration(ms)} ago`, 0)).toBe(`${duration(ms)} ago`);
    }
  });
});

describe('the age of a truth against the interval', () => {
  it.each([
    [0, 'under 0.1', 0],
    [12 * MINUTE, '0.2', 1 / 15],
    [HOUR, '1.0', 1 / 3],
    [100 * HOUR, '100', 1],
  ])('%d ms', (ageMs, words, age) => {
    const bar = ageBar(ageMs, HOUR);
    expect(bar?.words).toBe(words);
    expect(bar?.age).toBeCloseTo(age, 3);
    expect(bar?.interval).toBeCloseTo(1 / 3);
  });

  it('cannot be said without an interval', () => {
    expect([ageBar(5, null), ageBar(5, 0)]).toEqual([null, null]);
  });

  it('is sorted by what needs a look, and has a reason only there', () => {
    const one = (blueprint: string, state: Blueprint['state'], stalled = false): Blueprint => ({
      ...{ blueprint, state, stalled, lastTruthAt: null, ageMs: 0, intervals: null, nextAt: null, reason: 'r' },
    });
    const all = [
      one('d', 'on_time'),
      one('c', null),
      one('b', 'action_required'),
      one('a', 'on_time'),
      one('e', 'error'),
    ];
    expect(worstFirst(all).map(({ blueprint }) => blueprint)).toEqual(['b', 'e', 'c', 'a', 'd']);
    expect(all.filter((each) => whyOf(each, []) === 'r').map(({ blueprint }) => blueprint)).toEqual(['b', 'e']);
    expect(all.map((each) => whyOf(each, ['b', 'd']))).toContain('See above.');
    expect(whyOf(one('x', null, true), [])).toBe('r');
    const missed = 'Last complete truth 1 h 3 min ago. The last resync, 3 min ago, was not complete: x.';
    expect(whyOf({ ...one('x', 'error'), reason: missed }, [])).toBe(
      'The last resync, 3 min ago, was not complete: x.',
    );
  });
});

const lane = (stage: 'read' | 'write', from: number, to: number | null, busyMs: number, kind = 'service') => ({
  ...{ kind, stage, startedAt: at(from), endedAt: to === null ? null : at(to), busyMs, done: 1_200 },
});

const DONE: LaneSource = {
  startedAt: at(0),
  finishedAt: at(40 * SECOND),
  lanes: [lane('read', 0, 20 * SECOND, 5 * SECOND), lane('write', 10 * SECOND, 40 * SECOND, 30 * SECOND)],
  waited: [
    { side: 'port', from: at(10 * SECOND), to: at(20 * SECOND), reason: 'Retry-After' },
    { side: 'port', from: at(30 * SECOND), to: at(31 * SECOND), reason: 'Retry-After' },
    { side: 'port', from: at(35 * SECOND), to: at(36 * SECOND), reason: 'retry pause' },
  ],
};
const LIVE: LaneSource = { ...DONE, finishedAt: null, lanes: [lane('read', 0, null, 9 * SECOND)], waited: [] };
const OPTIONS = { expected: [], now: 0, maxTicks: 8 };

describe('the lanes of a run', () => {
  it('fill the axis of a run that has ended', () => {
    const { kinds, ticks, step } = laneView(DONE, OPTIONS);
    expect(kinds).toHaveLength(1);
    const [read, write] = kinds[0]?.stages ?? [];
    expect(read).toMatchObject({ stage: 'read', from: 0, length: 0.5, busy: 0.25, goesOn: false });
    expect(read?.words).toBe('read: 1,200 in 20 s, busy 5.0 s');
    expect(write).toMatchObject({ from: 0.25, length: 0.75, busy: 1 });
    expect(ticks.map(({ text }) => text)).toEqual(['0', '5 s', '10 s', '15 s', '20 s', '25 s', '30 s', '35 s']);
    expect(step).toBeCloseTo(ticks[1]?.at ?? 0);
    expect(ticks.every((tick) => tick.at < 1)).toBe(true);
  });

  it('leave a run in progress room to grow, so that its bars do not shrink with every second', () => {
    const lengths = [31, 40, 50, 59].map((s) => laneView(LIVE, { ...OPTIONS, now: START + s * SECOND }).ticks);
    expect(new Set(lengths.map((ticks) => JSON.stringify(ticks))).size).toBe(1);
    const [first] = laneView(LIVE, { ...OPTIONS, now: START + 30 * SECOND }).kinds[0]?.stages ?? [];
    expect(first).toMatchObject({ goesOn: true, length: 1, busy: 1 });
    expect(first?.words).toBe('read: 1,200 in 30 s so far');
  });

  it('do not end before what was told, whatever the clock of this machine says', () => {
    const source = { ...LIVE, lanes: [lane('read', 0, 20 * SECOND, SECOND), lane('write', 0, null, SECOND)] };
    const { kinds } = laneView(source, { ...OPTIONS, now: START - HOUR });
    for (const { from, length } of kinds[0]?.stages ?? []) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(from + length).toBeLessThanOrEqual(1);
    }
  });

  it('have rows for the kinds that are expected, and numbers only for those that have begun', () => {
    const { kinds } = laneView(DONE, { ...OPTIONS, expected: ['risk', 'service'] });
    expect(kinds.map(({ kind }) => kind)).toEqual(['risk', 'service']);
    expect(kinds.map((row) => doneIn(row, 'read'))).toEqual([undefined, 1_200]);
    expect(doneInAll(DONE.lanes, 'write')).toBe(1_200);
  });

  it('say for each API how long and why it waited', () => {
    const [port, ...others] = laneView(DONE, OPTIONS).waits;
    expect(others).toEqual([]);
    expect(port).toMatchObject({
      side: 'port',
      words: 'asked to wait 11 s (2 times), pause before trying again 1.0 s',
    });
    expect(port?.bars[0]).toMatchObject({ from: 0.25, length: 0.25, words: 'asked to wait: 10 s' });
    const open = { ...LIVE, waited: [{ side: 'komodor', from: at(0), to: null, reason: 'allowance spent' }] as const };
    expect(laneView(open, { ...OPTIONS, now: START + 5 * SECOND }).waits[0]?.bars[0]?.words).toBe(
      'its allowance was spent: 5.0 s, still waiting',
    );
  });
});

const API: Status['apis']['port'] = {
  ...{ state: 'ok', lastSuccessAt: null, lastFailure: null, allowance: null, waitingUntil: null },
  ...{ requests: 0, retries: 0, rateLimitWaitMs: 0 },
};
const WELL: Status = {
  ...{ state: 'on_time', sentence: 'On time', stalled: null, blueprints: [], run: null, waiting: [], needsPerson: [] },
  ...{ next: { at: null, intervalMs: null }, lastRun: null, apis: { komodor: API, port: API }, mapping: null },
  queue: { ready: true, detail: 'in process', advice: [], counts: null },
  service: { version: '1', startedAt: at(0), role: 'all', integrationIdentifier: 'x' },
};
const FAILED: NonNullable<Status['lastRun']> = {
  ...{ runId: 'r', mode: 'resync', trigger: 'cli', kinds: [], requestedAt: at(0), status: 'failed' },
  ...{ startedAt: at(0), finishedAt: at(1) },
  problems: [{ code: 'unexpected', severity: 'error', message: 'It broke', count: 1 }],
};

describe('what is wrong', () => {
  it.each<[string, Partial<Status>, readonly string[]]>([
    ['nothing', {}, []],
    ['the queue', { queue: { ...WELL.queue, ready: false, detail: 'Redis is away' } }, ['The queue does not work']],
    ['a setting of Redis', { queue: { ...WELL.queue, advice: ['set noeviction'] } }, ['Work may be lost']],
    [
      'a stall',
      { stalled: { since: at(0), blueprints: ['service'], reason: 'why' } },
      ['Not brought up to date: service'],
    ],
    [
      'a stall of everything',
      { stalled: { since: at(0), blueprints: [], reason: 'why' } },
      ['Nothing was ever brought up to date'],
    ],
    [
      'an API',
      { apis: { komodor: API, port: { ...API, state: 'failing', lastFailure: { at: at(0), what: 'HTTP 500' } } } },
      ['Port does not answer as it should'],
    ],
    ['a failed run', { lastRun: FAILED }, ['The last resync failed']],
    [
      'a failed run that a person has to repair anyway',
      { lastRun: FAILED, needsPerson: [{ type: 'repair', runId: 'r', since: at(0), text: 'x', blueprints: [] }] },
      [],
    ],
  ])('is said with the next step: %s', (_name, changes, titles) => {
    const found = attentionOf({ ...WELL, ...changes });
    expect(found.map(({ title }) => title)).toEqual(titles);
    for (const { next } of found) expect(next).not.toBe('');
  });
});

describe('the sentence', () => {
  const held = (blueprint: string, count: number): Status['needsPerson'][number] => ({
    ...{ type: 'approve_deletions', blueprint, count, reason: 'threshold', digest: 'd', sample: [] },
    ...{ since: at(0), runId: 'r', text: 't', command: 'c', curl: 'c' },
  });
  const repair: Status['needsPerson'][number] = { type: 'repair', since: at(0), runId: 'r', text: 't', blueprints: [] };
  const blueprint = (lastTruthAt: string | null, ageMs: number): Blueprint => ({
    ...{ blueprint: 'b', state: 'action_required', stalled: false, intervals: null, nextAt: null, reason: 'r' },
    ...{ lastTruthAt, ageMs },
  });

  it.each<[Partial<Status>, string]>([
    [{}, 'said 13 min ago'],
    [{ state: 'action_required' }, 'said 13 min ago'],
    [{ state: 'on_time', needsPerson: [repair] }, 'said 13 min ago'],
    [
      { needsPerson: [held('service', 40)], blueprints: [blueprint(at(0), 5 * MINUTE), blueprint(at(0), HOUR)] },
      'Action required: 40 deletions of service wait for you; last complete truth 1 h 1 min ago',
    ],
    [
      { needsPerson: [held('a', 1)], blueprints: [blueprint(null, HOUR)] },
      'Action required: 1 deletion of a waits for you; no complete truth yet',
    ],
    [
      { needsPerson: [held('a', 1), held('b', 2), repair] },
      'Action required: something has to be repaired, and 3 deletions in 2 blueprints wait for you; no complete truth yet',
    ],
    [{ needsPerson: [repair, repair] }, 'Action required: 2 things have to be repaired; no complete truth yet'],
    [{ needsPerson: [repair], stalled: { since: at(0), blueprints: [], reason: 'x' } }, 'said 13 min ago'],
  ])('%o', (changes, sentence) => {
    const status: Status = { ...WELL, state: 'action_required', sentence: 'said 12 min ago', ...changes };
    expect(sentenceOf(status, MINUTE)).toBe(sentence);
  });
});
