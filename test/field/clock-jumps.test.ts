import { afterEach, describe, expect, onTestFinished, vi } from 'vitest';
import type { RunReport } from '../../src/core/report.ts';
import { createGovernor } from '../../src/net/governor.ts';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { changeWorld } from '../../src/sandbox/world/change-world.ts';
import { handClock } from '../reporting/hand-clock.ts';
import { explain, it } from '../resync/harness.ts';
import { atEachRequest, expectNothingLost, filled, SMALL_PAGES } from './stage.ts';

const HOUR = 3_600_000;
/** Winter time ends in Berlin; the last second of 32-bit clocks. */
const MOMENTS = ['2027-03-28T00:59:59Z', '2027-10-31T00:59:59Z', '2038-01-19T03:14:07Z', '1970-01-01T00:00:10Z'];

// The clock is one for all, so these tests must not run side by side.
describe('a clock that cannot be trusted', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('ocean-clock-decides-what-is-stale: an hour forth and back at every request changes neither catalog nor verdict', async ({
    start,
  }) => {
    const harness = await filled(start, { services: 30, env: SMALL_PAGES });
    const random = createRandom(13, 'clock', 0);
    const truth = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: truth });
    const jump = () => vi.setSystemTime(truth + random.int(-2, 2) * HOUR);
    const stops = [atEachRequest(harness.komodor, jump), atEachRequest(harness.port, jump)];
    for (const step of [1, 2, 3]) {
      changeWorld(harness.world, step);
      const report = await harness.run();
      expect(report.status, explain(report)).toBe('completed');
      harness.expectTruth();
      expectNothingLost(harness);
    }
    for (const stop of stops) stop();
  });

  it('year-2038: no moment is special, neither the change to summer time nor the end of 32-bit clocks', async ({
    start,
  }) => {
    const harness = await filled(start, { services: 12 });
    for (const [at, moment] of MOMENTS.entries()) {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(moment) });
      const stop = atEachRequest(harness.port, () => vi.advanceTimersByTime(500));
      changeWorld(harness.world, at + 1);
      const report = await harness.run();
      stop();
      expect(report.status, `${moment}: ${explain(report)}`).toBe('completed');
      harness.expectTruth();
    }
  });

  it('clock-step-while-waiting: a wait for a rate limit ends, however the clock was set meanwhile', async () => {
    for (const step of [-24 * HOUR, -HOUR, 0, HOUR, 24 * HOUR]) {
      const hand = handClock();
      let offset = 0;
      const clock = { now: () => hand.now() + offset, sleep: hand.sleep };
      const governor = createGovernor({ side: 'port', concurrency: 1, clock });
      const { signal } = new AbortController();
      const place = await governor.acquire(signal);
      place.release({ type: 'answered', status: 429, headers: { 'retry-after': '5' } });
      let entered = false;
      const waiting = governor.acquire(signal).then(() => {
        entered = true;
      });
      offset = step;
      let waitedMs = 0;
      while (!entered && waitedMs < 600_000) {
        hand.advance(1_000);
        waitedMs += 1_000;
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(entered, `after a step of ${step / HOUR} h`).toBe(true);
      await waiting;
    }
  });

  it('clock-set-back-at-start: a clock that is set back by a day keeps neither events nor resyncs waiting', async () => {
    const started: string[] = [];
    const events: string[] = [];
    const queue = createInlineQueue({ liveQuietMs: 100 });
    onTestFinished(() => queue.close());
    await queue.start({
      async run(runId, order) {
        started.push(order.trigger);
        return emptyReport(runId);
      },
      async live({ key }) {
        events.push(key);
      },
    });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    await queue.schedule(200);
    const place = { cluster: 'c', namespace: 'n', kind: 'Deployment', name: 'a' };
    await queue.offer({ key: 'a', subject: { system: 'komodor', place }, receivedAt: new Date().toISOString() });
    vi.setSystemTime(Date.now() - 24 * HOUR);
    await vi.waitUntil(() => events.length === 1 && started.length >= 2, 20_000);
    expect(started).toContain('schedule');
    const next = (await queue.nextScheduledAt())?.getTime() ?? 0;
    expect(next).toBeLessThanOrEqual(Date.now() + 200);
  });
});

function emptyReport(runId: string): RunReport {
  const at = new Date(0).toISOString();
  return {
    runId,
    mode: 'resync',
    trigger: 'schedule',
    status: 'completed',
    startedAt: at,
    finishedAt: at,
    durationMs: 0,
    kinds: [],
    blueprints: [],
    problems: [],
    requests: { komodor: 0, port: 0, retries: 0, rateLimitWaitMs: 0 },
  };
}
