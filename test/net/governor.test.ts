import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/net/clock.ts';
import { type AttemptOutcome, createGovernor, type Permit } from '../../src/net/governor.ts';

/** A clock that stands still until it is told to go on. */
function handClock(): Clock & { advance(ms: number): Promise<void> } {
  let time = 1_000_000_000_000;
  const sleepers: { readonly at: number; wake(): void }[] = [];
  return {
    now: () => time,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        sleepers.push({ at: time + ms, wake: resolve });
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
    async advance(ms) {
      time += ms;
      for (const sleeper of sleepers.filter(({ at }) => at <= time)) sleeper.wake();
      await settled();
    },
  };
}

/** Lets everything run that needs no time. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function answered(status: number, headers: { readonly [name: string]: string } = {}): AttemptOutcome {
  return { type: 'answered', status, headers };
}

const never = new AbortController().signal;

function setUp(concurrency = 4) {
  const clock = handClock();
  const governor = createGovernor({ side: 'port', concurrency, clock });
  const inside: Permit[] = [];
  return {
    clock,
    governor,
    inside: () => inside.length,
    /** Asks for `count` places and gives those a moment that are free. */
    async enter(count: number): Promise<void> {
      for (let i = 0; i < count; i += 1) void governor.acquire(never).then((place) => inside.push(place));
      await settled();
    },
    async leave(answer: AttemptOutcome, count = 1): Promise<void> {
      for (let i = 0; i < count; i += 1) {
        inside.shift()?.release(answer);
      }
      await settled();
    },
  };
}

describe('governor', () => {
  it('lets in as many as it may and the next when one leaves', async () => {
    const { enter, leave, inside, governor } = setUp(2);
    await enter(3);
    expect(inside()).toBe(2);
    await leave(answered(200));
    expect(inside()).toBe(2);
    expect(governor.state()).toMatchObject({ requests: 3, retries: 0, concurrency: 2, answered: true });
  });

  it('stops everybody on a 429 for as long as the host asks', async () => {
    const { enter, leave, inside, clock, governor } = setUp();
    await enter(1);
    await leave(answered(429, { 'retry-after': '5' }));
    await enter(2);
    expect(inside()).toBe(0);
    expect(governor.state().waitingUntil).toBe(clock.now() + 5000);
    await clock.advance(4999);
    expect(inside()).toBe(0);
    await clock.advance(1);
    expect(inside()).toBe(2);
    expect(governor.state()).toMatchObject({ rateLimitWaitMs: 5000, waitingUntil: undefined });
  });

  it('tells when the host last answered and last failed, and what is left of its allowance', async () => {
    const { enter, leave, clock, governor } = setUp();
    expect(governor.state()).toMatchObject({ lastSuccessAt: undefined, lastFailure: undefined, allowance: undefined });
    await enter(5);
    const headers = { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '900', 'x-ratelimit-reset': '60' };
    await leave(answered(404, headers));
    const first = clock.now();
    const allowance = { limit: 1000, remaining: 900, resetAt: first + 60_000 };
    expect(governor.state()).toMatchObject({ lastSuccessAt: first, lastFailure: undefined, allowance });
    await clock.advance(10);
    await leave(answered(401));
    await leave({ type: 'aborted' });
    expect(governor.state()).toMatchObject({ lastSuccessAt: first, allowance });
    expect(governor.state().lastFailure).toEqual({ at: first + 10, what: 'HTTP 401' });
    await leave({ type: 'failed', problem: 'timeout' });
    expect(governor.state().lastFailure).toEqual({ at: first + 10, what: 'timeout' });
  });

  it('pauses shortly after a 429 that does not say how long', async () => {
    const { enter, leave, inside, clock } = setUp();
    await enter(1);
    await leave(answered(429));
    await enter(1);
    expect(inside()).toBe(0);
    await clock.advance(500);
    expect(inside()).toBe(1);
  });

  it('halves once for one burst of bad news and recovers by one when it is used', async () => {
    const { enter, leave, governor } = setUp(6);
    await enter(6);
    await leave(answered(503), 6);
    expect(governor.state().concurrency).toBe(3);
    await enter(1);
    await leave({ type: 'failed', problem: 'timeout' });
    expect(governor.state().concurrency).toBe(1);
    await enter(1);
    for (let i = 0; i < 12; i += 1) {
      await enter(1);
      await leave(answered(200));
    }
    expect(governor.state().concurrency).toBe(2);
  });

  it('waits for the reset before the limit is hit', async () => {
    const { enter, leave, inside, clock } = setUp();
    const low = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '2', 'x-ratelimit-reset': '30' };
    await enter(1);
    await leave(answered(200, low));
    await enter(1);
    expect(inside()).toBe(0);
    await clock.advance(30_000);
    expect(inside()).toBe(1);
  });

  it('sends no more at once than the window has room for', async () => {
    const { enter, leave, inside } = setUp(8);
    await enter(1);
    await leave(answered(200, { 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '30' }));
    await enter(6);
    expect(inside()).toBe(3);
  });

  it('meets no 429 at a limiter that counts, and uses nearly all of its budget', async () => {
    const { clock, governor } = setUp(8);
    const limit = 200;
    const periodMs = 10_000;
    let windowEnd = clock.now() + periodMs;
    let used = 0;
    let refused = 0;
    let done = 0;
    async function call(): Promise<void> {
      const place = await governor.acquire(never);
      if (clock.now() >= windowEnd) {
        windowEnd = clock.now() + periodMs;
        used = 0;
      }
      used += 1;
      if (used > limit) refused += 1;
      const headers = {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(Math.max(0, limit - used)),
        'x-ratelimit-reset': String(Math.ceil((windowEnd - clock.now()) / 1000)),
      };
      await settled();
      place.release(answered(used > limit ? 429 : 200, headers));
      done += 1;
    }
    const calls = Array.from({ length: 600 }, call);
    for (let period = 0; period < 3; period += 1) {
      for (let turn = 0; turn < 120; turn += 1) await settled();
      expect(done).toBeGreaterThanOrEqual(limit * 0.9 * (period + 1));
      await clock.advance(periodMs);
    }
    for (let turn = 0; turn < 20; turn += 1) await settled();
    await Promise.all(calls);
    expect(refused).toBe(0);
  });

  it('never waits longer than its cap', async () => {
    const { enter, leave, inside, clock } = setUp();
    await enter(1);
    await leave(answered(429, { 'retry-after': '7200' }));
    await enter(1);
    await clock.advance(600_000);
    expect(inside()).toBe(1);
  });

  it('waits out a retry alone or together', async () => {
    const { enter, inside, governor, clock } = setUp();
    let alone = false;
    void governor.waitForRetry(1000, 'self', never).then(() => (alone = true));
    await enter(1);
    expect(inside()).toBe(1);
    await governor.waitForRetry(2000, 'host', never);
    await enter(1);
    await clock.advance(1000);
    expect([alone, inside()]).toEqual([true, 1]);
    await clock.advance(1000);
    expect(inside()).toBe(2);
    expect(governor.state().retries).toBe(2);
  });

  it('lets go of those who were told to stop, and of nobody else', async () => {
    const { enter, leave, inside, governor } = setUp(1);
    await enter(1);
    const controller = new AbortController();
    const waiting = governor.acquire(controller.signal);
    await enter(1);
    controller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    await expect(governor.acquire(controller.signal)).rejects.toThrow('stop');
    await leave(answered(200));
    expect(inside()).toBe(1);
  });
});
