import { describe, expect, it } from 'vitest';
import { type Counting, type HostOptions, type Sent, sendAll } from './allowance-host.ts';

/** As many a second as 35,000 in five minutes. A period has many round trips, as five minutes have. */
const PORT: HostOptions = { limit: 1_167, periodMs: 10_000 };
const COUNTINGS: readonly Counting[] = ['fixed', 'sliding, first', 'sliding, all'];

function answeredFrom(sent: readonly Sent[], from: number, to: number, statuses: readonly number[] = [200]): number {
  return sent.filter(({ answeredAt, status }) => answeredAt >= from && answeredAt < to && statuses.includes(status))
    .length;
}

describe("a host's allowance", () => {
  const ways = COUNTINGS.flatMap((counting) => [20, 100, 300].map((latencyMs) => [counting, latencyMs] as const));

  it.each(ways)(
    'is used by four fifths or more without a 429, and live requests never wait (%s, %i ms)',
    async (counting, latencyMs) => {
      const sent = await sendAll({ ...PORT, counting }, { latencyMs, untilMs: 40_000, liveEveryMs: 700 });
      expect(answeredFrom(sent, 0, 40_000, [429])).toBe(0);
      expect(answeredFrom(sent, 10_000, 40_000) / (PORT.limit * 3)).toBeGreaterThanOrEqual(0.8);
      const live = sent.filter(({ lane }) => lane === 'live');
      expect(live.length).toBeGreaterThan(8);
      for (const { askedAt, at } of live) expect(at - askedAt).toBe(0);
    },
  );

  it('leaves no second idle at a latency of 3 s: as many in flight as the ceiling lets', async () => {
    const sent = await sendAll(PORT, { latencyMs: 3000, untilMs: 60_000 });
    expect(answeredFrom(sent, 0, 60_000, [429])).toBe(0);
    for (let second = 12; second < 60; second += 3) {
      expect(answeredFrom(sent, second * 1000, (second + 3) * 1000)).toBe(40);
    }
  });

  it.each([true, false])(
    'is measured when the headers lie: 35,000 left, but 100 in 10 s (Retry-After: %s)',
    async (retryAfter) => {
      const headers = { 'x-ratelimit-limit': '35000', 'x-ratelimit-remaining': '34000', 'x-ratelimit-reset': '300' };
      const sent = await sendAll(
        { limit: 100, periodMs: 10_000, headers, retryAfter },
        { latencyMs: 100, untilMs: 90_000 },
      );
      // After two windows in which it is met, it is known.
      expect(answeredFrom(sent, 30_000, 90_000, [429])).toBe(0);
      expect(answeredFrom(sent, 30_000, 90_000) / 600).toBeGreaterThanOrEqual(0.75);
    },
  );

  it.each(['0', '1'])(
    'does not stop us when the headers say "%s left" for ever while it answers',
    async (remaining) => {
      const headers = { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': '300' };
      const sent = await sendAll({ limit: 1e9, periodMs: 100, headers }, { latencyMs: 100, untilMs: 7000 });
      expect(answeredFrom(sent, 5000, 7000)).toBeGreaterThan(2 * 300);
    },
  );

  it('is waited for when it is really spent, with one question at most', async () => {
    const spent = { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '300' };
    const sent = await sendAll({ limit: 8, periodMs: 1e9, headers: spent }, { latencyMs: 100, untilMs: 200_000 });
    expect(answeredFrom(sent, 0, 200_000)).toBe(8);
    expect(answeredFrom(sent, 0, 200_000, [429])).toBe(1);
  });
});
