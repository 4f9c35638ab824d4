import { describe, expect, it } from 'vitest';
import { rowsToDraw, scrollTopFor } from '../../web/ui/row-window.ts';

describe('the rows to draw', () => {
  it.each([
    ['at the top', 0, 10, 10_000, 0, 21],
    ['in the middle', 5_000, 10, 10_000, 4_988, 5_021],
    ['at the end', 9_991, 10, 10_000, 9_978, 9_999],
    ['of a list that has become shorter', 500, 10, 50, 28, 49],
    ['of a short list', 0, 10, 3, 0, 2],
  ])('are, %s, few and include what is seen', (_, first, fitting, count, from, to) => {
    const rows = rowsToDraw({ first, fitting }, count);
    expect([rows[0], rows.at(-1)]).toEqual([from, to]);
  });

  it('are none of an empty list', () => {
    expect(rowsToDraw({ first: 0, fitting: 10 }, 0)).toEqual([]);
  });
});

describe('where to scroll for a row', () => {
  const seen = { top: 320, seen: 350, head: 30 };
  it.each([
    ['is where it is, when the row is seen whole', 12, 320],
    ['is up, with the row under the head', 3, 96],
    ['is down, with the row at the end', 30, 672],
  ])('%s', (_, index, top) => {
    expect(scrollTopFor(index, 32, seen)).toBe(top);
  });
});
