const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in two units at most: `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.round(ms / 1_000)} s`;
  if (ms < HOUR) return two(ms, MINUTE, 'min', 1_000, 's');
  if (ms < 2 * DAY) return two(ms, HOUR, 'h', MINUTE, 'min');
  return `${Math.round(ms / DAY)} d`;
}

function two(ms: number, unit: number, name: string, smaller: number, smallerName: string): string {
  const rounded = Math.round(ms / smaller) * smaller;
  const rest = Math.round((rounded % unit) / smaller);
  return `${Math.floor(rounded / unit)} ${name}${rest === 0 ? '' : ` ${rest} ${smallerName}`}`;
}

/** `12 min ago`, `in 48 min`, `now`. */
export function distanceText(at: number, now: number): string {
  const ms = Math.abs(now - at);
  if (ms < 2_000) return 'now';
  const text = ms < MINUTE ? `${Math.round(ms / 1_000)} s` : coarse(ms);
  return at <= now ? `${text} ago` : `in ${text}`;
}

function coarse(ms: number): string {
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 10 * HOUR) return durationText(Math.round(ms / MINUTE) * MINUTE);
  if (ms < 2 * DAY) return `${Math.round(ms / HOUR)} h`;
  return `${Math.round(ms / DAY)} d`;
}

/** `1,234` */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 entity`, `1,200 entities` */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** A share as people read it: `45 %`, `under 1 %`. */
export function shareText(share: number): string {
  if (share > 0 && share < 0.01) return 'under 1 %';
  return `${Math.round(share * 100)} %`;
}

/** Any value of an entity on one line. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'not known';
  if (value === null) return 'null';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
