import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { monitorEventLoop } from '../../src/telemetry/event-loop.ts';

/** Lets the loop turn until the watch has seen what was. */
async function seen(longestMs: () => number, atLeast: number): Promise<void> {
  for (let times = 0; times < 500 && longestMs() < atLeast; times += 1) await sleep(5);
}

it('knows how long the event loop stood still, and forgets it after a while', async () => {
  onTestFinished(() => void vi.restoreAllMocks());
  const { longestMs } = monitorEventLoop();
  await sleep(30);
  const until = performance.now() + 1_000;
  while (performance.now() < until);
  await seen(longestMs, 900);
  expect(longestMs()).toBeGreaterThan(900);
  // Asking does not forget: two that ask see the same.
  expect(longestMs()).toBeGreaterThan(900);
  const time = vi.spyOn(performance, 'now');
  // The first question after a minute begins another; the delay counts to the end of that one.
  for (const minutes of [2, 4]) {
    time.mockReturnValue(until + minutes * 60_000);
    expect(longestMs()).toBeGreaterThan(900);
  }
  expect(longestMs()).toBeLessThan(900);
});
