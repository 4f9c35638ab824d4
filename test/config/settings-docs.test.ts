import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { listSettings, settingsSchema } from '../../src/config/settings-schema.ts';
import { envExample, settingsTable } from './settings-text.ts';

// `npx vitest run test/config -u` writes both files anew after a change of the settings.
describe('what is written about the settings', () => {
  it('every setting has its own row of information', () => {
    const infos = listSettings();
    expect(infos.map((info) => info.key)).toEqual(Object.keys(settingsSchema.shape));
    expect(new Set(infos.map((info) => info.name)).size).toBe(infos.length);
  });

  it('.env.example is the settings table', async () => {
    await expect(envExample()).toMatchFileSnapshot(rootFile('.env.example'));
  });

  it("docs/configuration.md's table is the settings table", async () => {
    const path = rootFile('docs/configuration.md');
    const [before, after] = readFileSync(path, 'utf8').split(/<!-- settings -->[\s\S]*<!-- end of settings -->/);
    expect(after).toBeDefined();
    const page = `${before}<!-- settings -->\n\n${settingsTable()}\n\n<!-- end of settings -->${after}`;
    await expect(page).toMatchFileSnapshot(path);
  });
});

function rootFile(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}
