import { expect, it } from 'vitest';
import { describeInBrowser, open, worldOf } from './harness.ts';

describeInBrowser('the questions about one entity', () => {
  it('are answered on one screen, two clicks from the first page', async () => {
    const world = await worldOf('everyday');
    const service = world.stage.world.services[3];
    if (service === undefined) throw new Error('The world has too little');
    const identifier = [service.kind, service.cluster, service.namespace, service.service].join('-');
    const page = await open(world, '/');
    await page.locator('main h1').waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Catalog' }).click();
    await page.getByLabel('Search for a part of an identifier or a title').fill(identifier);
    await page.locator('table.found a[data-row]', { hasText: identifier }).first().click();
    await page.locator('section[aria-label="Verdict"]').waitFor();
    for (const name of ['The next resync', 'In Port', 'The raw item', 'Relations', 'Asked for this', 'History'])
      await page.getByRole('heading', { name, exact: true }).waitFor();
    expect(new URL(page.url()).pathname.split('/').map(decodeURIComponent)).toEqual([
      '',
      'catalog',
      'komodorService',
      identifier,
    ]);
  });
});
