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
    const plot = page.locator('.plot-box .u-over').first();
    await plot.waitFor();
    const box = await plot.boundingBox();
    await plot.click({ position: { x: (box?.width ?? 0) - 4, y: 20 } });
    const [last] = await world.service.runs();
    await page.waitForURL(`**/runs/${last?.runId}`);
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
