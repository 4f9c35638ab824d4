import type { Page } from 'playwright-core';
import type { PageWorld, WorldKind } from './worlds.ts';

/** A view in a state, as the tests over all parts look at it. */
export interface View {
  readonly name: string;
  readonly world: WorldKind;
  readonly path: string | ((world: PageWorld) => string);
  /** What is done before it is looked at. */
  readonly act?: (page: Page) => Promise<void>;
}

/** A workload that every world has, in the catalog. */
export function someService({ stage }: PageWorld): string {
  const identifiers = stage.store.entitiesOf('komodorService').map(({ identifier }) => identifier);
  const found = identifiers.toSorted().find((identifier) => identifier.startsWith('Deployment-production-eu'));
  return `/catalog/komodorService/${encodeURIComponent(found ?? '')}`;
}

/** Opens the newest plan of the list. */
async function openPlan(page: Page): Promise<void> {
  await page.locator('table.plans a').first().click();
  await page.locator('.vtable').waitFor();
}

/** All views and the states in which they differ. Those of a world stand together: a world is opened once. */
export const VIEWS: readonly View[] = [
  { name: 'now', world: 'everyday', path: '/' },
  { name: 'timeline', world: 'everyday', path: '/timeline' },
  { name: 'run', world: 'everyday', path: '/runs/latest' },
  { name: 'plan', world: 'everyday', path: '/plan' },
  { name: 'plan-result', world: 'everyday', path: '/plan', act: openPlan },
  {
    name: 'plan-change',
    world: 'everyday',
    path: '/plan',
    async act(page) {
      await openPlan(page);
      await page.locator('.vbody .vrow').nth(1).click();
      await page.locator('.drawer').waitFor();
    },
  },
  { name: 'mapping', world: 'everyday', path: '/mapping' },
  { name: 'catalog', world: 'everyday', path: '/catalog?q=api' },
  { name: 'entity', world: 'everyday', path: someService },
  { name: 'no-such-view', world: 'everyday', path: '/runs/nobody' },
  { name: 'help', world: 'everyday', path: '/', act: (page) => page.keyboard.press('?') },
  { name: 'search', world: 'everyday', path: '/', act: (page) => page.keyboard.press('/') },
  { name: 'blocked-now', world: 'blocked', path: '/' },
  { name: 'blocked-run', world: 'blocked', path: '/runs/latest' },
  { name: 'approval', world: 'blocked', path: '/runs/latest/held/komodorService' },
  { name: 'failed-now', world: 'failed', path: '/' },
  { name: 'failed-timeline', world: 'failed', path: '/timeline' },
  { name: 'failed-run', world: 'failed', path: '/runs/latest' },
  { name: 'denied-now', world: 'denied', path: '/' },
  { name: 'denied-run', world: 'denied', path: '/runs/latest' },
  { name: 'slow-now', world: 'slow', path: '/' },
  { name: 'slow-run', world: 'slow', path: '/runs/latest' },
  { name: 'empty-now', world: 'empty', path: '/' },
  { name: 'empty-timeline', world: 'empty', path: '/timeline' },
  { name: 'empty-run', world: 'empty', path: '/runs/latest' },
  { name: 'empty-plan', world: 'empty', path: '/plan' },
  { name: 'empty-catalog', world: 'empty', path: '/catalog' },
];
