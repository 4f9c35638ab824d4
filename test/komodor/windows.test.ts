import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { absenceWithin, pastKeys, windowsOf } from '../../src/komodor/windows.ts';

const DAY = 86_400;
const NOW = 1_795_752_000_123;
const SECOND = Math.floor(NOW / 1000);

describe('windows of time', () => {
  it('cover the days that are asked for without a gap, none longer than two days, the oldest first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.constantFrom(2 * DAY, 43_200, 7_000), (days, longest) => {
        const windows = windowsOf(days, NOW, longest);
        expect(windows.at(-1)?.toEpoch).toBe(SECOND);
        for (const [at, { fromEpoch, toEpoch }] of windows.entries()) {
          expect(toEpoch).toBeGreaterThan(fromEpoch);
          expect(toEpoch - fromEpoch).toBeLessThanOrEqual(longest);
          if (at > 0) expect(fromEpoch).toBe(windows[at - 1]?.toEpoch);
        }
        expect(SECOND - (windows[0]?.fromEpoch ?? 0)).toBeGreaterThanOrEqual(days * DAY - 600);
      }),
    );
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [7, 4],
  ])('are as few as can be: for %s days %s', (days, count) => {
    expect(windowsOf(days, NOW)).toHaveLength(count);
  });

  it('keep off the seventh day’s edge, which a moment later is too old', () => {
    const [oldest] = windowsOf(7, NOW);
    expect(SECOND - (oldest?.fromEpoch ?? 0)).toBeLessThan(7 * DAY);
  });
});

describe('what an absence means', () => {
  it('is nothing before what was read, nor near its beginning', () => {
    for (const days of [1, 2, 7]) {
      const absence = absenceWithin({ days, keepDays: 30 }, 'startTime', new Date(NOW));
      if (absence.means !== 'gone_within') throw new Error('it means something else');
      const [oldest] = windowsOf(days, NOW);
      expect(absence.fromSeconds).toBeGreaterThan(oldest?.fromEpoch ?? 0);
      expect(absence.toSeconds).toBe(SECOND);
      expect(absence.keepMs).toBe(30 * DAY * 1000);
    }
  });
});

describe('the keys of a selector', () => {
  const schema = z.object(pastKeys);

  it.each([
    [{}, { days: 7, keepDays: 30 }],
    [
      { days: 1, keepDays: 1 },
      { days: 1, keepDays: 1 },
    ],
    [{ keepDays: null }, { days: 7, keepDays: null }],
    [{ keepDays: 'never' }, { days: 7, keepDays: null }],
    [{ days: null }, { days: 7, keepDays: 30 }],
  ])('%j', (given, read) => expect(schema.parse(given)).toEqual(read));

  it.each([
    [{ days: 0 }, 'days'],
    [{ days: 8 }, 'days'],
    [{ days: 1.5 }, 'days'],
    [{ days: '7' }, 'days'],
    [{ keepDays: 0 }, 'keepDays'],
    [{ keepDays: 'always' }, 'keepDays'],
  ])('%j is refused in words', (given, key) => {
    const { error } = schema.safeParse(given);
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([key]);
    expect(error?.issues[0]?.message).toMatch(/^must be /);
  });
});
