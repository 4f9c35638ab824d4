import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser, open, ownWorld, worldOf } from './harness.ts';

/** How far what was there has moved by itself. */
async function shiftIn(page: Page, ms: number): Promise<number> {
  return page.evaluate(
    (forMs) =>
      new Promise<number>((resolve) => {
        let sum = 0;
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += 'value' in entry ? Number(entry.value) : 0;
        });
        observer.observe({ type: 'layout-shift' });
        setTimeout(() => resolve(sum), forMs);
      }),
    ms,
  );
}

const sentence = (page: Page) => page.locator('h1.now-sentence');

describeInBrowser('the part Now', () => {
  it('says how fresh the catalog is, per blueprint, and where the time of the last run went', async () => {
    const page = await open(await worldOf('everyday'), '/');
    await sentence(page)
      .getByText(/On time: last complete truth 1\d min ago, next in 4\d min/)
      .waitFor();
    const rows = page.locator('table.freshness tbody tr');
    expect(await rows.count()).toBe(2);
    expect(await rows.first().textContent()).toMatch(/On time.*0\.2.*min ago/);
    const lanes = page.getByRole('table', { name: 'Where the time went' });
    await lanes.waitFor();
    expect(await lanes.locator('tbody tr').count()).toBe(2);
    expect(await lanes.locator('.lane-bar').count()).toBeGreaterThanOrEqual(6);
  });

  it('stands still while it is told again and again', async () => {
    const page = await open(await worldOf('everyday'), '/');
    await page.locator('.lane-bar').first().waitFor();
    expect(await shiftIn(page, 4_000)).toBeLessThan(0.02);
  });

  it('begins a resync, with the same as command and call beside it', async () => {
    const world = await ownWorld('everyday');
    const page = await open(world, '/');
    const before = (await world.service.runs()).length;
    await page.getByRole('button', { name: 'Resync now' }).click();
    await page.getByText(/Asked for a resync|Joined a run/).waitFor();
    await expect.poll(async () => (await world.service.runs()).length).toBe(before + 1);
    await page
      .getByText(/s ago by http, took|Last resync.*by http/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'curl' }).first().click();
    const call = await page.locator('.copied pre').textContent();
    expect(call).toContain(`-X POST ${world.url}/v1/runs`);
  });

  it('shows a run that waits, why, and cancels it', async () => {
    const world = await ownWorld('slow');
    const page = await open(world, '/');
    await page.getByText('Resync in progress').waitFor();
    await page.getByText(/Komodor waits \(asked to wait\)/).waitFor();
    expect(await page.locator('.lane-bar.wait').count()).toBe(1);
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel run' }).click();
    await page.getByText('Aborted').first().waitFor();
    await page.getByText('Last resync').waitFor();
  });

  it('says first what waits for a person, with the way to it', async () => {
    const page = await open(await worldOf('blocked'), '/');
    await sentence(page)
      .getByText(/Action required: \d+ deletions of komodorService wait for you/)
      .waitFor();
    await page.getByRole('button', { name: 'CLI' }).nth(2).click();
    expect(await page.locator('.copied pre').textContent()).toMatch(
      /^komodor-port resync --approve-deletions [0-9a-f]{16}$/,
    );
    await page.getByRole('link', { name: 'Look at the set, and approve it' }).click();
    await page.waitForURL(/\/runs\/[^/]+\/held\/komodorService$/);
  });

  it('says what has to be repaired', async () => {
    const page = await open(await worldOf('denied'), '/');
    await sentence(page)
      .getByText(/something has to be repaired/)
      .waitFor();
    await page
      .getByText(/refused the API key/)
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'See the run that met it' }).waitFor();
  });

  it('says the next step where nothing ever ran', async () => {
    const page = await open(await worldOf('empty'), '/', { width: 390 });
    await page.getByText('No resync has run yet.').waitFor();
    await page.getByText('no interval is set').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});
