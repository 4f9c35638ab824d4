import { expect, it } from 'vitest';
import { API_TOKEN } from '../service/stage.ts';
import { launch } from './chromium.ts';
import { describeInBrowser, open, worldOf } from './harness.ts';
import { watchPage } from './watched-page.ts';

const ORIGIN = 'http://page.test';

describeInBrowser('a page that a test opens', () => {
  it('goes by the clock of its world', async () => {
    const world = await worldOf('empty');
    const page = await open(world, '/', { expected: [/favicon/] });
    expect(await page.title()).toContain('komodor-port');
    expect(await page.evaluate(() => new Date().toISOString().slice(0, 16))).toBe('2026-09-01T07:52');
  });

  it('fails for everything that it may not do', async () => {
    const browser = await launch();
    const page = await browser.newPage();
    const watched = await watchPage(page, ORIGIN, [/expected/]);
    const scripts = [
      'console.error("an error"); console.error("expected"); fetch("/secret"); throw new Error("an exception")',
    ];
    const headers = { 'content-security-policy': "default-src 'none'; script-src 'self'; connect-src 'self'" };
    await page.route(`${ORIGIN}/*`, (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/script') return route.fulfill({ contentType: 'text/javascript', body: scripts.join(';') });
      if (pathname === '/secret') return route.fulfill({ json: { token: API_TOKEN } });
      const body = '<script src="/script"></script><img src="/x.png"><img src="http://foreign.test/x.png">';
      return route.fulfill({ contentType: 'text/html', headers: pathname === '/policy' ? headers : {}, body });
    });
    await page.goto(`${ORIGIN}/policy`);
    await page.goto(`${ORIGIN}/`);
    const told = async () => (await watched.problems()).join('\n');
    await expect.poll(told).toMatch(/secret .* in http:\/\/page\.test\/secret/);
    const problems = (await watched.problems()).join('\n');
    await browser.close();
    expect(problems).toMatch(/console: an error/);
    expect(problems).toMatch(/exception: Error: an exception/);
    expect(problems).toMatch(/console: policy: img-src/);
    expect(problems).toMatch(/request to another host: http:\/\/foreign\.test/);
    expect(problems).not.toContain('expected');
  });
});
