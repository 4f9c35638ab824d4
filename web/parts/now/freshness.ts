import type { Status } from '../../api/documents.ts';

export type Blueprint = Status['blueprints'][number];

/** So many intervals fill the bar; after three a blueprint has stalled. */
const SHOWN_INTERVALS = 3;

export interface AgeBar {
  /** Of the width: how old, and where one interval ends. */
  readonly age: number;
  readonly interval: number;
  /** The age in intervals. */
  readonly words: string;
}

/** The age of a blueprint's truth against the interval; null: there is no interval to judge by. */
export function ageBar(ageMs: number, intervalMs: number | null): AgeBar | null {
  if (intervalMs === null || intervalMs <= 0) return null;
  const intervals = ageMs / intervalMs;
  const text = intervals < 0.1 ? 'under 0.1' : intervals < 10 ? intervals.toFixed(1) : String(Math.round(intervals));
  return {
    age: Math.min(1, intervals / SHOWN_INTERVALS),
    interval: 1 / SHOWN_INTERVALS,
    words: text,
  };
}

const ORDER: readonly (Blueprint['state'] | null)[] = [
  'action_required',
  'error',
  'delayed',
  'on_track',
  null,
  'on_time',
];

/** What needs a look first; then by name. */
export function worstFirst(blueprints: readonly Blueprint[]): readonly Blueprint[] {
  return blueprints.toSorted(
    (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.blueprint.localeCompare(b.blueprint),
  );
}

/** Beside the age, which has a column of its own. */
const AGE = /^(?:Last complete truth [^.]* ago|No complete truth yet, for [^.]*)\. /;

/**
 * Why a blueprint is not as it should be; undefined: it is, or a note above the table says it.
 * @param noted blueprints that a note is about
 */
export function whyOf({ blueprint, state, stalled, reason }: Blueprint, noted: readonly string[]): string | undefined {
  if (!stalled && (state === null || state === 'on_time' || state === 'on_track')) return undefined;
  if (noted.includes(blueprint)) return 'See above.';
  return reason.replace(AGE, '');
}
