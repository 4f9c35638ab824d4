import { describe, expect, it } from 'vitest';
import { watchInBadWeather } from './watch-chaos.ts';

/** WATCH_SEEDS=5000 tries more; WATCH_SEED=17 tries one. */
const { WATCH_SEEDS = '50', WATCH_SEED } = process.env;
const SEEDS = WATCH_SEED ? [Number(WATCH_SEED)] : Array.from({ length: Number(WATCH_SEEDS) }, (_, index) => index + 1);
const AT_A_TIME = 6;

describe('a watch in bad weather', () => {
  it(`leaves Port as the cluster is, and deletes nothing that exists: ${SEEDS.length} seeds`, async () => {
    const waiting = [...SEEDS];
    const failed: string[] = [];
    const work = async () => {
      for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift())
        await watchInBadWeather(seed).catch((error: unknown) => failed.push(String(error)));
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
    expect(failed).toEqual([]);
  }, 600_000);
});
