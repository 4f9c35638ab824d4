import { setMaxListeners } from 'node:events';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AttemptOutcome, createGovernor, type Governor } from '../../src/net/governor.ts';
import { settled, type VirtualTime, virtualTime } from './virtual-time.ts';

const never = new AbortController().signal;
// Many wait on it at once; Node would warn of a leak.
setMaxListeners(0, never);

/** One request: how long it takes and what comes back. */
interface Call {
  readonly startsMs: number;
  readonly takesMs: number;
  readonly answer: AttemptOutcome;
}

const seconds = fc.integer({ min: 1, max: 40 });
const answer: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<AttemptOutcome>({ type: 'answered', status: 200, headers: {} }) },
  seconds.map((wait) => ({ type: 'answered', status: 429, headers: { 'retry-after': String(wait) } }) as const),
  fc.constant<AttemptOutcome>({ type: 'answered', status: 429, headers: {} }),
  seconds.map((wait) => ({ type: 'answered', status: 503, headers: { 'retry-after': String(wait) } }) as const),
  fc.constantFrom(500, 503, 404).map((status) => ({ type: 'answered', status, headers: {} }) as const),
  fc.constantFrom('timeout', 'reset', 'unreachable').map((problem) => ({ type: 'failed', problem }) as const),
  fc.constant<AttemptOutcome>({ type: 'aborted' }),
);
const call: fc.Arbitrary<Call> = fc.record({ startsMs: fc.nat(20_000), takesMs: fc.nat(3000), answer });
const scene = fc.record({
  calls: fc.array(call, { minLength: 1, maxLength: 40 }),
  concurrency: fc.integer({ min: 1, max: 8 }),
  minConcurrency: fc.integer({ min: 1, max: 3 }),
  maxWaitMs: fc.constantFrom(5000, 600_000),
});

/** How long an answer stops everybody, said apart from the product's own rules. */
function stopMs(given: AttemptOutcome): number {
  if (given.type !== 'answered' || (given.status !== 429 && given.status !== 503)) return 0;
  const asked = given.headers['retry-after'];
  if (asked !== undefined) return Number(asked) * 1000;
  return given.status === 429 ? 500 : 0;
}

/** The same at most: each 429 in a row that does not say how long doubles the pause. */
function longestStopMs(given: AttemptOutcome): number {
  const least = stopMs(given);
  return given.type === 'answered' && given.headers['retry-after'] === undefined && least > 0 ? 32_000 : least;
}

interface Entry {
  readonly call: number;
  readonly at: number;
  readonly inFlight: number;
  readonly allowed: number;
}

/** Sends the calls through a governor in virtual time, and notes who entered when. */
async function send(
  governor: Governor,
  clock: VirtualTime,
  calls: readonly Call[],
  onLeave: (call: Call) => void = () => undefined,
) {
  const asked: number[] = [];
  const entries: Entry[] = [];
  let inFlight = 0;
  let done = 0;
  async function one(index: number, each: Call): Promise<void> {
    await clock.sleep(each.startsMs, never);
    asked.push(index);
    const place = await governor.acquire(never);
    inFlight += 1;
    entries.push({ call: index, at: clock.now(), inFlight, allowed: governor.state().concurrency });
    await clock.sleep(each.takesMs, never);
    inFlight -= 1;
    place.release(each.answer);
    onLeave(each);
    done += 1;
  }
  for (const [index, each] of calls.entries()) void one(index, each);
  const finished = await clock.run(() => done === calls.length);
  return { asked, entries, finished };
}

