import type { Freshness } from '../core/freshness.ts';

/** How often freshness is judged at most and at least, in milliseconds. */
const OFTEN_MS = 1_000;
const SELDOM_MS = 60_000;

/**
 * Judges freshness again and again, whether or not anything runs.
 * @param everyMs the interval of resyncs; null: there is none, so nothing can stall
 */
export function watchFreshness(
  freshness: () => Promise<Freshness>,
  everyMs: number | null,
  onJudged: (freshness: Freshness) => void,
): { stop(): void } {
  if (everyMs === null) return { stop: () => undefined };
  const timer = setInterval(
    () => void freshness().then(onJudged, () => undefined),
    Math.min(SELDOM_MS, Math.max(OFTEN_MS, everyMs / 10)),
  ).unref();
  return { stop: () => clearInterval(timer) };
}
