import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser, open, settled, worldOf } from './harness.ts';

/** More than a screen and what is kept ready around it, and far from all. */
const MOST_DRAWN = 200;
/** Documents of a run, its first rows, fields and problems; and in the background the first 10,000 rows, a thousand at once. */
const MOST_REQUESTS = 6 + 10;

describeInBrowser('a run of 10,000 rows', () => {
  it('draws what is seen, and asks for what is near', async () => {
    const world = await worldOf('large');
    const page = await open(world, '/');
    await settled(page);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${world.url}/runs/latest`);
    await settled(page);
    const table = page.getByRole('grid').first();
    await table.locator('[aria-rowindex="2"]').waitFor();
    expect(Number(await table.getAttribute('aria-rowcount'))).toBeGreaterThan(10_000);
    expect(await drawn(page)).toBeLessThan(MOST_DRAWN);
    const toTheService = asked.filter((url) => url.includes('/v1/'));
    expect(toTheService.length, toTheService.join('\n')).toBeLessThanOrEqual(MOST_REQUESTS);

    await table.focus();
    for (let press = 0; press < 30; press += 1) await page.keyboard.press('PageDown');
    await expect.poll(() => lastRow(page)).toBeGreaterThan(300);
    expect(await drawn(page)).toBeLessThan(MOST_DRAWN);
  });
});

function drawn(page: Page): Promise<number> {
  return page.getByRole('row').count();
}

/** The number of the last row that is drawn. */
function lastRow(page: Page): Promise<number> {
  return page.evaluate(() =>
    Math.max(...[...document.querySelectorAll('[role=row]')].map((row) => Number(row.getAttribute('aria-rowindex')))),
  );
}
