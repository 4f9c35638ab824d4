/**
 * Tests of the page in a real Chromium, against the real service between the strict stand-ins.
 *
 *     describeInBrowser('the part Now', () => {
 *       it('says how fresh the catalog is', async () => {
 *         const page = await open(await worldOf('everyday'), '/', { width: 390, scheme: 'dark' });
 *         await page.getByText('On time').waitFor();
 *       });
 *     });
 *
 * - One browser for each test file, a fresh context (storage, token) for each page. Pages are closed when their test ends.
 * - A test fails when one of its pages reports a violation of the content security policy, logs an error, throws, asks
 *   another host for something, or is given a secret. Errors that a test provokes are named: `expected: [/ 401 /]`.
 * - `worldOf(kind)` opens a world once for each file, with a history of hours up to the morning of 2026-09-01 (worlds.ts
 *   says which kinds there are); the page's clock agrees with it. There is one clock, so asking for another kind closes the
 *   world before: put the tests of a world side by side. A test that changes its world takes `ownWorld(kind, settings)`,
 *   which is closed after the test.
 * - Pages have the token, unless `token` says otherwise.
 * - Without Chromium the tests are skipped by name; with REQUIRE_CHROMIUM=1 that is a failure.
 */

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect } from 'vitest';
import { API_TOKEN } from '../service/stage.ts';
import { launch, withoutChromium } from './chromium.ts';
import { type Watched, watchPage } from './watched-page.ts';
import { openWorld, type PageWorld, type WorldKind } from './worlds.ts';

export interface OpenOptions {
  /** 1440 when absent. */
  readonly width?: number;
  /** 900 when absent. */
  readonly height?: number;
  /** `light` when absent. */
  readonly scheme?: 'light' | 'dark';
  /** What the page holds as token. Undefined: the right one; null: none. */
  readonly token?: string | null;
  readonly reducedMotion?: boolean;
  /** `UTC` when absent. */
  readonly timezone?: string;
  /** Errors in the console that the test provokes. */
  readonly expected?: readonly RegExp[];
}

interface Opened {
  readonly context: BrowserContext;
  readonly watched: Watched;
}

/** Where the page keeps its token. */
const TOKEN_KEY = 'komodor-port.token';

let browser: Promise<Browser> | undefined;
let shared: { readonly kind: WorldKind; readonly world: Promise<PageWorld> } | undefined;
let own: PageWorld | undefined;
let opened: Opened[] = [];

/** A `describe` that is skipped, by name, where there is no Chromium. */
export function describeInBrowser(name: string, body: () => void): void {
  if (withoutChromium === undefined) describe(name, body);
  else describe.skip(`${name} (${withoutChromium})`, body);
}

/** The world of this kind; opened once for as long as the file asks for no other. */
export async function worldOf(kind: WorldKind): Promise<PageWorld> {
  if (shared?.kind === kind) return shared.world;
  await closeShared();
  shared = { kind, world: openWorld(kind) };
  return shared.world;
}

/** A world for one test, with more settings for its service. */
export async function ownWorld(kind: WorldKind, env: { readonly [name: string]: string } = {}): Promise<PageWorld> {
  await closeShared();
  own = await openWorld(kind, env);
  return own;
}

/** Opens a page of the service at a path, and waits until it shows something. */
export async function open(
  world: { readonly url: string; readonly clock: Pick<PageWorld['clock'], 'aheadMs'> },
  path: string,
  options: OpenOptions = {},
): Promise<Page> {
  browser ??= launch();
  const { width = 1440, height = 900, scheme = 'light', token = API_TOKEN, reducedMotion = true } = options;
  const context = await (await browser).newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    timezoneId: options.timezone ?? 'UTC',
    locale: 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await context.addInitScript(shiftPageClock(world.clock.aheadMs));
  if (token !== null) {
    await context.addInitScript(`sessionStorage.setItem('${TOKEN_KEY}', ${JSON.stringify(token)})`);
  }
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  opened.push({ context, watched: await watchPage(page, new URL(world.url).origin, options.expected) });
  await page.goto(`${world.url}${path}`);
  return page;
}

/** Waits until a view shows what it has: its heading is there, and nothing says that it loads. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll('[role=status]')].every(
      (element) => !element.checkVisibility() || !element.textContent.startsWith('Loading'),
    ),
  );
}

/** The page's clock, as far ahead as the world's. */
function shiftPageClock(aheadMs: number): string {
  return `{ const Real = Date; const now = () => Real.now() + ${aheadMs};
  Date = class extends Real { constructor(...given) { given.length === 0 ? super(now()) : super(...given); } static now() { return now(); } }; }`;
}

async function closeShared(): Promise<void> {
  const closing = shared;
  shared = undefined;
  await (await closing?.world)?.close();
}

afterEach(async () => {
  const pages = opened;
  opened = [];
  const problems = await Promise.all(pages.map(({ watched }) => watched.problems()));
  await Promise.all(pages.map(({ context }) => context.close()));
  await own?.close();
  own = undefined;
  expect(problems.flat(), 'what no page may do').toEqual([]);
});

afterAll(async () => {
  await closeShared();
  await (await browser)?.close();
});
