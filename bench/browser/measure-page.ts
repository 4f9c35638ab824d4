/**
 * Opens a run of many rows in a real Chromium and scrolls it: prints how long it took until it could be used, and how even
 * the frames were. `ADDRESS`: of the service.
 */
import type { Page } from 'playwright-core';
import { launch } from '../../test/web/chromium.ts';

const OPENINGS = 5;
const SCROLL_MS = 3_000;
const { ADDRESS = '' } = process.env;

/** Notes when the first rows are there, by the clock that begins with the navigation. */
const WATCH_ROWS = `new MutationObserver((_changes, watcher) => {
  if (document.querySelectorAll('[role=grid] [role=row][aria-rowindex]').length < 5) return;
  watcher.disconnect();
  requestAnimationFrame(() => { window.rowsAt = performance.now(); });
}).observe(document, { childList: true, subtree: true });`;

interface Measured {
  readonly rowsAt?: number;
}

const browser = await launch();
const usableMs: number[] = [];
let scrolled = { framesPerSecond: 0, longestFrameMs: 0, mostRowsDrawn: 0 };
for (let opening = 0; opening < OPENINGS; opening += 1) {
  // Nothing is cached: a fresh context each time.
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(WATCH_ROWS);
  // tsx names functions by a helper of its own, which the page does not have.
  await page.addInitScript('window.__name = (named) => named;');
  await page.goto(`${ADDRESS}/runs/latest`);
  await page.waitForFunction(() => (window as Measured).rowsAt !== undefined);
  usableMs.push(await page.evaluate(() => (window as Measured).rowsAt ?? 0));
  if (opening === OPENINGS - 1) scrolled = await scroll(page);
  await context.close();
}
await browser.close();
process.stdout.write(JSON.stringify({ usableMs, ...scrolled }));

/** Scrolls the table with each frame, as far as a fast wheel does. */
function scroll(page: Page) {
  return page.evaluate(
    (forMs) =>
      new Promise<typeof scrolled>((resolve) => {
        const table = document.querySelector('[role=grid]');
        const frames: number[] = [];
        let mostRowsDrawn = 0;
        const step = (at: number) => {
          frames.push(at);
          mostRowsDrawn = Math.max(mostRowsDrawn, document.querySelectorAll('[role=row]').length);
          table?.scrollBy(0, 120);
          const lasted = at - (frames[0] ?? at);
          if (lasted < forMs) requestAnimationFrame(step);
          else {
            const gaps = frames.slice(1).map((frame, index) => frame - (frames[index] ?? frame));
            const framesPerSecond = (gaps.length * 1000) / lasted;
            resolve({ framesPerSecond, longestFrameMs: Math.max(...gaps), mostRowsDrawn });
          }
        };
        requestAnimationFrame(step);
      }),
    SCROLL_MS,
  );
}
