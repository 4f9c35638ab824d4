import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { readProjectFile } from '../house/files.ts';
import { describeInBrowser, open, settled, worldOf } from './harness.ts';
import type { PageWorld, WorldKind } from './worlds.ts';

/** From the first page to the answer: what is clicked and typed, and what then answers. */
interface Walk {
  readonly question: number;
  readonly world: WorldKind;
  readonly clicks: readonly ((page: Page) => Locator)[];
  /** Typed before the last click. Typing is no click. */
  readonly types?: (page: Page, world: PageWorld) => Promise<void>;
  readonly answer: (page: Page) => Locator;
}

const section = (name: string) => (page: Page) =>
  page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name });
const heading = (name: string | RegExp) => (page: Page) => page.getByRole('heading', { name }).first();
const text = (words: RegExp) => (page: Page) => page.locator('main').getByText(words).first();

/** Of one entity: the catalog, and there its row. */
function ofEntity(question: number, answer: Walk['answer']): Walk {
  return {
    ...{ question, world: 'everyday', answer },
    clicks: [section('Catalog'), (page) => page.locator('table.found a[data-row]').first()],
    async types(page, { stage }) {
      const service = stage.world.services[3];
      if (service === undefined) throw new Error('The world has too little');
      const identifier = [service.kind, service.cluster, service.namespace, service.service].join('-');
      await page.getByLabel('Search for a part of an identifier or a title').fill(identifier);
      await page.locator('table.found a[data-row]', { hasText: identifier }).first().waitFor();
    },
  };
}

const WALKS: readonly Walk[] = [
  { question: 1, world: 'everyday', clicks: [], answer: heading(/last complete truth .* ago/) },
  { question: 2, world: 'everyday', clicks: [], answer: heading(/next in/) },
  { question: 4, world: 'everyday', clicks: [], answer: heading('APIs') },
  { question: 5, world: 'everyday', clicks: [], answer: heading('Freshness') },
  { question: 7, world: 'everyday', clicks: [section('Last run')], answer: text(/created, \d+ updated/) },
  ofEntity(9, (page) => page.locator('section[aria-label="Verdict"]')),
  ofEntity(10, (page) => page.getByRole('columnheader', { name: 'Expression' })),
  ofEntity(11, heading('History')),
  ofEntity(12, (page) => page.locator('section[aria-label="Verdict"]')),
  ofEntity(13, heading('Relations')),
  ofEntity(14, heading('In Port')),
  ofEntity(15, heading('The next resync')),
  {
    ...{
      question: 17,
      world: 'everyday',
      answer: (page) =>
        page
          .locator('section[aria-label="Changes"]')
          .or(text(/would change nothing/i)(page))
          .first(),
    },
    clicks: [section('Plan'), (page) => page.getByRole('button', { name: 'Plan everything' })],
  },
  {
    ...{ question: 18, world: 'everyday', answer: text(/^Nothing of this kind has happened/) },
    clicks: [section('Timeline'), (page) => page.getByRole('button', { name: 'Approvals' })],
  },
  { question: 19, world: 'everyday', clicks: [section('Mapping')], answer: text(/In use: Port's integration/) },
  {
    ...{ question: 20, world: 'everyday', answer: text(/^Nothing of this kind has happened/) },
    clicks: [section('Timeline'), (page) => page.getByRole('button', { name: 'Mapping' })],
  },
  { question: 6, world: 'failed', clicks: [section('Last run')], answer: heading('Problems') },
  {
    ...{ question: 8, world: 'failed', answer: text(/Refused by a fault of the sandbox/) },
    clicks: [section('Last run'), (page) => page.locator('main a[href*="outcome=refused"], main button').first()],
  },
  {
    ...{ question: 16, world: 'blocked', answer: heading('Relations that would break') },
    clicks: [(page) => page.getByRole('link', { name: /Look at the set/ })],
  },
  { question: 3, world: 'slow', clicks: [], answer: text(/Komodor waits/) },
];

/** The clicks that docs/questions.md promises, by question. */
const promised = new Map(
  [...readProjectFile('docs/questions.md').text.matchAll(/^\| (\d+)\. .* \| (\d) \| [^|]*\|$/gm)].map(
    ([, question, clicks]) => [Number(question), Number(clicks)],
  ),
);

describeInBrowser('the twenty questions', () => {
  it('are all promised within two clicks, and walked', () => {
    expect([...promised.keys()]).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(Math.max(...promised.values())).toBeLessThanOrEqual(2);
    expect(WALKS.map(({ question }) => question).toSorted((a, b) => a - b)).toEqual([...promised.keys()]);
  });

  it.each(WALKS)('question $question is answered with as many clicks as promised', async (walk) => {
    const world = await worldOf(walk.world);
    const page = await open(world, '/');
    await settled(page);
    let clicks = 0;
    for (const [index, target] of walk.clicks.entries()) {
      if (index === walk.clicks.length - 1) await walk.types?.(page, world);
      await target(page).click();
      clicks += 1;
      await settled(page);
    }
    await walk.answer(page).waitFor();
    expect(clicks).toBe(promised.get(walk.question));
  });
});
