import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { proxied } from '../server/page/proxy.ts';
import { API_TOKEN, openStage, type RunningService, type Stage } from '../service/stage.ts';
import { buildPage } from './build-page.ts';
import { launch } from './chromium.ts';
import { describeInBrowser } from './harness.ts';
import { watchPage } from './watched-page.ts';

const name = `every page of the service, behind a path${withoutOwnRedis ? ` (${withoutOwnRedis})` : ''}`;

describeInBrowser(name, () => {
  let stage: Stage;
  let service: RunningService;
  let browser: Browser;
  beforeAll(async () => {
    if (withoutOwnRedis !== undefined) return;
    await buildPage();
    stage = await openStage({ seed: 7, services: 3 });
    const redis = await stage.redis();
    await redis.start();
    service = await stage.service({ REDIS_URL: redis.url, PUBLIC_URL: 'https://host.example/komodor' });
    await service.settled(1);
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  /** A page of somebody whose browser knows the token as password. */
  async function newPage(origin: string, expected: readonly RegExp[] = []) {
    const context = await browser.newContext({ httpCredentials: { username: 'me', password: API_TOKEN } });
    onTestFinished(() => context.close());
    await context.addInitScript(`sessionStorage.setItem('komodor-port.token', '${API_TOKEN}')`);
    const page = await context.newPage();
    return { page, watched: await watchPage(page, origin, expected) };
  }

  it.skipIf(withoutOwnRedis !== undefined).each([
    ['that the proxy leaves', true],
    ['that the proxy takes away', false],
  ])('%s, loads nothing from elsewhere and breaks no policy', async (_name, keepsPrefix) => {
    const origin = await proxied(Number(new URL(service.url).port), keepsPrefix);
    const { page, watched } = await newPage(origin);
    for (const [path, words] of [
      ['', 'On time'],
      ['/catalog', 'Catalog'],
      ['/docs', '/v1/runs/{id}'],
      ['/docs/', '/v1/runs/{id}'],
      ['/admin/queues', 'runs'],
      ['/admin/queues/queue/runs', 'resync (start): completed'],
    ]) {
      await page.goto(`${origin}/komodor${path}`);
      await page
        .getByText(words ?? '')
        .first()
        .waitFor();
    }
    expect(await watched.problems()).toEqual([]);
  });

  it.skipIf(withoutOwnRedis !== undefined)('obeys no page of another site', async () => {
    const before = (await service.runs()).length;
    const { page } = await newPage('http://evil.test');
    // The browser has been asked for the password, and knows it now.
    await page.goto(`${service.url}/v1/runs`);
    await page.route('http://evil.test/', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<iframe src="${service.url}/runs/latest"></iframe><form method="post" action="${service.url}/v1/runs"><button>Win</button></form>`,
      }),
    );
    await page.goto('http://evil.test/');
    const answers = await page.evaluate(async (url) => {
      const asked = ['v1/runs', 'resync', 'webhooks/resync', 'v1/map'].map((path) =>
        fetch(`${url}/${path}`, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}' }).then(
          () => 'sent',
          () => 'stopped',
        ),
      );
      const read = fetch(`${url}/v1/runs`, { credentials: 'include' }).then(
        () => 'read',
        () => 'hidden',
      );
      return [...(await Promise.all(asked)), await read];
    }, service.url);
    expect(answers.at(-1)).toBe('hidden');
    expect(page.frames().some((frame) => frame.url().startsWith(service.url))).toBe(false);
    await page.getByRole('button', { name: 'Win' }).click();
    await page.getByText('unauthorized').waitFor();
    expect((await service.runs()).length).toBe(before);
  });
});
