import { z } from 'zod';
import type { Absence } from '../core/source.ts';

const DAY = 86_400;
/** Komodor's limit for one question: two days, in seconds. */
const MAX_WINDOW = 2 * DAY;
/** Komodor shows nothing older than a week. */
const MAX_DAYS = 7;
/** The oldest window begins this many seconds later than allowed, because clocks differ and a request takes time. */
const MARGIN = 600;
/** In this many seconds at the beginning of the past, absence means nothing, because the thing may just have become too old. */
const UNCERTAIN_SECONDS = 3_600;
/** An event and the list may differ by this many seconds in when an issue began. */
const NEAR_SECONDS = 3_600;
const DEFAULT_KEEP_DAYS = 30;

/** A window of time, in seconds since 1970. */
export interface TimeWindow {
  readonly fromEpoch: number;
  readonly toEpoch: number;
}

/** The selector keys for how far back to read, and how long entities stay. */
export interface PastSelector {
  readonly days: number;
  /** null: for ever. */
  readonly keepDays: number | null;
}

const DAYS = `must be a whole number from 1 to ${MAX_DAYS}: Komodor shows nothing older`;

const KEEP = 'must be a whole number of days, or null or "never" for entities that stay for ever';

/** The schemas of these keys, with their defaults. */
export const pastKeys = {
  days: z.preprocess(
    (days) => days ?? MAX_DAYS,
    z.int({ error: DAYS }).min(1, { error: DAYS }).max(MAX_DAYS, { error: DAYS }),
  ),
  keepDays: z
    .union([z.int({ error: KEEP }).min(1, { error: KEEP }), z.literal('never', { error: KEEP }), z.null()], {
      error: KEEP,
    })
    .default(DEFAULT_KEEP_DAYS)
    .transform((days) => (days === 'never' ? null : days)),
};

/** Their text in docs/kinds.md. */
export const PAST_DOC = {
  days: `How many days back to read, from 1 to ${MAX_DAYS}. Default: ${MAX_DAYS}, which is all that Komodor shows.`,
  keepDays: `How many days after its start an entity stays that is too old to be read; null or never: for ever. Default: ${DEFAULT_KEEP_DAYS}.`,
};

/** Splits the days before `now` into windows that Komodor accepts. The oldest comes first, because it becomes too old first. */
export function windowsOf(days: number, now: number, longest = MAX_WINDOW): readonly TimeWindow[] {
  const { fromEpoch, toEpoch } = pastOf(days, now);
  const span = toEpoch - fromEpoch;
  const count = Math.ceil(span / longest);
  const edges = Array.from({ length: count + 1 }, (_, at) => fromEpoch + Math.floor((span * at) / count));
  return edges.slice(1).map((edge, at) => ({ fromEpoch: edges[at] ?? fromEpoch, toEpoch: edge }));
}

/** The meaning of absence for a kind of which Komodor shows only the last days. */
export function absenceWithin({ days, keepDays }: PastSelector, timePart: string, now: Date): Absence {
  const { fromEpoch, toEpoch } = pastOf(days, now.getTime());
  return {
    means: 'gone_within',
    timePart,
    fromSeconds: fromEpoch + UNCERTAIN_SECONDS,
    toSeconds: toEpoch,
    keepMs: keepDays === null ? null : keepDays * DAY * 1000,
  };
}

/**
 * The windows in which a live event has changed something: the newest one, and where the issue of the event began before it,
 * the hours around that. All, where that is not known of one that has closed (`began` is empty).
 */
export function windowsOfEvent(days: number, now: number, began?: string): readonly TimeWindow[] {
  const { fromEpoch, toEpoch } = pastOf(days, now);
  const newest = { fromEpoch: Math.max(fromEpoch, toEpoch - MAX_WINDOW), toEpoch };
  if (began === '') return windowsOf(days, now);
  const second = Number(began);
  if (!(second >= fromEpoch && second < newest.fromEpoch)) return [newest];
  const start = {
    fromEpoch: Math.max(fromEpoch, second - NEAR_SECONDS),
    toEpoch: Math.min(second + NEAR_SECONDS, newest.fromEpoch - 1),
  };
  return [start, newest];
}

/**
 * The windows to ask whether a thing is gone that began at a second: the seconds around it, and all that is after it. Komodor
 * does not say whether a window means when a thing began, when it ended, or any time between.
 */
export function windowsSince(second: number, now: number): readonly TimeWindow[] {
  const windows = [{ fromEpoch: second - 1, toEpoch: second + 1 }];
  const end = Math.floor(now / 1000);
  for (let fromEpoch = second + 1; fromEpoch < end; fromEpoch += MAX_WINDOW)
    windows.push({ fromEpoch, toEpoch: Math.min(fromEpoch + MAX_WINDOW, end) });
  return windows;
}

function pastOf(days: number, now: number): TimeWindow {
  const toEpoch = Math.floor(now / 1000);
  return { fromEpoch: toEpoch - Math.min(days * DAY, MAX_DAYS * DAY - MARGIN), toEpoch };
}
