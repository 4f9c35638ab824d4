import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { API_TOKEN } from '../service/stage.ts';
import { violationsOf } from './axe.ts';
import { describeInBrowser, open, settled, worldOf } from './harness.ts';

const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '');
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name });

describeInBrowser('the token', () => {
  const expected = [/401/];

  it('is asked for once, kept by this tab alone, and never part of an address', async () => {
    const page = await open(await worldOf('everyday'), '/timeline', { token: null, expected });
    const asking = dialog(page, 'Enter the token');
    await asking.getByLabel('Token', { exact: true }).fill(API_TOKEN);
    await page.keyboard.press('Enter');
    await asking.waitFor({ state: 'detached' });
    await page.getByText('On time').first().waitFor();
    await page.reload();
    await page.getByText('On time').first().waitFor();
    expect(await asking.count()).toBe(0);
    const kept = await page.evaluate(() => [JSON.stringify(localStorage), document.cookie, location.href].join(' '));
    expect(kept).not.toContain(API_TOKEN);
  });

  it('that is wrong is not kept, and the page says so', async () => {
    const page = await open(await worldOf('everyday'), '/', { token: null, expected });
    const field = dialog(page, 'Enter the token').getByLabel('Token', { exact: true });
    for (const [entered, words] of [
      ['wrong', 'does not take this token'],
      ['two words', 'no spaces'],
    ] as const) {
      await field.fill(entered);
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: words }).waitFor();
    }
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  it('that the service no longer takes is asked for again, also after the question was closed', async () => {
    const page = await open(await worldOf('everyday'), '/', { token: 'of yesterday', expected });
    await dialog(page, 'Enter the token').getByText('no longer takes').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Enter the token' }).click();
    await dialog(page, 'Enter the token').waitFor();
  });
});

describeInBrowser('the keyboard', () => {
  it('leads to each view; its heading, or its search, has the focus, and names the tab', async () => {
    const page = await open(await worldOf('everyday'), '/');
    await settled(page);
    for (const [key, path] of [
      ['t', '/timeline'],
      ['r', '/runs/latest'],
      ['p', '/plan'],
      ['m', '/mapping'],
      ['c', '/catalog'],
      ['n', '/'],
    ] as const) {
      // Out of a search field.
      await page.keyboard.press('Escape');
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await page.waitForURL((url) => url.pathname === path);
      await page.waitForFunction((view) => {
        const { activeElement, title } = document;
        const heading = document.querySelector('main h1')?.textContent;
        return (
          activeElement?.matches(view === '/catalog' ? 'main input[type=search]' : 'main h1') === true &&
          title === `${view === '/' ? 'Now' : heading} · komodor-port`
        );
      }, path);
    }
  });

  it('has a list of its keys, and gives the focus back', async () => {
    const page = await open(await worldOf('everyday'), '/');
    await settled(page);
    await page.getByRole('link', { name: 'Catalog' }).focus();
    await page.keyboard.press('?');
    const help = dialog(page, 'Keys');
    for (const words of ['Search entities', 'Pause live updates', 'Next row', 'Timeline']) {
      expect(await help.getByText(words).count()).toBe(1);
    }
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('Catalog');
  });

  it('skips the navigation', async () => {
    const page = await open(await worldOf('everyday'), '/');
    await settled(page);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('To the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  });
});

describeInBrowser('the search', () => {
  it('finds an entity by a part of its name, and opens it', async () => {
    const world = await worldOf('everyday');
    const name = world.stage.world.services[7]?.service ?? '';
    const page = await open(world, '/');
    await settled(page);
    await page.keyboard.press('/');
    await page.keyboard.type(name);
    await page.getByRole('option').filter({ hasText: 'in Port' }).first().click();
    await page.waitForURL(/\/catalog\/komodor\w+\/.+/);
    expect(decodeURIComponent(page.url())).toContain(name);
  });

  it('finds runs, views and commands with the keyboard alone', async () => {
    const page = await open(await worldOf('everyday'), '/');
    await settled(page);
    await page.keyboard.press('/');
    await page.getByRole('option').filter({ hasText: 'schedule' }).first().waitFor();
    await page.keyboard.type('plan http');
    await page.getByRole('option', { selected: true }).filter({ hasText: 'Plan' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/plan\/.+/);
    await page.keyboard.press('/');
    await page.keyboard.type('colours dark');
    await page.keyboard.press('Enter');
    await page.locator('html[data-theme=dark]').waitFor();
    expect(await dialog(page, 'Search').count()).toBe(0);
  });

  it('says when nothing has the name', async () => {
    const page = await open(await worldOf('everyday'), '/');
    await settled(page);
    await page.keyboard.press('/');
    await page.keyboard.type('zzz-nothing');
    await page.getByText('Nothing in the catalog has this in its name').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/catalog\?q=zzz-nothing$/);
  });
});

describeInBrowser('what is always there', () => {
  it('pauses and goes on', async () => {
    const page = await open(await worldOf('everyday'), '/');
    await page.getByText('On time').first().waitFor();
    await page.keyboard.press('p');
    await page.getByText('What happens now is not shown').waitFor();
    await page.keyboard.press('p');
    await page.getByText('What happens now is not shown').waitFor({ state: 'detached' });
  });

  it('says since when there is no connection and when it tries again, and comes back by itself', async () => {
    const page = await open(await worldOf('everyday'), '/', { expected: [/ERR_|Failed to load/] });
    await page.getByText('On time').first().waitFor();
    await page.route('**/v1/events', (route) => route.abort());
    await page.keyboard.press('p');
    await page.keyboard.press('p');
    await page.getByText('No live updates since').waitFor();
    await page.getByText('The next try comes').waitFor();
    await page.unroute('**/v1/events');
    await page.getByText('No live updates since').waitFor({ state: 'detached' });
  });

  it('keeps the colours and the clock that were chosen', async () => {
    const page = await open(await worldOf('everyday'), '/', { timezone: 'Asia/Tokyo', scheme: 'dark' });
    await settled(page);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.getByRole('button', { name: 'Light' }).click();
    await page.getByRole('button', { name: 'UTC' }).click();
    await page.reload();
    await settled(page);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
    await page
      .locator('footer time')
      .filter({ hasText: /^0[78]:\d\d:\d\d UTC$/ })
      .waitFor();
    expect(await page.locator('footer time').getAttribute('title')).toMatch(
      /1[67]:\d\d:\d\d local · 2026-09-01 0[78]:/,
    );
  });

  it('says of an unknown view what there is', async () => {
    const page = await open(await worldOf('everyday'), '/');
    await settled(page);
    await page.evaluate(() => {
      history.pushState(null, '', 'nope');
      history.pushState(null, '', '');
      history.back();
    });
    await page.getByRole('heading', { name: 'There is no such view' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Timeline' }).click();
    await page.waitForURL(/\/timeline$/);
  });

  it.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 360],
    ['dark', 360],
  ] as const)('has nothing that axe objects to, %s at %d', async (scheme, width) => {
    const page = await open(await worldOf('everyday'), '/', { scheme, width });
    await settled(page);
    for (const [key, name] of [
      ['/', 'Search'],
      ['?', 'Keys'],
    ] as const) {
      await page.keyboard.press(key);
      await dialog(page, name).waitFor();
      expect(await violationsOf(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await dialog(page, name).waitFor({ state: 'detached' });
    }
    await page.keyboard.press('p');
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });
});
