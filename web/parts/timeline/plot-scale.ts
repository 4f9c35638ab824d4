import type { Zone } from '../../ui/short-time.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Between two marks of an axis there is one of these. */
export const COUNT_STEPS: readonly number[] = Array.from({ length: 10 }, (_, at) => 10 ** at).flatMap((ten) => [
  ten,
  2 * ten,
  5 * ten,
]);
export const TIME_STEPS: readonly number[] = [
  ...COUNT_STEPS.filter((step) => step <= 500),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100].map((count) => count * DAY),
];

/** Values from `from` to `to`, as places from `start` to `end`. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** Where a value is. If all values are the same, they are in the middle. */
export function placeOf(value: number, { from, to, start, end }: Scale): number {
  const share = from === to ? 0.5 : (value - from) / (to - from);
  return Math.round((start + share * (end - start)) * 10) / 10;
}

/** The smallest step whose marks are at least `space` apart. */
function stepOf({ from, to, start, end }: Scale, space: number, steps: readonly number[]): number {
  const least = ((to - from) * space) / Math.max(1, Math.abs(end - start));
  return steps.find((step) => step >= least) ?? Math.max(least, 1);
}

/** The marks of an axis: all multiples of a step. */
export function marksOf(scale: Scale, space: number, steps: readonly number[]): readonly number[] {
  return multiples(stepOf(scale, space, steps), scale.from, scale.to);
}

/** The marks of a time axis: whole minutes, hours and days of the clock that is shown. At least one. */
export function timeMarksOf(scale: Scale, space: number, zone: Zone): readonly number[] {
  const step = Math.max(MINUTE, stepOf(scale, space, TIME_STEPS));
  // A day of the clock has 23 or 25 hours when its offset changes, so each mark has the offset of its own day.
  const ahead = (at: number) => (zone === 'UTC' ? 0 : -new Date(at).getTimezoneOffset() * MINUTE);
  const usual = ahead(scale.from);
  const marks = multiples(step, scale.from + usual - HOUR, scale.to + usual + HOUR)
    .map((clock) => clock - ahead(clock - usual))
    .filter((at) => at >= scale.from && at <= scale.to);
  return marks.length === 0 ? [scale.from] : marks;
}

function multiples(step: number, from: number, to: number): readonly number[] {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, at) => (first + at) * step);
}

/** The path through all points. What is not known is a gap. */
export function lineThrough(points: readonly ({ readonly x: number; readonly y: number } | undefined)[]): string {
  return points
    .map((point, at) => (point === undefined ? '' : `${points[at - 1] === undefined ? 'M' : 'L'}${point.x} ${point.y}`))
    .join('');
}
