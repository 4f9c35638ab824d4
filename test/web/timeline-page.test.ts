import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { IDENTIFIER } from '../service/stage.ts';
import { describeInBrowser, open, ownWorld, settled, worldOf } from './harness.ts';
import type { PageWorld } from './worlds.ts';

/** Asks for a run, and waits until it has ended. */
async function run({ service }: PageWorld, body: object = {}): Promise<void> {
  const before = (await service.runs()).length;
  await service.request(body);
  await service.settled(before + 1);
}

describeInBrowser('the part Timeline', () => {
  it('shows what happened in a night, each filter in the address', async () => {
    const page = await open(await worldOf('failed'), '/timeline');
    await settled(page);
    const rows = page.locator('tr.entry');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(7);
    await page.getByRole('button', { name: 'Failed', exact: true }).click();
    await page.waitForURL(/\/timeline\?status=failed$/);
    await page.waitForFunction(() => document.querySelectorAll('tr.entry').length === 1);
    await page.getByRole('button', { name: 'Any end' }).click();
    await page.getByRole('button', { name: 'Service', exact: true }).click();
    await page.waitForURL(/\/timeline\?type=start(%2C|,)stop$/);
    await page.getByText('Service 0.').waitFor();
    await page.reload();
    await page.getByText('Service 0.').waitFor();
    expect(await rows.count()).toBe(1);
    await page.getByRole('button', { name: 'Plans', exact: true }).click();
    await page.getByRole('button', { name: 'Service', exact: true }).click();
    await page.getByText('Nothing of this kind has happened').waitFor();
    await page.getByRole('button', { name: 'Show everything' }).click();
    await page.waitForURL(/\/timeline$/);
  });

  it('opens a run by keyboard, and by a point of a plot', async () => {
    const world = await worldOf('failed');
    const page = await open(world, '/timeline');
    await settled(page);
    await page.locator('tr.entry').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const [, failed] = await world.service.runs();
    await page.waitForURL(`**/runs/${failed?.runId}`);
    await page.goBack();
    await page.locator('tr.entry').first().waitFor();
    const plot = page.locator('.plot-box').first();
    await plot.waitFor();
    const box = await plot.boundingBox();
    await plot.click({ position: { x: (box?.width ?? 0) - 4, y: 20 } });
    const [last] = await world.service.runs();
    await page.waitForURL(`**/runs/${last?.runId}`);

    await page.goBack();
    await plot.focus();
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(() => document.querySelectorAll('.plot-pointed').length === 4);
    expect(await plot.getAttribute('title')).toMatch(/^1 Sept 06:41: .*, failed$/);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/runs/${failed?.runId}`);
  });

  it('opens the run that a finger points at', async () => {
    const world = await worldOf('failed');
    const page = await open(world, '/timeline', { width: 390 });
    const box = await page.locator('.plot-box').first().boundingBox();
    const session = await page.context().newCDPSession(page);
    const at = { x: (box?.x ?? 0) + 54, y: (box?.y ?? 0) + 20 };
    await session.send('Emulation.setTouchEmulationEnabled', { enabled: true });
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] });
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    const first = (await world.service.runs()).at(-1);
    await page.waitForURL(`**/runs/${first?.runId}`);
  });

  it('draws plots as wide as the window lets them, in the colours of the theme and the clock that is chosen', async () => {
    const page = await open(await worldOf('failed'), '/timeline', { timezone: 'Asia/Kolkata' });
    const plot = page.locator('.plot-frame').first();
    const texts = () => plot.locator('text').allTextContents();
    const colour = () => plot.locator('.plot-points.failed').evaluate((points) => getComputedStyle(points).stroke);
    await page.locator('.plot-frame svg').nth(3).waitFor();
    expect(await texts()).toContain('10:00');
    const light = await colour();
    await page.getByRole('button', { name: 'Dark', exact: true }).click();
    expect(await colour()).not.toBe(light);
    await page.getByRole('button', { name: 'UTC', exact: true }).click();
    await page.waitForFunction(() => document.querySelector('.plot-frame svg')?.textContent?.includes('04:00'));
    const height = () => page.locator('.plots').evaluate((plots) => plots.scrollHeight);
    const before = await height();
    await page.setViewportSize({ width: 1200, height: 900 });
    await page.waitForFunction(() => {
      const [picture, box] = [document.querySelector('.plot-frame svg'), document.querySelector('.plot-box')];
      return picture?.getAttribute('viewBox')?.startsWith(`0 0 ${box?.clientWidth} `);
    });
    expect(await height()).toBe(before);
    expect(await page.locator('.plots [style]').count()).toBe(0);
  });

  it('has the plots as a table, too, with links to the runs', async () => {
    const page = await open(await worldOf('failed'), '/timeline');
    await page.getByText('These 6 resyncs as a table').click();
    const table = page.getByRole('region', { name: 'Resyncs as a table' });
    expect(await table.locator('tbody tr').count()).toBe(6);
    expect(await page.getByRole('img', { name: /^Duration of 6 resyncs: last .*, usually .*, at most / }).count()).toBe(
      1,
    );
  });

  it('lets new entries in at once, and further down only on demand', async () => {
    const world = await ownWorld('everyday');
    const page = await open(world, '/timeline', { height: 500 });
    await settled(page);
    const rows = page.locator('tr.entry');
    await rows.first().waitFor();
    const before = await rows.count();
    await run(world);
    await page.waitForFunction((count) => document.querySelectorAll('tr.entry').length === count, before + 1);

    await page.evaluate(() => scrollTo(0, 400));
    const place = () => rows.last().evaluate((row) => row.getBoundingClientRect().top);
    const was = await place();
    await run(world);
    await run(world, { mode: 'plan' });
    const line = page.getByRole('button', { name: /^2 new entries/ });
    await line.waitFor();
    expect(await place()).toBe(was);
    await line.click();
    await page.waitForFunction((count) => document.querySelectorAll('tr.entry').length === count, before + 3);
  });

  it('opens the difference of a mapping', async () => {
    const world = await ownWorld('everyday');
    const { integrations } = world.stage.store;
    const text = stringify(integrations.get(IDENTIFIER)?.config ?? {});
    integrations.change(IDENTIFIER, { config: parse(text.replace('title: .service', 'title: .service + "!"')) });
    await run(world);
    const page = await open(world, '/timeline?type=mapping');
    await page.getByText('Difference +1 −1').click();
    await page.getByText('title: .service + "!"').waitFor();
  });
});
