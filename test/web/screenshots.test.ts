import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { ROOT } from '../deploy/tools.ts';
import { describeInBrowser, type OpenOptions, open, settled, worldOf } from './harness.ts';
import { maskedTexts } from './masked-texts.ts';
import { someService } from './views.ts';
import type { PageWorld, WorldKind } from './worlds.ts';

/** Where the pictures of README and docs are. */
const PICTURES = join(ROOT, 'docs', 'images');
/** The words that were on them, so that a picture of a page that has changed since is noticed. */
const TEXTS = join(ROOT, 'test', 'web', 'screenshots');
const LARGEST = 150_000;
const WIDE = { width: 1280, height: 720 };

interface Shot extends OpenOptions {
  readonly name: string;
  readonly world: WorldKind;
  readonly path: string | ((world: PageWorld) => string);
  readonly act?: (page: Page) => Promise<void>;
}

const SHOTS: readonly Shot[] = [
  { name: 'now', world: 'blocked', path: '/', ...WIDE },
  { name: 'approval', world: 'blocked', path: '/runs/latest/held/komodorService', ...WIDE },
  { name: 'approval-phone', world: 'blocked', path: '/runs/latest/held/komodorService', width: 390, height: 844 },
  { name: 'timeline', world: 'failed', path: '/timeline', ...WIDE },
  { name: 'run', world: 'failed', path: '/runs/latest', ...WIDE },
  { name: 'mapping', world: 'everyday', path: '/mapping', act: mapped, width: 1200, height: 680 },
  { name: 'catalog', world: 'everyday', path: someService, ...WIDE },
  { name: 'now-dark', world: 'slow', path: '/', scheme: 'dark', ...WIDE },
];

/** `npx vitest run test/web/screenshots.test.ts -u` renews the pictures and their texts. */
describeInBrowser('the pictures in README and docs', () => {
  it.each(SHOTS)('$name is what the page looks like', async ({ name, world: kind, path, act, ...options }) => {
    const world = await worldOf(kind);
    const page = await open(world, typeof path === 'string' ? path : path(world), options);
    await settled(page);
    await act?.(page);
    const picture = await page.screenshot();
    // biome-ignore lint/performance/useDomNodeTextContent: only the words that are seen count
    const words = await page.locator('body').innerText();
    await expect(maskedTexts(words)).toMatchFileSnapshot(join(TEXTS, `${name}.txt`));
    const file = join(PICTURES, `${name}.png`);
    if (isRenewed() || !existsSync(file)) {
      mkdirSync(PICTURES, { recursive: true });
      writeFileSync(file, picture);
    }
    const kept = readFileSync(file);
    expect(sizeOf(picture)).toEqual(sizeOf(kept));
    expect(kept.length).toBeLessThan(LARGEST);
    // An empty page is a tenth of that. Fonts, and times on the page, change a little.
    expect(picture.length).toBeGreaterThan(kept.length * 0.6);
  });
});

/** The mapping is checked and tried on an item while the page is open already. */
async function mapped(page: Page): Promise<void> {
  for (const words of ['Mapping the item…', 'Checking the mapping…'])
    await page.getByText(words).waitFor({ state: 'detached' });
}

/** Width and height, from the head of a PNG. */
function sizeOf(png: Buffer) {
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

/** Whether vitest was started with `-u`; it tells so to its own snapshots alone. */
function isRenewed(): boolean {
  const { snapshotState } = expect.getState();
  return Reflect.get(snapshotState, '_updateSnapshot') === 'all';
}