describe('governor, whatever the host answers', () => {
  it('lets everybody in, first come first served, and never more at once than it allows', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ calls, concurrency, minConcurrency, maxWaitMs }) => {
        const clock = virtualTime();
        const governor = createGovernor({ side: 'port', concurrency, minConcurrency, maxWaitMs, clock });
        const { asked, entries, finished } = await send(governor, clock, calls);
        expect(finished).toBe(true);
        expect(entries.map((entry) => entry.call)).toEqual(asked);
        expect(governor.state()).toMatchObject({ requests: calls.length, waitingUntil: undefined });
        for (const { inFlight, allowed } of entries) {
          expect(inFlight).toBeLessThanOrEqual(allowed);
          expect(allowed).toBeLessThanOrEqual(concurrency);
          expect(allowed).toBeGreaterThanOrEqual(Math.min(concurrency, minConcurrency));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('lets nobody in while the host asked for peace, and then goes on', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ calls, concurrency, minConcurrency, maxWaitMs }) => {
        const clock = virtualTime();
        const governor = createGovernor({ side: 'port', concurrency, minConcurrency, maxWaitMs, clock });
        const pauses: { readonly from: number; readonly until: number; readonly longestMs: number }[] = [];
        const { entries } = await send(governor, clock, calls, (each) => {
          const ms = Math.min(stopMs(each.answer), maxWaitMs);
          const longestMs = Math.min(longestStopMs(each.answer), maxWaitMs);
          if (ms > 0) pauses.push({ from: clock.now(), until: clock.now() + ms, longestMs });
        });
        for (const { at } of entries) {
          for (const { from, until } of pauses) expect(at > from && at < until).toBe(false);
        }
        const end = clock.now();
        const wait = pauses.reduce((sum, { longestMs }) => sum + longestMs, 0);
        expect(end - 1_700_000_000_000).toBeLessThanOrEqual(20_000 + wait + calls.length * 3000);
        expect(governor.state().rateLimitWaitMs).toBeLessThanOrEqual(wait);
      }),
      { numRuns: 150 },
    );
  });

  it('comes back to all it may use once the trouble is over', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ calls, concurrency, minConcurrency, maxWaitMs }) => {
        const clock = virtualTime();
        const governor = createGovernor({ side: 'port', concurrency, minConcurrency, maxWaitMs, clock });
        await send(governor, clock, calls);
        const good: Call = { startsMs: 0, takesMs: 1, answer: { type: 'answered', status: 200, headers: {} } };
        await send(
          governor,
          clock,
          Array.from({ length: 20 * concurrency }, () => good),
        );
        expect(governor.state().concurrency).toBe(concurrency);
      }),
      { numRuns: 40 },
    );
  });

  it('frees the place in the queue of those who are told to stop, and of nobody else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), async (stops) => {
        const governor = createGovernor({ side: 'port', concurrency: 1, clock: virtualTime() });
        const inside = [await governor.acquire(never)];
        const entered: number[] = [];
        const stopped: number[] = [];
        const controllers = stops.map(() => new AbortController());
        for (const [index, { signal }] of controllers.entries()) {
          governor.acquire(signal).then(
            (place) => {
              inside.push(place);
              entered.push(index);
            },
            () => stopped.push(index),
          );
        }
        for (const [index, controller] of controllers.entries()) if (stops[index]) controller.abort();
        // The one inside leaves, and each that comes in after it: a place given to somebody who is gone would be missing.
        for (const stop of stops) {
          if (!stop) inside.shift()?.release({ type: 'aborted' });
          await settled();
        }
        const those = (what: boolean) => stops.flatMap((stop, index) => (stop === what ? [index] : []));
        expect([entered, stopped]).toEqual([those(false), those(true)]);
      }),
      { numRuns: 50 },
    );
  });
});

/** A host that counts in fixed windows and says so in its headers, in one of the ways met in the wild. */
function limiter(
  clock: VirtualTime,
  limit: number,
  periodMs: number,
  style: 'seconds' | 'epoch',
  round: (value: number) => number,
) {
  let start = clock.now();
  let used = 0;
  const windows: number[] = [];
  let refusedAfterWarmUp = 0;
  function roll(): void {
    while (clock.now() >= start + periodMs) {
      windows.push(used);
      start += periodMs;
      used = 0;
    }
  }
  return {
    windows,
    refusedAfterWarmUp: () => refusedAfterWarmUp,
    /** What a request that arrives now is answered with. */
    arrive(): AttemptOutcome {
      roll();
      const isOver = used >= limit;
      if (isOver && windows.length > 0) refusedAfterWarmUp += 1;
      if (!isOver) used += 1;
      const end = start + periodMs;
      const reset = style === 'seconds' ? (end - clock.now()) / 1000 : end / 1000;
      const headers = {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(limit - used),
        'x-ratelimit-reset': String(round(reset)),
      };
      return { type: 'answered', status: isOver ? 429 : 200, headers };
    },
  };
}

describe('governor at a host that counts requests in windows', () => {
  const setting = fc.record({
    limit: fc.integer({ min: 40, max: 200 }),
    periodMs: fc.integer({ min: 10, max: 60 }).map((s) => s * 1000),
    concurrency: fc.integer({ min: 1, max: 10 }),
    latencyMs: fc.integer({ min: 2, max: 20 }),
    style: fc.constantFrom('seconds' as const, 'epoch' as const),
    round: fc.constantFrom(Math.ceil, Math.floor, Math.round),
  });

  it('meets no 429 after the first window and uses at least nine tenths of every one', async () => {
    await fc.assert(
      fc.asyncProperty(setting, async ({ limit, periodMs, concurrency, latencyMs, style, round }) => {
        const clock = virtualTime();
        const governor = createGovernor({ side: 'port', concurrency, clock });
        const host = limiter(clock, limit, periodMs, style, round);
        let active = true;
        let running = concurrency;
        async function worker(): Promise<void> {
          while (active) {
            const place = await governor.acquire(never);
            await clock.sleep(latencyMs / 2, never);
            const given = host.arrive();
            await clock.sleep(latencyMs / 2, never);
            place.release(given);
          }
          running -= 1;
        }
        for (let index = 0; index < concurrency; index += 1) void worker();
        await clock.run(() => {
          if (host.windows.length >= 3) active = false;
          return running === 0;
        });
        expect(host.refusedAfterWarmUp()).toBe(0);
        for (const used of host.windows) expect(used).toBeGreaterThanOrEqual(limit * 0.9);
      }),
      { numRuns: 12 },
    );
  });
});
