type Headers = { readonly [name: string]: string };

/** Port sends the reset as epoch seconds or as a duration in seconds. A number above this is an epoch time. */
const LARGEST_DURATION_S = 10_000;

/** A host's current rate window, as its headers describe it. Times in epoch milliseconds. */
export interface RateWindow {
  readonly remaining: number;
  readonly limit: number | undefined;
  readonly resetAt: number;
}

/**
 * How long a response asks us to wait, in milliseconds from `now`: `Retry-After` (seconds or an HTTP date) and, on a 429,
 * `x-ratelimit-reset`, unless the same headers say that something is left: then they are about another limit. Undefined when
 * it does not say, or the value cannot be parsed.
 */
export function requestedWaitMs(status: number, headers: Headers, now: number): number | undefined {
  const isAboutWindow = status === 429 && (wholeNumber(headers['x-ratelimit-remaining']) ?? 0) === 0;
  return waitOf(headers['retry-after'], now) ?? (isAboutWindow ? waitOf(headers['x-ratelimit-reset'], now) : undefined);
}

/** The window that a response's `x-ratelimit-*` headers describe; undefined when they are absent or incomplete. */
export function rateWindow(headers: Headers, now: number): RateWindow | undefined {
  const remaining = wholeNumber(headers['x-ratelimit-remaining']);
  const wait = waitOf(headers['x-ratelimit-reset'], now);
  if (remaining === undefined || wait === undefined) return undefined;
  return { remaining, limit: wholeNumber(headers['x-ratelimit-limit']), resetAt: now + wait };
}

function waitOf(text: string | undefined, now: number): number | undefined {
  const value = text?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) {
    const seconds = Number(value);
    return seconds > LARGEST_DURATION_S ? Math.max(0, seconds * 1000 - now) : Math.ceil(seconds * 1000);
  }
  // Date.parse takes "-5" and "12 apples" for years; a date has a letter or a dash after its first digits.
  const moment = /^([A-Za-z]{3},|\d{4}-\d{2})/.test(value) ? Date.parse(value) : Number.NaN;
  return moment > now ? moment - now : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}
