import type { StatusDocument } from './status.ts';

/** Numbers that grow with time alone. */
const CLOCKS: readonly string[] = ['ageMs', 'intervals', 'busyMs', 'rateLimitWaitMs'];
/** Seconds in a sentence: `12 s ago`. */
const SECONDS = /\b\d+ s\b/g;

/**
 * What a status says, to be compared: two that differ only by the time that has gone by say the same. The minutes of a
 * sentence count, so that whoever reads along sees them right.
 */
export function statusSaying(status: StatusDocument): string {
  return JSON.stringify(status, (name, value: unknown) => {
    if (CLOCKS.includes(name)) return undefined;
    return typeof value === 'string' ? value.replaceAll(SECONDS, '') : value;
  });
}
