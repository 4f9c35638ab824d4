import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, type FailedAttempt, isThrottled, nextDelay, type RetryPolicy } from '../../src/net/retry.ts';

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
    ['503 with Retry-After', status(503, { repeatable: false, retryAfterMs: 2000 }), 2000],
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
    const neverReached: FailedAttempt = { problem: 'unreachable', repeatable: true, hostAnswered: false };
    expect(nextDelay(1, neverReached, DEFAULT_POLICY, highest)).toBe(300);
    expect(nextDelay(2, neverReached, DEFAULT_POLICY, highest)).toBe('stop');
  });
  it('honours a wish in full up to the cap', () => {
    expect(nextDelay(1, status(429, { retryAfterMs: 120_000 }), DEFAULT_POLICY, () => 0)).toBe(120_000);
    expect(nextDelay(1, status(429, { retryAfterMs: 1_200_000 }), DEFAULT_POLICY, () => 0)).toBe(600_000);
  });
  it('never waits less than asked nor more than both caps allow', () => {
    const retryAfterMs = fc.option(fc.integer({ min: 0, max: 2_000_000 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        retryAfterMs,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, asked, r) => {
          const delay = nextDelay(n, status(503, { retryAfterMs: asked }), DEFAULT_POLICY, () => r);
          expect(delay).toBeGreaterThanOrEqual(Math.min(asked ?? 0, DEFAULT_POLICY.maxRetryAfterMs));
          expect(delay).toBeLessThanOrEqual(Math.max(DEFAULT_POLICY.capMs, DEFAULT_POLICY.maxRetryAfterMs));
        },
      ),
    );
  });
});

/** Anything that can happen to an attempt. */
const failure: fc.Arbitrary<FailedAttempt> = fc
  .record({
    problem: fc.constantFrom('status', 'unreachable', 'timeout', 'reset', 'malformed', 'tls', 'too_large'),
    code: fc.constantFrom(301, 400, 401, 404, 408, 409, 413, 422, 425, 429, 500, 501, 502, 503, 504),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 2_000_000 }), { nil: undefined }),
    repeatable: fc.boolean(),
    hostAnswered: fc.boolean(),
  })
  .map(({ code, problem, hostAnswered, ...rest }) =>
    problem === 'status'
      ? { problem, status: code, hostAnswered: true, ...rest }
      : { problem, hostAnswered, ...rest, retryAfterMs: undefined },
  );
const policy: fc.Arbitrary<RetryPolicy> = fc.record({
  attempts: fc.integer({ min: 1, max: 12 }),
  baseMs: fc.integer({ min: 1, max: 2000 }),
  capMs: fc.integer({ min: 1, max: 60_000 }),
  maxRetryAfterMs: fc.integer({ min: 0, max: 900_000 }),
});
const luck = fc.double({ min: 0, max: 1, noNaN: true });

describe('whatever happens', () => {
  it('a request is tried no more often than its budget, timeouts less, and a host that never answered twice', () => {
    fc.assert(
      fc.property(fc.array(failure, { minLength: 12, maxLength: 12 }), policy, luck, (failures, rules, r) => {
        const stop = failures.findIndex((failed, index) => nextDelay(index + 1, failed, rules, () => r) === 'stop');
        expect(stop).toBeGreaterThanOrEqual(0);
        const tried = stop + 1;
        expect(tried).toBeLessThanOrEqual(rules.attempts);
        const all = failures.slice(0, tried);
        if (all.every(({ problem }) => problem === 'timeout')) {
          expect(tried).toBeLessThanOrEqual(Math.ceil(rules.attempts * 0.4));
        }
        const neverReached = all.every(({ problem, hostAnswered }) => problem !== 'status' && !hostAnswered);
        if (neverReached) expect(tried).toBeLessThanOrEqual(2);
      }),
      { numRuns: 1000 },
    );
  });

  it('what may have been done is not done again', () => {
    fc.assert(
      fc.property(failure, policy, luck, (failed, rules, r) => {
        const neverDone = failed.problem === 'unreachable' || isThrottled(failed);
        if (failed.repeatable || neverDone) return;
        expect(nextDelay(1, failed, rules, () => r)).toBe('stop');
      }),
      { numRuns: 1000 },
    );
  });

  it('the wait is between what the host asked for and what jitter and caps allow', () => {
    fc.assert(
      fc.property(failure, policy, fc.integer({ min: 1, max: 12 }), luck, (failed, rules, attempt, r) => {
        const delay = nextDelay(attempt, failed, rules, () => r);
        if (delay === 'stop') return;
        const asked = Math.min(failed.retryAfterMs ?? 0, rules.maxRetryAfterMs);
        const longest = Math.min(rules.capMs, rules.baseMs * 2 ** (attempt - 1));
        expect(delay).toBeGreaterThanOrEqual(asked);
        expect(delay).toBeLessThanOrEqual(Math.max(asked, Math.ceil(longest)));
        expect(nextDelay(attempt, failed, rules, () => 0)).toBe(asked);
      }),
      { numRuns: 1000 },
    );
  });

  it('the same failure is judged the same at every attempt within the budget', () => {
    fc.assert(
      fc.property(failure, fc.integer({ min: 2, max: 11 }), (failed, attempt) => {
        const rules = { ...DEFAULT_POLICY, attempts: 100 };
        if (!failed.hostAnswered) return;
        const first = nextDelay(1, failed, rules, highest);
        expect(nextDelay(attempt, failed, rules, highest) === 'stop').toBe(first === 'stop');
      }),
    );
  });

  it('jitter uses the whole range', () => {
    const waits = [0, 0.25, 0.5, 0.75, 1].map((r) => nextDelay(3, status(500), DEFAULT_POLICY, () => r));
    expect(waits).toEqual([0, 300, 600, 900, 1200]);
  });

  it('a timeout costs more of the budget than a quick failure', () => {
    const timeout: FailedAttempt = { problem: 'timeout', ...known };
    expect([1, 2].map((attempt) => nextDelay(attempt, timeout, DEFAULT_POLICY, highest))).toEqual([300, 'stop']);
    expect(nextDelay(1, timeout, { ...DEFAULT_POLICY, attempts: 1 }, highest)).toBe('stop');
  });

  it('a host that answers with a status counts as reached', () => {
    const first = status(503, { hostAnswered: false });
    expect([1, 2, 3, 4].map((n) => nextDelay(n, first, DEFAULT_POLICY, highest))).toEqual([300, 600, 1200, 2400]);
    const neverReached: FailedAttempt = { problem: 'reset', repeatable: true, hostAnswered: false };
    expect(nextDelay(1, neverReached, { ...DEFAULT_POLICY, baseMs: 9000 }, highest)).toBe(500);
  });
});

describe('isThrottled', () => {
  it.each([
    [status(429), true],
    [status(503, { retryAfterMs: 0 }), true],
    [status(503), false],
    [status(500, { retryAfterMs: 5 }), false],
  ])('%o', (failed, expected) => {
    expect(isThrottled(failed)).toBe(expected);
  });
});
