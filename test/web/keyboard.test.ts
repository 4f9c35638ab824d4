import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { statusSchema } from '../../src/server/status-schemas.ts';
import { describeInBrowser, open, ownWorld, settled, worldOf } from './harness.ts';
import type { PageWorld } from './worlds.ts';

describeInBrowser('by keyboard alone a person', () => {
  it('finds an entity, opens a row, closes it, and goes from section to section', async () => {
    const page = await open(await worldOf('failed'), '/');
    await settled(page);
    await page.keyboard.press('/');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('catalog-worker');
    await page.getByRole('dialog').getByText('catalog-worker').first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/catalog/);
    // The view takes the focus when it is there.
    await settled(page);

    await blur(page);
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.waitForURL(/\/runs\//);
    await page.getByRole('grid').locator('[aria-rowindex="3"]').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('aside.drawer').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('aside.drawer').waitFor({ state: 'detached' });
    for (const [key, path] of Object.entries({ n: '/', t: '/timeline', p: '/plan', m: '/mapping', c: '/catalog' })) {
      await blur(page);
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await expect.poll(() => new URL(page.url()).pathname).toBe(path);
    }
  });

  it('approves what is held back with at most six keys from the run', async () => {
    const world = await ownWorld('blocked');
    const count = await heldBack(world);
    const before = world.stage.store.deletions.length;
    const page = await open(world, '/runs/latest');
    await settled(page);
    const [first, ...rest] = ['a', ...String(count), 'Enter'];
    expect(1 + rest.length).toBeLessThanOrEqual(6);
    await page.keyboard.press(first ?? '');
    await page.locator('input:focus').waitFor();
    for (const key of rest) await page.keyboard.press(key);
    await expect.poll(() => world.stage.store.deletions.length, { timeout: 60_000 }).toBe(before + count);
  });
});

async function heldBack({ service }: PageWorld): Promise<number> {
  const { needsPerson } = statusSchema.parse(JSON.parse((await service.call('GET', '/v1/status')).text));
  const held = needsPerson.find((need) => need.type === 'approve_deletions');
  if (held?.type !== 'approve_deletions') throw new Error('Nothing is held back');
  return held.count;
}

/** The focus may be in a field that takes letters. */
function blur(page: Page): Promise<void> {
  return page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
}
