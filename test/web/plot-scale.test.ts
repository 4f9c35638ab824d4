import { afterEach, describe, expect, it, vi } from 'vitest';
import { STATUSES } from '../../web/parts/timeline/filter.ts';
import {
  COUNT_STEPS,
  lineThrough,
  marksOf,
  placeOf,
  TIME_STEPS,
  timeMarksOf,
} from '../../web/parts/timeline/plot-scale.ts';
import { pointShape, pointSize } from '../../web/parts/timeline/point-shape.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const at = (text: string) => Date.parse(`2026-${text}Z`);
const texts = (marks: readonly number[]) => marks.map((mark) => new Date(mark).toISOString().slice(5, 16));

describe('the scale of a plot', () => {
  it('places values, also downwards, and in the middle if there is one value only', () => {
    expect(placeOf(5, { from: 0, to: 10, start: 50, end: 250 })).toBe(150);
    expect(placeOf(0, { from: 0, to: 10, start: 98, end: 6 })).toBe(98);
    expect(placeOf(10, { from: 0, to: 10, start: 98, end: 6 })).toBe(6);
    expect(placeOf(7, { from: 7, to: 7, start: 0, end: 10 })).toBe(5);
  });

  it.each([
    [10, COUNT_STEPS, [0, 5, 10]],
    [264, COUNT_STEPS, [0, 100, 200]],
    [12_000_000, COUNT_STEPS, [0, 5_000_000, 10_000_000]],
    [1_000, TIME_STEPS, [0, 500, 1_000]],
    [8_000, TIME_STEPS, [0, 5_000]],
    [150_000, TIME_STEPS, [0, 60_000, 120_000]],
    [3_000_000, TIME_STEPS, [0, 1_800_000]],
  ])('up to %d has marks that people count in', (to, steps, marks) => {
    expect(marksOf({ from: 0, to, start: 98, end: 6 }, 34, steps)).toEqual(marks);
  });

  it('has a mark though it reaches further than every step', () => {
    expect(marksOf({ from: 0, to: 1e15, start: 98, end: 6 }, 34, COUNT_STEPS).length).toBe(3);
  });
});

describe('the time axis of a plot', () => {
  it.each([
    [56, ['09-01T03:00', '09-01T04:00', '09-01T05:00', '09-01T06:00', '09-01T07:00']],
    [60, ['09-01T04:00', '09-01T06:00']],
    [140, ['09-01T03:00', '09-01T06:00']],
    [900, ['09-01T02:40']],
  ])('has whole hours that are at least %d px apart', (space, marks) => {
    const scale = { from: at('09-01T02:40:09'), to: at('09-01T07:41:02'), start: 0, end: 290 };
    expect(texts(timeMarksOf(scale, space, 'UTC'))).toEqual(marks);
  });

  it('has one mark where no whole minute is in it', () => {
    const from = at('09-01T02:40:09');
    expect(timeMarksOf({ from, to: from + 20_000, start: 0, end: 200 }, 56, 'UTC')).toEqual([from]);
    expect(timeMarksOf({ from, to: from, start: 0, end: 200 }, 56, 'UTC')).toEqual([from]);
  });

  it('has midnights of the clock that is shown, also when the clock is changed', () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    const scale = { from: at('10-24T00:00:00'), to: at('10-27T00:00:00'), start: 0, end: 200 };
    expect(texts(timeMarksOf(scale, 56, 'local'))).toEqual(['10-24T22:00', '10-25T23:00', '10-26T23:00']);
    expect(texts(timeMarksOf(scale, 56, 'UTC'))).toEqual(['10-24T00:00', '10-25T00:00', '10-26T00:00', '10-27T00:00']);
  });
});

describe('the line and the points of a plot', () => {
  it('have a gap where a value is not known', () => {
    const point = (x: number) => ({ x, y: 1 });
    expect(lineThrough([point(0), point(1), undefined, point(3), point(4)])).toBe('M0 1L1 1M3 1L4 1');
    expect(lineThrough([])).toBe('');
  });

  it('are smaller where there are many, and still tell what did not go well', () => {
    expect(pointSize('completed', 40)).toBe(3);
    expect(pointSize('completed', 1.3)).toBe(1.5);
    expect(pointSize('failed', 1.3)).toBe(2.5);
  });

  it('have a shape for each end of a run; blocked and aborted differ by being filled', () => {
    const shapes = STATUSES.map((status) => pointShape(status, { x: 10, y: 10 }, 3));
    expect(new Set(shapes).size).toBe(STATUSES.length - 1);
    for (const shape of shapes) expect(shape).not.toMatch(/NaN|undefined/);
  });
});
