import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { violationsOf } from './axe.ts';
import { describeInBrowser, open, ownWorld } from './harness.ts';

const YAML = { name: 'Mapping as YAML' };

/** Adds to the end of the first line that has a text. */
async function addTo(page: Page, line: string, text: string): Promise<void> {
  await page.locator('.yaml .cm-line', { hasText: line }).first().click();
  await page.keyboard.press('End');
  await page.keyboard.type(text);
}

async function title(page: Page): Promise<string> {
  return (await page.locator('.entity dl.fields > div', { hasText: 'title' }).last().textContent()) ?? '';
}

describeInBrowser('the part Mapping', () => {
  it('shows errors at their line, and what comes out beside what the mapping in use gives', async () => {
    const page = await open(await ownWorld('empty'), '/mapping');
    await page.getByText('The same comes out with the mapping in use').waitFor();
    await page.getByText('No errors').waitFor();
    await addTo(page, 'title: .service', ' | ascii_upcase');
    await page.getByText('Different from the mapping in use').waitFor();
    expect(await title(page)).toContain('CART');

    await addTo(page, 'status: .status', ' | nosuch');
    await page.getByText('1 error').waitFor();
    await page.locator('.cm-marked-error').first().waitFor();
    expect(await page.locator('.cm-marked-error').textContent()).toContain('nosuch');
    await page
      .getByRole('button', { name: /^line \d+$/ })
      .first()
      .click();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(YAML.name);
    expect(await violationsOf(page)).toEqual([]);

    // Escape leaves the editor, and the page's keys work again.
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor();
    await page.goBack();
    await page.locator('.yaml .cm-line', { hasText: 'nosuch' }).waitFor();
    await page.reload();
    await page.locator('.yaml .cm-line', { hasText: 'nosuch' }).waitFor();
    await page.getByText('Edited, and not written to Port').waitFor();
    await page.getByRole('button', { name: 'Back to the mapping in use' }).click();
    await page.getByText('No errors').waitFor();
    expect(await page.getByRole('textbox', YAML).textContent()).not.toContain('nosuch');
  });

  it('writes to Port only after a plan, and explains a refusal', async () => {
    const world = await ownWorld('everyday');
    const page = await open(world, '/mapping', { expected: [/ 409 /] });
    const write = page.getByRole('button', { name: 'Write to Port…' });
    await page.getByText('No errors').waitFor();
    expect(await write.isDisabled()).toBe(true);
    await addTo(page, 'title: .service', ' | ascii_upcase');
    await page.getByText('Plan it first').waitFor();
    await page.getByRole('button', { name: 'Plan this mapping' }).click();
    await page.getByText('This mapping would').waitFor();
    expect(await page.locator('.note.row').textContent()).toContain('update 120');

    // Somebody else is faster.
    const other = (await world.service.call('GET', '/v1/mapping')).text.replace('title: .service', 'title: .uid');
    const mapping = JSON.parse(other).mapping;
    const { runId } = await world.service.request({ mode: 'plan', mapping });
    await world.service.ended(runId);
    expect((await world.service.call('PUT', '/v1/mapping', { mapping, plan: runId })).status).toBe(200);
    await write.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Write to Port' }).click();
    await dialog.getByText('Somebody has changed the mapping in Port').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Not now' }).click();

    await page.getByRole('button', { name: 'Plan this mapping' }).click();
    await page
      .getByText(/plan (waits|has)|Asking for the plan/)
      .first()
      .waitFor();
    await page.getByText('This mapping would').waitFor();
    await write.click();
    await dialog.getByRole('button', { name: 'Write to Port' }).click();
    await page.getByText('Written to Port.').waitFor();
    expect((await world.service.call('GET', '/v1/mapping')).text).toContain('ascii_upcase');
  });

  it('tries pasted and live items, and runs tests of them', async () => {
    const page = await open(await ownWorld('everyday'), '/mapping?kind=komodorService&from=live');
    await page.getByText('The same comes out').waitFor();
    expect(await page.locator('.column.item select').inputValue()).toContain('/');
    await page.getByRole('button', { name: 'Add a test of the item above' }).click();
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await page.getByText('All 1 passed').waitFor();

    await page.getByRole('textbox', { name: 'Raw item as JSON' }).click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText("{'kind': 5}");
    await page.getByText('Texts stand in double quotes').waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('{"kind": "Deployment"}');
    await page.getByText('Rejected', { exact: true }).waitFor();
    // Typed over everything, key by key.
    await page.keyboard.press('Control+a');
    await page.keyboard.type('[5');
    await page.getByText('ends too early').waitFor();
  });

  it('says that files are the source', async () => {
    const page = await open(await ownWorld('empty', { MAPPING_SOURCE: 'file' }), '/mapping', { width: 390 });
    await page.getByText('Files are the source of the mapping').waitFor();
    await page.getByText('so Port is not written to').waitFor();
    await page.getByRole('button', { name: 'What comes out' }).click();
    await page.getByText('The same comes out').waitFor();
  });
});
