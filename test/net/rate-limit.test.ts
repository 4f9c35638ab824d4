import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateWindow, requestedWaitMs } from '../../src/net/rate-limit.ts';

const now = Date.parse('2026-03-01T12:00:00Z');

describe('requestedWaitMs', () => {
  it.each([
    ['seconds', 429, { 'retry-after': '7' }, 7000],
    ['a fraction of a second', 429, { 'retry-after': '0.5' }, 500],
    ['an HTTP date', 503, { 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }, 30_000],
    ['a reset in seconds', 429, { 'x-ratelimit-reset': '12' }, 12_000],
    ['a reset as epoch seconds', 429, { 'x-ratelimit-reset': String(now / 1000 + 45) }, 45_000],
    ['a reset as a date', 429, { 'x-ratelimit-reset': '2026-03-01T12:01:00Z' }, 60_000],
    ['Retry-After before the reset', 429, { 'retry-after': '1', 'x-ratelimit-reset': '50' }, 1000],
    ['a reset in the past', 429, { 'x-ratelimit-reset': String(now / 1000 - 45) }, 0],
    ['no reset on other statuses', 503, { 'x-ratelimit-reset': '12' }, undefined],
    ['a date in the past', 429, { 'retry-after': 'Sun, 01 Mar 2020 12:00:30 GMT' }, undefined],
    ['garbage', 429, { 'retry-after': 'soon' }, undefined],
    ['a negative number', 429, { 'retry-after': '-5' }, undefined],
    ['nothing', 429, {}, undefined],
    ['a reset of nothing', 429, { 'x-ratelimit-reset': '' }, undefined],
    ['a long fraction', 429, { 'retry-after': '1.2345' }, 1235],
    ['a number with room around it', 429, { 'retry-after': ' 7 ' }, 7000],
    ['the longest duration', 429, { 'retry-after': '10000' }, 10_000_000],
    ['a moment, from there on', 429, { 'retry-after': '10001' }, 0],
    ['a date after other words', 429, { 'retry-after': 'see Sun, 01 Mar 2026 12:00:30 GMT' }, undefined],
    ['half a date', 429, { 'retry-after': '2026-3-01 12:00:30Z' }, undefined],
    ['a date that is just now', 429, { 'retry-after': 'Sun, 01 Mar 2026 12:00:00 GMT' }, undefined],
  ])('%s', (_name, status, headers: Record<string, string>, wait) => {
    expect(requestedWaitMs(status, headers, now)).toBe(wait);
  });
});

describe('what a host may send', () => {
  it('means the same in every spelling', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), (seconds) => {
        const moment = new Date(now + seconds * 1000);
        const spellings = [
          String(seconds),
          `${seconds}.0`,
          String(moment.getTime() / 1000),
          moment.toISOString(),
          moment.toUTCString(),
        ];
        for (const text of spellings) {
          expect(requestedWaitMs(429, { 'retry-after': text }, now)).toBe(seconds * 1000);
          expect(requestedWaitMs(429, { 'x-ratelimit-reset': text }, now)).toBe(seconds * 1000);
          expect(rateWindow({ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': text }, now)?.resetAt).toBe(
            now + seconds * 1000,
          );
        }
      }),
    );
  });

  it('is a wait of some length or no wait at all, never nonsense', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'0123456789.-+eE :TZ') }),
      fc.date({ noInvalidDate: true }).map(String),
      fc.double().map(String),
    );
    const headers = fc.dictionary(
      fc.constantFrom('retry-after', 'x-ratelimit-reset', 'x-ratelimit-remaining', 'x-ratelimit-limit'),
      text,
    );
    fc.assert(
      fc.property(headers, fc.constantFrom(200, 429, 503), (given, status) => {
        const wait = requestedWaitMs(status, given, now);
        if (wait !== undefined) expect(wait).toBeGreaterThanOrEqual(0);
        const window = rateWindow(given, now);
        if (window === undefined) return;
        expect(window.remaining).toBeGreaterThanOrEqual(0);
        expect(window.resetAt).toBeGreaterThanOrEqual(now);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('rateWindow', () => {
  it('needs both what remains and when it resets', () => {
    const headers = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '10' };
    expect(rateWindow(headers, now)).toEqual({ remaining: 3, limit: 100, resetAt: now + 10_000 });
    expect(rateWindow({ 'x-ratelimit-remaining': '3' }, now)).toBeUndefined();
    expect(rateWindow({ 'x-ratelimit-reset': '3' }, now)).toBeUndefined();
  });

  it.each([
    ['3x', undefined],
    ['x3', undefined],
    ['-3', undefined],
    ['3.5', undefined],
    ['', undefined],
    [' 3 ', 3],
    ['0', 0],
  ])('takes %o for what remains only when it is a whole number', (text, remaining) => {
    const headers = { 'x-ratelimit-remaining': text, 'x-ratelimit-reset': '10' };
    expect(rateWindow(headers, now)?.remaining).toBe(remaining);
  });
});
