import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { it, SECRETS } from '../secrets/scene.ts';
import { Caller } from '../service/caller.ts';
import { startProcess } from '../service/service-process.ts';
import { buildPage } from './build-page.ts';
import { describeInBrowser, open, settled } from './harness.ts';

const PATHS = ['/', '/timeline', '/runs/latest', '/plan', '/mapping', '/catalog?q=a', '/runs/latest?outcome=refused'];

describeInBrowser('a page whose service is full of secrets', () => {
  it('is told none of them, and shows none', async ({ scene }) => {
    await buildPage();
    const { REDIS_URL: _, ...env } = scene.env;
    const started = await startProcess('start', scene.folder, { ...env, EVENT_LISTENER_INTERVAL: '86400' });
    try {
      const service = new Caller(await started.listening(), SECRETS.apiToken.value);
      await service.settled(1);
      // Komodor says back what it was told, in a run that fails.
      scene.mirror.echo('/services/search', 403, 'komodor');
      expect((await service.ended((await service.request()).runId)).status).toBe('failed');

      const answers: string[] = [];
      const world = { url: service.url, clock: { aheadMs: 0 } };
      const page = await open(world, '/', { token: SECRETS.apiToken.value, expected: [/ERR_INCOMPLETE/] });
      page.on('response', (response) => {
        const isStream = (response.headers()['content-type'] ?? '').includes('event-stream');
        if (!isStream)
          response.text().then(
            (text) => answers.push(text),
            () => undefined,
          );
      });
      for (const path of PATHS) {
        await page.goto(`${service.url}${path}`);
        await settled(page);
        scene.expectClean(`what ${path} shows`, await shown(page));
      }
      scene.expectClean('answers', answers.join('\n'));
    } finally {
      await started.kill();
    }
  });
});

function shown(page: Page): Promise<string> {
  return page.evaluate(() => document.documentElement.outerHTML);
}
