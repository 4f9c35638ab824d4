import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, open } from './harness.ts';
import { HOSTILE, identifierOf, openHostileWorld } from './hostile-world.ts';

/** Answers of the service that are meant: a run or an entity that is not there. */
const EXPECTED = [/status of 40[04]/, /status of 429/];

/** What a page shows, as far as it could be used against the reader. */
function inspect(): { readonly foreign: readonly string[]; readonly hidden: readonly string[]; readonly over: number } {
  const main = document.querySelector('main') ?? document.body;
  const injected = [...main.querySelectorAll('img, iframe, object, embed, script, style, base, i, b')];
  const handlers = [...document.querySelectorAll('*')].flatMap(({ attributes }) =>
    [...attributes].filter(({ name }) => name.startsWith('on')),
  );
  const links = [...document.querySelectorAll('a')].filter(({ href }) => new URL(href).origin !== location.origin);
  const text = main.textContent ?? '';
  // Controls and marks of direction, except line breaks, tabs, and what joins emoji.
  const controls = text.match(/[\p{Cc}\p{Bidi_C}\u2028\u2029]/gu)?.filter((one) => !/[\t\n\r]/.test(one));
  return {
    foreign: [
      ...injected.map(({ outerHTML }) => outerHTML.slice(0, 200)),
      ...handlers.map(({ name, value }) => `${name}=${value}`),
      ...links.map(({ href }) => href),
    ],
    hidden: (controls ?? []).map((one) => `U+${one.charCodeAt(0).toString(16)}`),
    over: document.documentElement.scrollWidth - innerWidth,
  };
}

describeInBrowser('hostile names', () => {
  let world: Awaited<ReturnType<typeof openHostileWorld>>;
  beforeAll(async () => {
    world = await openHostileWorld();
  }, 120_000);
  afterAll(() => world?.close());

  async function look(path: string, width: number, until?: (page: Page) => Promise<unknown>): Promise<Page> {
    const page = await open(world, path, { width, expected: EXPECTED });
    page.on('dialog', (dialog) => {
      throw new Error(`a dialog: ${dialog.message()}`);
    });
    await page.locator('main h1').waitFor();
    await until?.(page);
    await page.waitForTimeout(1_500);
    expect({ path, width, ...(await page.evaluate(inspect)) }).toEqual({
      path,
      width,
      foreign: [],
      hidden: [],
      over: 0,
    });
    return page;
  }

  it('are text in every part, in any width', async () => {
    const runs = await world.service.runs();
    const plan = runs.find(({ mode }) => mode === 'plan')?.runId;
    const refused = runs.findLast(({ mode }) => mode === 'resync')?.runId;
    const paths = [
      '/',
      '/timeline',
      '/runs/latest',
      `/runs/${runs.filter(({ mode }) => mode === 'resync')[1]?.runId}?outcome=refused`,
      `/runs/${refused}`,
      '/runs/latest/held/komodorService',
      '/plan',
      `/plan/${plan}`,
      '/mapping',
      '/catalog',
      '/catalog?q=hostile',
    ];
    for (const path of paths) for (const width of [1440, 390]) await (await look(path, width)).close();
  }, 300_000);

  it('in an address are text', async () => {
    for (const name of [HOSTILE.html, HOSTILE.bidi, HOSTILE.long.slice(0, 190)]) {
      const part = encodeURIComponent(name);
      const paths = [
        `/catalog?q=${part}`,
        `/catalog/${part}/${part}`,
        `/runs/${part}`,
        `/runs/latest/held/${part}`,
        `/plan/${part}`,
        `/timeline?type=${part}`,
      ];
      for (const path of paths) await (await look(path, 390)).close();
    }
  }, 300_000);

  it('lead to the entity that they name', async () => {
    for (const name of Object.values(HOSTILE)) {
      const identifier = identifierOf(name);
      const page = await open(world, `/catalog?q=${encodeURIComponent(identifier.slice(0, 190))}`, {
        expected: EXPECTED,
      });
      const link = page.locator('table.found a[data-row]').first();
      await link.waitFor();
      await link.click();
      await page.locator('section[aria-label="Verdict"]').waitFor({ timeout: 60_000 });
      const { pathname } = new URL(page.url());
      expect(pathname.split('/').map(decodeURIComponent).slice(1)).toEqual(['catalog', 'komodorService', identifier]);
      expect(await page.locator('section[aria-label="Verdict"]').textContent()).toContain('Deletion held back');
      await page.close();
    }
  }, 300_000);
});
