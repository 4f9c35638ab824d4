import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, type FailedAttempt, isThrottled, nextDelay } from '../../src/net/retry.ts';

const highest = (): number => 1;
const known = { repeatable: true, hostAnswered: true };
function status(code: number, more: Partial<FailedAttempt> = {}): FailedAttempt {
  return { problem: 'status', status: code, ...known, ...more };
}

describe('nextDelay', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('tries %i again', (code) => {
    expect(nextDelay(1, status(code), DEFAULT_POLICY, highest)).toBe(300);
  });
  it.each([301, 400, 401, 403, 404, 405, 409, 410, 413, 422, 501])('does not try %i again', (code) => {
    expect(nextDelay(1, status(code), DEFAULT_POLICY, highest)).toBe('stop');
  });
  it.each(['timeout', 'reset', 'malformed'] as const)('tries %s again only when that does no harm', (problem) => {
    expect(nextDelay(1, { problem, ...known }, DEFAULT_POLICY, highest)).toBe(300);
    expect(nextDelay(1, { problem, ...known, repeatable: false }, DEFAULT_POLICY, highest)).toBe('stop');
  });
  it.each(['tls', 'too_large'] as const)('never tries %s again', (problem) => {
    expect(nextDelay(1, { problem, ...known }, DEFAULT_POLICY, highest)).toBe('stop');
  });
  it.each([
    ['429', status(429, { repeatable: false }), 300],
    ['503 with Retry-After', status(503, { repeatable: false, askedMs: 2000 }), 2000],
    ['no connection', { problem: 'unreachable', ...known, repeatable: false } satisfies FailedAttempt, 300],
    ['503 without', status(503, { repeatable: false }), 'stop'],
    ['500', status(500, { repeatable: false }), 'stop'],
  ] as const)('not repeatable: %s', (_name, failed, delay) => {
    expect(nextDelay(1, failed, DEFAULT_POLICY, highest)).toBe(delay);
  });
  it('grows by two up to the cap and ends with the attempts', () => {
    const delays = [1, 2, 3, 4, 5].map((attempt) => nextDelay(attempt, status(500), DEFAULT_POLICY, highest));
    expect(delays).toEqual([300, 600, 1200, 2400, 'stop']);
    expect(nextDelay(12, status(500), { ...DEFAULT_POLICY, attempts: 20 }, highest)).toBe(30_000);
  });
  it('fails fast at a host that never answered', () => {
    const stranger: FailedAttempt = { problem: 'unreachable', repeatable: true, hostAnswered: false };
    expect(nextDelay(1, stranger, DEFAULT_POLICY, highest)).toBe(300);
    expect(nextDelay(2, stranger, DEFAULT_POLICY, highest)).toBe('stop');
  });
  it('honours a wish in full up to the cap', () => {
    expect(nextDelay(1, status(429, { askedMs: 120_000 }), DEFAULT_POLICY, () => 0)).toBe(120_000);
    expect(nextDelay(1, status(429, { askedMs: 1_200_000 }), DEFAULT_POLICY, () => 0)).toBe(600_000);
  });
  it('never waits less than asked nor more than both caps allow', () => {
    const askedMs = fc.option(fc.integer({ min: 0, max: 2_000_000 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        askedMs,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, asked, r) => {
          const delay = nextDelay(n, status(503, { askedMs: asked }), DEFAULT_POLICY, () => r);
          expect(delay).toBeGreaterThanOrEqual(Math.min(asked ?? 0, DEFAULT_POLICY.maxAskedMs));
          expect(delay).toBeLessThanOrEqual(Math.max(DEFAULT_POLICY.capMs, DEFAULT_POLICY.maxAskedMs));
        },
      ),
    );
  });
});

describe('isThrottled', () => {
  it.each([
    [status(429), true],
    [status(503, { askedMs: 0 }), true],
    [status(503), false],
    [status(500, { askedMs: 5 }), false],
  ])('%o', (failed, expected) => {
    expect(isThrottled(failed)).toBe(expected);
  });
});
