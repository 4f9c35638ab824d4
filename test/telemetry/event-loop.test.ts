import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { monitorEventLoop } from '../../src/telemetry/event-loop.ts';

/** Lets the loop turn until the watch has seen what was. */
async function seen(longestMs: () => number, atLeast: number): Promise<void> {
  for (let times = 0; times < 500 && longestMs() < atLeast; times += 1) await sleep(5);
}

it('knows how long the event loop stood still, and forgets it when asked to', async () => {
  const watch = monitorEventLoop();
  await sleep(30);
  const until = performance.now() + 1_000;
  while (performance.now() < until);
  await seen(watch.longestMs, 900);
  expect(watch.longestMs()).toBeGreaterThan(900);
  // Asking does not forget: two that ask see the same.
  expect(watch.longestMs()).toBeGreaterThan(900);
  watch.reset();
  expect(watch.longestMs()).toBe(0);
  watch.stop();
});
