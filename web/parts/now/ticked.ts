import { duration } from '../../../src/core/duration.ts';

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, min: 60_000, s: 1_000 };
const PART = String.raw`\d+ (?:d|h|min|s)`;
const LENGTH = `${PART}(?: ${PART})?`;
const TIMES = new RegExp(String.raw`\b(in |for )?(${LENGTH})( ago)?(?=$|[^\w])`, 'g');

/** A sentence of the service, a while after it was said: what was 12 min ago is 13 min ago. */
export function ticked(sentence: string, elapsedMs: number): string {
  return sentence.replaceAll(TIMES, (whole, before = '', length: string, after = '') => {
    if (before === '' && after === '') return whole;
    // Rests are cut off: 47 min left may be almost 48.
    const ms = before === 'in ' ? msOf(length) + restOf(length) - elapsedMs : msOf(length) + elapsedMs;
    return `${before}${duration(ms)}${after}`;
  });
}

function msOf(length: string): number {
  let ms = 0;
  for (const [, count, unit] of length.matchAll(/(\d+) (d|h|min|s)/g)) ms += Number(count) * (UNITS[unit ?? ''] ?? 0);
  return ms;
}

function restOf(length: string): number {
  return (UNITS[length.split(' ').at(-1) ?? ''] ?? 1) - 1;
}
