import type { Page } from 'playwright-core';
import { it, onTestFinished } from 'vitest';
import { freePort } from '../queue/redis-server.ts';
import { startProxy } from './cuttable-proxy.ts';
import { describeInBrowser, open, ownWorld, settled, worldOf } from './harness.ts';

/** What Chromium logs when nobody listens, or a stream breaks. */
const EXPECTED = [/ERR_/, / 50[0-9] /];

describeInBrowser('a page that is open', () => {
  it('says that the service is away, keeps what it shows, and goes on when the service is back', async () => {
    const env = { HTTP_PORT: String(await freePort()) };
    const world = await ownWorld('blocked', env);
    const page = await open(world, '/', { expected: EXPECTED });
    await shows(page, 'Action required');
    await world.service.stop();
    await shows(page, 'No live updates');
    await shows(page, 'Action required');
    await world.stage.service({ EVENT_LISTENER_INTERVAL: '86400', ...env });
    await page.getByText('No live updates').waitFor({ state: 'detached' });
    // The new process has made a run of its own, which holds the same set back.
    await shows(page, 'Action required');
  });

  it('goes on after a proxy has broken its stream, with what came meanwhile', async () => {
    const world = await worldOf('empty');
    const proxy = await startProxy(world.url);
    onTestFinished(() => proxy.close());
    const page = await open({ ...world, url: proxy.url }, '/', { expected: EXPECTED });
    await settled(page);
    proxy.cut();
    await shows(page, 'No live updates');
    const { runId } = await world.service.request();
    await world.service.ended(runId);
    proxy.mend();
    await page.getByText('No live updates').waitFor({ state: 'detached' });
    await page.locator(`a[href*="${runId}"]`).first().waitFor();
  });
});

async function shows(page: Page, text: string): Promise<void> {
  await page.getByText(text).first().waitFor();
}
