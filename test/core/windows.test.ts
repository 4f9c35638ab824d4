import { describe, expect, it } from 'vitest';
import { judgeAbsence } from '../../src/core/windows.ts';

const DAY = 86_400;
const NOW = 1_788_242_400;
const window = { timePart: 'startTime', fromSeconds: NOW - 7 * DAY, toSeconds: NOW };

describe('what absence means', () => {
  it.each([
    ['in the window', 6, 30, 'gone'],
    ['at its beginning', 7, 30, 'gone'],
    ['at its end', 0, 30, 'gone'],
    ['after it', -1, 30, 'unknown'],
    ['before it, but not yet too old', 8, 30, 'unknown'],
    ['before it, as old as is kept', 30, 30, 'unknown'],
    ['before it, and too old', 31, 30, 'expired'],
    ['before it, where everything is kept', 31, null, 'unknown'],
    ['in the window, though as old as is kept', 3, 2, 'gone'],
  ] as const)('for an entity whose time is %s', (_where, days, keepDays, verdict) => {
    const keepMs = keepDays === null ? null : keepDays * DAY * 1000;
    const absence = { means: 'gone_within', ...window, keepMs } as const;
    expect(judgeAbsence(absence, (NOW - days * DAY) * 1000, NOW * 1000)).toBe(verdict);
  });

  it('is not known for an entity without a time', () =>
    expect(judgeAbsence({ means: 'gone_within', ...window, keepMs: 0 }, undefined, NOW * 1000)).toBe('unknown'));

  it('is gone for kinds that show everything, and nothing for kinds that only add', () => {
    expect(judgeAbsence({ means: 'gone' }, undefined, NOW)).toBe('gone');
    expect(judgeAbsence({ means: 'nothing' }, undefined, NOW)).toBe('unknown');
  });
});
