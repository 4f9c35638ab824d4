import { describe, expect, it } from 'vitest';
import { LaneBook } from '../../src/core/lane-book.ts';
import type { RunWait } from '../../src/core/run-times.ts';
import { RunTiming } from '../../src/core/run-timing.ts';
import { WaitBook } from '../../src/core/wait-book.ts';

const START = Date.parse('2026-01-02T03:00:00.000Z');

/** A clock that a test sets, and work that ends when a test says so. */
function hands() {
  let time = START;
  return {
    now: () => time,
    at(ms: number): void {
      time = START + ms;
    },
    work() {
      let end: (done: number) => void = () => undefined;
      const done = new Promise<number>((resolve) => {
        end = resolve;
      });
      return { done, end };
    },
  };
}

const iso = (ms: number) => new Date(START + ms).toISOString();
const count = (done: number) => done;

describe('the lanes of a run', () => {
  it('have a first start, an end, and the time in which anything was under way', async () => {
    const clock = hands();
    const lanes = new LaneBook(clock.now);
    const [first, second, third] = [clock.work(), clock.work(), clock.work()];
    const works = [lanes.time(['a'], 'write', () => first.done, count)];
    clock.at(10);
    works.push(lanes.time(['a'], 'write', () => second.done, count));
    clock.at(30);
    first.end(3);
    await works[0];
    clock.at(40);
    second.end(4);
    await works[1];
    clock.at(100);
    works.push(lanes.time(['a'], 'write', () => third.done, count));
    clock.at(105);
    third.end(1);
    await works[2];
    expect(lanes.list()).toEqual([
      { kind: 'a', stage: 'write', startedAt: iso(0), endedAt: iso(105), busyMs: 45, done: 8 },
    ]);
  });

  it('have no end while work goes on or their kind is open, except for deletions', async () => {
    const clock = hands();
    const lanes = new LaneBook(clock.now);
    lanes.open('a');
    await lanes.time(['a'], 'read', async () => 5, count);
    await lanes.time(['a'], 'delete', async () => 5, count);
    const work = clock.work();
    const writing = lanes.time(['b'], 'write', () => work.done);
    clock.at(7);
    expect(lanes.list().map(({ endedAt, busyMs }) => [endedAt, busyMs])).toEqual([
      [null, 0],
      [iso(0), 0],
      [null, 7],
    ]);
    lanes.close('a');
    work.end(0);
    await writing;
    expect(lanes.list().map(({ endedAt }) => endedAt)).toEqual([iso(0), iso(0), iso(7)]);
  });

  it('do not count the wait for a later stage, and count work of several kinds for the first', async () => {
    const clock = hands();
    const lanes = new LaneBook(clock.now);
    const [compare, wait] = [clock.work(), clock.work()];
    const comparing = lanes.time(['a', 'b'], 'compare', () => compare.done, count);
    clock.at(5);
    const waiting = lanes.without('a', 'compare', () => wait.done);
    clock.at(60);
    wait.end(0);
    await waiting;
    clock.at(62);
    compare.end(9);
    await comparing;
    expect(lanes.list().map(({ kind, busyMs, done }) => [kind, busyMs, done])).toEqual([
      ['a', 7, 9],
      // Kinds are read side by side: that one waits says nothing about the other.
      ['b', 62, 0],
    ]);
  });

  it('end when the work fails, and never before they began, whatever the clock does', async () => {
    const clock = hands();
    const lanes = new LaneBook(clock.now);
    const fails = lanes.time(['a'], 'read', async () => {
      clock.at(-5_000);
      throw new Error('away');
    });
    await expect(fails).rejects.toThrow('away');
    expect(lanes.list()).toEqual([
      { kind: 'a', stage: 'read', startedAt: iso(0), endedAt: iso(0), busyMs: 0, done: 0 },
    ]);
  });
});

function wait(from: number, to: number | null, more: Partial<RunWait> = {}): RunWait {
  return { side: 'port', reason: 'Retry-After', from: iso(from), to: to === null ? null : iso(to), ...more };
}

describe('the waits of a run', () => {
  it('are kept in their order, and one that goes on has no end', () => {
    const book = new WaitBook(START);
    book.note(wait(5, null));
    book.note(wait(5, 50));
    book.note(wait(20, null, { side: 'komodor' }));
    expect(book.list()).toEqual([wait(5, 50), wait(20, null, { side: 'komodor' })]);
  });

  it('are one wait when one is made longer', () => {
    const book = new WaitBook(START);
    for (const [from, to] of [
      [0, 1_000],
      [1_000, 3_000],
      [3_001, 4_000],
      [9_000, 9_500],
    ] as const) {
      book.note(wait(from, null));
      book.note(wait(from, to));
    }
    expect(book.list()).toEqual([wait(0, 4_000), wait(9_000, 9_500)]);
  });

  it('count from the beginning of the run', () => {
    const book = new WaitBook(START);
    book.note(wait(-9_000, 2_000));
    expect(book.list()).toEqual([wait(0, 2_000)]);
  });

  it('are the longest fifty, and the number of those left out', () => {
    const book = new WaitBook(START);
    for (let n = 0; n < 80; n += 1) {
      book.note(wait(n * 1_000, null));
      book.note(wait(n * 1_000, n * 1_000 + n));
    }
    expect(book.list()).toHaveLength(50);
    expect(book.list()[0]).toEqual(wait(30_000, 30_030));
    expect(book.more).toBe(30);
  });
});

describe('the times of a run', () => {
  it('are told while it goes on, not more than twice a second, and when requests begin to wait', async () => {
    const clock = hands();
    const told: number[] = [];
    let note: (one: RunWait) => void = () => undefined;
    let watched = 0;
    const timing = new RunTiming(
      () => new Date(clock.now()),
      ({ lanes, waited }) => told.push(lanes.length + waited.length * 10),
      {
        watchWaits(tell) {
          note = tell;
          watched += 1;
          return () => {
            watched -= 1;
          };
        },
      },
    );
    for (let ms = 0; ms < 1_000; ms += 10) {
      clock.at(ms);
      await timing.lanes.time(['a'], 'read', async () => 1);
    }
    expect(told).toEqual([1, 1]);
    note(wait(1_000, null));
    expect(told).toEqual([1, 1, 11]);
    clock.at(2_000);
    expect(timing.end()).toMatchObject({
      lanes: [{ endedAt: iso(990) }],
      waited: [{ from: iso(1_000), to: iso(2_000) }],
    });
    expect(watched).toBe(0);
  });
});
