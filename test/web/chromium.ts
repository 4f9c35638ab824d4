import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { isExecutable } from '../deploy/executable.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const FOUND =
  process.env.CHROMIUM_PATH ?? (process.env.PATH ?? '').split(delimiter).flatMap(inFolder).find(isExecutable);

function inFolder(folder: string): string[] {
  return NAMES.map((name) => join(folder, name));
}

/** Why tests that need a browser are skipped; undefined: they are not. @throws when they must not be skipped */
export const withoutChromium = need(FOUND !== undefined);

function need(isThere: boolean): string | undefined {
  if (isThere) return undefined;
  const reason = 'needs chromium on PATH, or CHROMIUM_PATH';
  if (process.env.REQUIRE_CHROMIUM === '1') throw new Error(`REQUIRE_CHROMIUM=1, but this ${reason}`);
  return reason;
}

/** Starts the browser that the machine has, without a window. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: FOUND ?? 'chromium',
    // Chromium's own sandbox works neither for root nor in most containers. /dev/shm is small there.
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-lcd-text',
      '--force-color-profile=srgb',
      '--font-render-hinting=none',
    ],
  });
}
