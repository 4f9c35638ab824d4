import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { removeServices } from '../resync/world-steps.ts';
import { describeInBrowser, open, ownWorld } from './harness.ts';
import type { PageWorld } from './worlds.ts';

const SERVICES = 'komodorService';
const HELD = `/runs/latest/held/${SERVICES}`;

/** The number that the page asks for, once it can be typed. */
async function wantedCount(page: Page): Promise<string> {
  await page.locator('input.count:focus').waitFor();
  return (await page.locator('form strong').textContent())?.replaceAll(',', '') ?? '';
}

/** The bodies of what the page sends from now on. */
function sentBy(page: Page): readonly (string | null)[] {
  const sent: (string | null)[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') sent.push(request.postData());
  });
  return sent;
}

const left = ({ stage }: PageWorld) => stage.store.entitiesOf(SERVICES).length;

describeInBrowser('approving held-back deletions', () => {
  it('takes the number by keyboard, sends the digest that is shown once, and says how many went', async () => {
    const world = await ownWorld('blocked');
    const before = left(world);
    const page = await open(world, '/runs/latest');
    const sent = sentBy(page);
    await page
      .getByRole('link', { name: /decide/i })
      .first()
      .waitFor();
    await page.keyboard.press('a');
    await page.waitForURL(/\/held\//);
    const count = await wantedCount(page);
    expect(['a', ...count, 'Enter'].length).toBeLessThanOrEqual(6);
    await page.getByText(/entities would go: [\d.]+ %/).waitFor();
    await page.getByRole('heading', { name: 'Relations that would break' }).waitFor();
    await page.keyboard.type('1');
    await page.keyboard.press('Enter');
    await page.getByText(`Type ${count}: the number`).waitFor();
    expect(sent).toEqual([]);
    await page.keyboard.press('Backspace');
    await page.keyboard.type(count);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByText('Carried out:').waitFor({ timeout: 60_000 });
    await page.getByText(`${count} entities were deleted.`).waitFor();
    const digest = await page.locator('section[aria-label="Why"] code').textContent();
    expect(sent).toEqual([JSON.stringify({ approveDeletions: digest })]);
    expect(left(world)).toBe(before - Number(count));
    // The same address again tells the same.
    await page.reload();
    await page.getByText(`${count} entities were deleted.`).waitFor();
  });

  it('shows what came in when the set has changed, and takes the new one', async () => {
    const world = await ownWorld('blocked');
    const before = left(world);
    const page = await open(world, HELD);
    const count = await wantedCount(page);
    removeServices(world.stage.world, 1);
    await page.keyboard.type(count);
    await page.keyboard.press('Enter');
    await page.getByText('Refused: the set has changed.').waitFor({ timeout: 60_000 });
    await page.getByText('Came in (1)').waitFor();
    expect(left(world)).toBe(before);
    // Somebody who opens the old set now is told before.
    const other = await open(world, `/runs/${(await world.service.runs())[1]?.runId}/held/${SERVICES}`);
    await other.getByText('The last resync holds another set back.').waitFor();
    await other.getByText('Came in (1)').waitFor();

    await page.getByText('Look at the set held now, and decide').click();
    await page.getByText(`type ${Number(count) + 1}`).waitFor();
    const more = await wantedCount(page);
    expect(Number(more)).toBe(Number(count) + 1);
    await page.keyboard.type(more);
    await page.keyboard.press('Enter');
    await page.getByText('Carried out:').waitFor({ timeout: 60_000 });
    expect(left(world)).toBe(before - Number(more));
    await other.reload();
    await other.getByText('Nothing waits for an approval here any more.').waitFor();
  });
});

describeInBrowser('a plan', () => {
  it('is started, shown when it is ready, filtered in its address, and leads to its held-back sets', async () => {
    const world = await ownWorld('blocked');
    const page = await open(world, '/plan');
    await page.getByRole('button', { name: 'Plan everything' }).click();
    await page.getByRole('heading', { name: /to delete, .* held back/ }).waitFor({ timeout: 60_000 });
    const address = page.url();
    await page.getByRole('button', { name: /^Held back/ }).click();
    expect(page.url()).toContain('held=1');
    await page.getByRole('button', { name: 'Collapse all' }).click();
    await page.getByRole('button', { name: 'Expand all' }).waitFor();
    expect(await page.locator('.vbody .vrow').count()).toBeLessThan(10);
    await page.getByLabel('Identifier or title').fill('no entity has this name');
    await page.getByText('No change fits this choice.').waitFor();
    await page.goto(address);
    await page.getByRole('heading', { name: /to delete/ }).waitFor();
    await page.keyboard.press('a');
    await page.waitForURL(/\/held\//);
    await wantedCount(page);
    await page.goto(address.replace('/plan/', '/runs/'));
    await page.waitForURL(address);
    const resync = (await world.service.runs()).find(({ mode }) => mode === 'resync');
    await page.goto(`${world.url}/plan/${resync?.runId}`);
    await page.waitForURL(new RegExp(`/runs/${resync?.runId}$`));
  });
});
