import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { violationsOf } from './axe.ts';
import { describeInBrowser, open, settled, worldOf } from './harness.ts';
import { VIEWS } from './views.ts';

const WIDTHS = [1440, 1024, 390, 360];
/** At the others only the width is looked at. */
const WITH_AXE: readonly number[] = [1440, 390];
/** Where the pictures go; absent: none are taken. To look at all views: `LOOK=/tmp/look npx vitest run test/web/views.test.ts` */
const LOOK = process.env.LOOK;

describeInBrowser('each view', () => {
  it.each(VIEWS)('$name: nothing that axe-core objects to, nothing wider than the window', async (view) => {
    const world = await worldOf(view.world);
    const path = typeof view.path === 'string' ? view.path : view.path(world);
    const expected = view.name === 'no-such-view' || view.name.startsWith('empty') ? [/ 404 /] : [];
    const page = await open(world, path, { expected });
    await settled(page);
    await view.act?.(page);
    const problems: string[] = [];
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
      await drawn(page);
      problems.push(...(await tooWide(page)).map((text) => `${width}: ${text}`));
      if (!WITH_AXE.includes(width) && LOOK === undefined) continue;
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        await drawn(page);
        // The other scheme differs in colours alone.
        const found = await violationsOf(page, scheme === 'dark' ? ['color-contrast'] : undefined);
        problems.push(...found.map((text) => `${width} ${scheme}: ${text}`));
        await picture(page, `${view.name}-${width}-${scheme}`);
      }
    }
    expect(problems).toEqual([]);
  });
});

/** Waits until the page has drawn itself anew. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** What makes the window scroll sideways. */
function tooWide(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const scrolls = (element: Element) => getComputedStyle(element).overflowX !== 'visible';
    const isWide = (element: Element) => element.getBoundingClientRect().right > clientWidth + 1;
    const wide = [...document.querySelectorAll('body *')].filter((element) => {
      if (!isWide(element)) return false;
      for (
        let around = element.parentElement;
        around !== null && around !== document.body;
        around = around.parentElement
      )
        if (scrolls(around)) return false;
      return true;
    });
    const named = wide.slice(0, 3).map(({ outerHTML }) => outerHTML.slice(0, 120));
    return [`${scrollWidth} px wide: ${named.join(' … ')}`];
  });
}

async function picture(page: Page, name: string): Promise<void> {
  if (LOOK === undefined) return;
  mkdirSync(LOOK, { recursive: true });
  await page.screenshot({ path: join(LOOK, `${name}.png`) });
}
