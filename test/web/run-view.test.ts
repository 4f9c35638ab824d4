import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { describeInBrowser, open, worldOf } from './harness.ts';

describeInBrowser('a run', () => {
  it('has numbers that show their rows, and a row with all that is known of it', async () => {
    const page = await open(await worldOf('failed'), '/runs/latest');
    await page.locator('.vbody .vrow').first().waitFor();
    const refused = page.locator('.run-matrix tbody tr').last().locator('td').nth(1).locator('button');
    const count = Number(await refused.textContent());
    expect(count).toBeGreaterThan(0);
    await refused.click();
    expect(new URL(page.url()).search).toBe('?outcome=refused');
    await page.getByText(`Refused: ${count} row`).waitFor();
    await page.locator('.vbody .vrow').first().click();
    const details = page.locator('.drawer');
    await details.getByText('What was sent').waitFor();
    await details.getByText(/^Port answered \d+$/).waitFor();
    await details.locator('.run-expression').first().waitFor();
    // The address opens the same row again.
    expect(new URL(page.url()).searchParams.get('row')).toMatch(/^refused /);
    const title = await details.locator('h2').textContent();
    await page.reload();
    await details.getByText('What was sent').waitFor();
    expect(await details.locator('h2').textContent()).toBe(title);
  });

  it('is read by keys alone', async () => {
    const page = await open(await worldOf('failed'), '/runs/latest?outcome=refused');
    await page.locator('.vbody .vrow').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const heading = page.locator('.drawer h2');
    const first = await heading.textContent();
    await page.keyboard.press('j');
    await page.waitForFunction((before) => document.querySelector('.drawer h2')?.textContent !== before, first);
    await page.keyboard.press('k');
    await page.waitForFunction((before) => document.querySelector('.drawer h2')?.textContent === before, first);
    await page.keyboard.press('Escape');
    await page.locator('.drawer').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.classList.contains('vtable'))).toBe(true);
  });

  it('gives the chosen rows as a file', async () => {
    const page = await open(await worldOf('failed'), '/runs/latest?outcome=refused');
    await page.locator('.vbody .vrow').first().waitFor();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV', exact: true }).click();
    const lines = (await readFile(await (await saving).path(), 'utf8')).trim().split('\r\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines.slice(1)) expect(line).toContain(',refused,');
  });

  it('says of a filter without rows what to do', async () => {
    const page = await open(await worldOf('failed'), '/runs/latest?q=nobody-has-this-name');
    await page.getByText(/^None of the \d+ rows of this run fits/).waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.locator('.vbody .vrow').first().waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  it('leads with one key to what is held back', async () => {
    const page = await open(await worldOf('blocked'), '/runs/latest');
    await page.getByText('wait for a person').first().waitFor();
    await page.locator('.note.hold').waitFor();
    await page.keyboard.press('a');
    await page.waitForURL(/\/held\/komodor/);
  });
});
