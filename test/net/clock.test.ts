import { describe, expect, it } from 'vitest';
import { type Clock, monotonic } from '../../src/net/clock.ts';
import { createGovernor } from '../../src/net/governor.ts';

const HOUR = 3_600_000;

/** A clock that somebody sets; whoever sleeps wakes at once, and how long it was to be is noted. */
function settableClock(): Clock & { time: number; readonly slept: number[] } {
  const slept: number[] = [];
  const clock = {
    time: 1_000_000_000_000,
    slept,
    now: () => clock.time,
    async sleep(ms: number) {
      slept.push(ms);
      clock.time += ms;
    },
  };
  return clock;
}

describe('monotonic', () => {
  it('goes on where the clock is set back, and ahead with it', () => {
    const clock = settableClock();
    const now = monotonic(clock);
    const begin = now();
    clock.time += 500;
    clock.time -= HOUR;
    expect(now() - begin).toBe(0);
    clock.time += 500;
    expect(now() - begin).toBe(500);
    clock.time += HOUR;
    expect(now() - begin).toBe(HOUR + 500);
  });
});

describe('a pause for a rate limit', () => {
  it('does not last longer because the clock was set back meanwhile', async () => {
    const clock = settableClock();
    const governor = createGovernor({ side: 'port', concurrency: 1, clock });
    const signal = new AbortController().signal;
    const place = await governor.acquire(signal);
    place.release({ type: 'answered', status: 429, headers: { 'retry-after': '5' } });
    clock.time -= 5 * HOUR;
    await governor.acquire(signal);
    expect(clock.slept).toEqual([5000]);
  });
});
