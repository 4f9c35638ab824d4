import { z } from 'zod';
import type { Absence } from '../core/source.ts';

const DAY = 86_400;
/** Komodor answers for at most two days at once. */
const LONGEST = 2 * DAY;
/** And for nothing that is older than a week. */
const MOST_DAYS = 7;
/** What is asked for is a little younger than that: clocks differ, and a request takes its time. */
const EDGE = 600;
/** So near to the beginning of the window an absence means nothing: a moment later nobody could see the thing any more. */
const UNCERTAIN = 3_600;
const KEPT_DAYS = 30;

/** A window of time, in seconds since 1970. */
export interface TimeWindow {
  readonly fromEpoch: number;
  readonly toEpoch: number;
}

/** The keys of a selector that say how much of the past is read, and how long its entities stay. */
export interface PastSelector {
  readonly days: number;
  /** null: for ever. */
  readonly keepDays: number | null;
}

const DAYS = `must be a whole number from 1 to ${MOST_DAYS}: Komodor shows nothing older`;

const KEEP = 'must be a whole number of days, or null or "never" for entities that stay for ever';

/** Those keys in a selector, with their defaults. */
export const pastKeys = {
  days: z.preprocess(
    (days) => days ?? MOST_DAYS,
    z.int({ error: DAYS }).min(1, { error: DAYS }).max(MOST_DAYS, { error: DAYS }),
  ),
  keepDays: z
    .union([z.int({ error: KEEP }).min(1, { error: KEEP }), z.literal('never', { error: KEEP }), z.null()], {
      error: KEEP,
    })
    .default(KEPT_DAYS)
    .transform((days) => (days === 'never' ? null : days)),
};

/** What docs/kinds.md says of them. */
export const PAST_DOC = {
  days: `How many days back to read, from 1 to ${MOST_DAYS}. Default: ${MOST_DAYS}, which is all that Komodor shows.`,
  keepDays: `How many days after its start an entity stays that is too old to be read; null or never: for ever. Default: ${KEPT_DAYS}.`,
};

/** The days before `now`, cut into windows that Komodor answers, the oldest first: it is the first to become too old. */
export function windowsOf(days: number, now: number, longest = LONGEST): readonly TimeWindow[] {
  const { fromEpoch, toEpoch } = pastOf(days, now);
  const span = toEpoch - fromEpoch;
  const count = Math.ceil(span / longest);
  const edges = Array.from({ length: count + 1 }, (_, at) => fromEpoch + Math.floor((span * at) / count));
  return edges.slice(1).map((edge, at) => ({ fromEpoch: edges[at] ?? fromEpoch, toEpoch: edge }));
}

/** What an absence means for a kind of which Komodor shows the last days only. */
export function absenceWithin({ days, keepDays }: PastSelector, timePart: string, now: Date): Absence {
  const { fromEpoch, toEpoch } = pastOf(days, now.getTime());
  return {
    means: 'gone_within',
    timePart,
    fromSeconds: fromEpoch + UNCERTAIN,
    toSeconds: toEpoch,
    keepMs: keepDays === null ? null : keepDays * DAY * 1000,
  };
}

/** A moment with a second on each side, for a question about what happened then. */
export function around(second: number): TimeWindow {
  return { fromEpoch: second - 1, toEpoch: second + 1 };
}

function pastOf(days: number, now: number): TimeWindow {
  const toEpoch = Math.floor(now / 1000);
  return { fromEpoch: toEpoch - Math.min(days * DAY, MOST_DAYS * DAY - EDGE), toEpoch };
}
