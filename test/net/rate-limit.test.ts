import { describe, expect, it } from 'vitest';
import { askedWaitMs, rateWindow } from '../../src/net/rate-limit.ts';

const now = Date.parse('2026-03-01T12:00:00Z');

describe('askedWaitMs', () => {
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
  ])('%s', (_name, status, headers: Record<string, string>, wait) => {
    expect(askedWaitMs(status, headers, now)).toBe(wait);
  });
});

describe('rateWindow', () => {
  it('needs both what remains and when it resets', () => {
    const headers = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '10' };
    expect(rateWindow(headers, now)).toEqual({ remaining: 3, limit: 100, resetAt: now + 10_000 });
    expect(rateWindow({ 'x-ratelimit-remaining': '3' }, now)).toBeUndefined();
    expect(rateWindow({ 'x-ratelimit-reset': '3' }, now)).toBeUndefined();
  });
});
