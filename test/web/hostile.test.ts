import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, open, settled } from './harness.ts';
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

/** Does so many pieces of work at the same time; most of each is waiting. */
async function atATime(many: number, work: readonly (() => Promise<void>)[]): Promise<void> {
  const left = [...work];
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await next();
  };
  await Promise.all(Array.from({ length: many }, worker));
}

describeInBrowser('hostile names', () => {
  let world: Awaited<ReturnType<typeof openHostileWorld>>;
  beforeAll(async () => {
    world = await openHostileWorld();
  }, 120_000);
  afterAll(() => world?.close());

  async function look(path: string, width: number): Promise<void> {
    const page = await open(world, path, { width, expected: EXPECTED });
    const dialogs: string[] = [];
    page.on('dialog', async (dialog) => {
      dialogs.push(dialog.message());
      await dialog.dismiss();
    });
    await settled(page);
    // What is loaded after the first document: sections below the rows, samples.
    await page.waitForTimeout(700);
    expect({ path, width, dialogs, ...(await page.evaluate(inspect)) }).toEqual({
      path,
      width,
      dialogs: [],
      foreign: [],
      hidden: [],
      over: 0,
    });
    await page.close();
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
    const views = paths.flatMap((path) => [1440, 390].map((width) => () => look(path, width)));
    await atATime(4, views);
  }, 300_000);

  it('in an address are text', async () => {
    const names = [HOSTILE.html, HOSTILE.bidi, HOSTILE.long.slice(0, 190)].map(encodeURIComponent);
    const paths = names.flatMap((part) => [
      `/catalog?q=${part}`,
      `/catalog/${part}/${part}`,
      `/runs/${part}`,
      `/runs/latest/held/${part}`,
      `/plan/${part}`,
      `/timeline?type=${part}`,
    ]);
    await atATime(
      4,
      paths.map((path) => () => look(path, 390)),
    );
  }, 300_000);

  it('lead to the entity that they name', async () => {
    const follow = async (name: string) => {
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
    };
    await atATime(
      3,
      Object.values(HOSTILE).map((name) => () => follow(name)),
    );
  }, 300_000);
});
