import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { API_TOKEN } from '../service/stage.ts';
import { describeInBrowser, open, worldOf } from './harness.ts';

const UNAUTHORIZED = { token: null, expected: [/ 401 /] };

describeInBrowser('the token of the page', () => {
  it('is asked for, again after a wrong one, and kept for this tab alone', async () => {
    const page = await open(await worldOf('empty'), '/', UNAUTHORIZED);
    await enter(page, 'not-the-token');
    await page.getByText('does not take this token').waitFor();
    await enter(page, API_TOKEN);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('No complete truth').first().waitFor();
    expect(await kept(page)).toEqual({ local: false, cookies: '', address: false, session: true });

    await page.reload();
    await page.getByText('No complete truth').first().waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByRole('dialog').waitFor();
  });

  it('never leads to a dialog of the browser, and no answer sets a cookie', async () => {
    const world = await worldOf('empty');
    const headers: string[] = [];
    const page = await open(world, '/', UNAUTHORIZED);
    page.on('response', (response) => headers.push(...Object.keys(response.headers())));
    await page.reload();
    await page.getByRole('dialog').waitFor();
    // A stored password of HTTP Basic would go along with what another site asks for: the page's own requests carry none.
    const basic = page.waitForRequest((request) => request.url().includes('/v1/'));
    await page.reload();
    expect((await basic).headers().authorization).toBeUndefined();
    expect(headers).not.toContain('set-cookie');
  });
});

async function enter(page: Page, token: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Token', { exact: true }).fill(token);
  await page.keyboard.press('Enter');
}

/** Where the page has put the token. */
function kept(page: Page) {
  return page.evaluate((token) => {
    const session = Object.values(sessionStorage).includes(token);
    const local = JSON.stringify({ ...localStorage }).includes(token);
    return { local, cookies: document.cookie, address: location.href.includes(token), session };
  }, API_TOKEN);
}
