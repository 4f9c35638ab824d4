import { describe, expect, it } from 'vitest';
import type { Completeness } from '../../src/core/model.ts';
import { walkByCursor } from '../../src/komodor/cursor-walk.ts';
import { walkByOffset } from '../../src/komodor/offset-walk.ts';
import type { OffsetAnswer } from '../../src/komodor/offsets-ahead.ts';
import { BY_TOKEN, type CursorAnswer, type Position } from '../../src/komodor/ways.ts';

const common = {
  what: 'rows',
  maxPages: 50,
  toItem: (row: unknown) =>
    typeof row === 'number' ? { key: String(row), label: `row ${row}`, value: { row } } : undefined,
};

/** How a walk ended, in one line. */
function told(end: Completeness): string {
  return end.complete ? 'complete' : `${end.reason}: ${end.detail}`;
}

type Asked = readonly [Position, number | undefined];

/** Gives these answers one after the other, and notes what was asked for. */
async function byCursor(answers: readonly Partial<CursorAnswer>[]) {
  const asked: Asked[] = [];
  const walk = walkByCursor({
    ...common,
    way: BY_TOKEN,
    async ask(place, most) {
      asked.push([place, most]);
      const answer = answers[asked.length - 1];
      if (answer === undefined) throw new Error('one question too many');
      return { rows: [], meta: undefined, askedFor: undefined, ...answer };
    },
  });
  const bytes: (number | undefined)[] = [];
  let step = await walk.next();
  for (; !step.done; step = await walk.next()) bytes.push(step.value.bytes);
  return { asked, end: told(step.value), bytes };
}

const START: Position = { type: 'start' };
const token = (text: string): Position => ({ type: 'token', token: text });
const page = (number: number): Position => ({ type: 'page', page: number });
const FULL = 'full_page_without_cursor: rows gave a full page of 4 and neither a cursor nor a word that it is the last';

describe('a walk by cursor, step by step', () => {
  it('begins at the start, and goes where each answer leads', async () => {
    const walked = await byCursor([
      { rows: [1], meta: { token: 'a' }, bytes: 10 },
      { rows: [2], meta: { token: 7 }, bytes: 20 },
      { rows: [3], meta: { token: null } },
    ]);
    expect(walked.asked).toEqual([
      [START, undefined],
      [token('a'), undefined],
      [token('7'), undefined],
    ]);
    expect(walked.end).toBe('complete');
    expect(walked.bytes).toEqual([10, 20, undefined]);
  });

  it.each<[string, readonly Partial<CursorAnswer>[], string]>([
    ['no list', [{ rows: 'x' }], 'malformed_page: page 1 of rows holds no list'],
    [
      'no list later',
      [{ rows: [1], meta: { token: 'a' } }, { rows: null }],
      'malformed_page: page 2 of rows holds no list',
    ],
    [
      'a cursor of another sort',
      [{ rows: [1], meta: { token: {} } }],
      'malformed_page: rows gave a cursor that is no text',
    ],
    ['an empty first page', [{ rows: [] }], 'complete'],
    [
      'an empty last page',
      [
        { rows: [1], meta: { token: 'a' } },
        { rows: [], meta: { token: '' } },
      ],
      'complete',
    ],
    [
      'the same cursor twice',
      [
        { rows: [1], meta: { token: 'a' } },
        { rows: [2], meta: { token: 'a' } },
      ],
      'repeated_cursor: rows gave the same cursor twice',
    ],
    [
      'an old page at the end',
      [
        { rows: [1], meta: { token: 'a' } },
        { rows: [1], meta: { token: null } },
      ],
      'not_advancing: page 2 of rows repeats what was there before',
    ],
    ['a first page twice the same row', [{ rows: [1, 1], meta: { token: null } }], 'complete'],
    [
      'nothing, and more',
      [{ rows: [], meta: { token: 'a' } }],
      'more_but_empty: page 1 of rows is empty but says that there is more',
    ],
    ['a page smaller than asked for', [{ rows: [1, 2], askedFor: 3 }], 'complete'],
    [
      'a page that is full by its own word',
      [{ rows: [1, 2], meta: { pageSize: 2 } }],
      'full_page_without_cursor: rows gave a full page of 2 and neither a cursor nor a word that it is the last',
    ],
    ['a page whose word about its size is nonsense', [{ rows: [1, 2], meta: { pageSize: 0 } }], 'complete'],
    ['meta that is nothing', [{ rows: [1, 2], meta: 'x' }], 'complete'],
    [
      'meta with numbers that are texts',
      [{ rows: [1, 2], meta: { page: '1', nextPage: '2', pageSize: '2' } }],
      'complete',
    ],
    ['a cursor beside a page number', [{ rows: [1], meta: { token: undefined, nextPage: 2 } }], 'complete'],
  ])('after %s ends so', async (_, answers, end) => {
    const walked = await byCursor(answers);
    expect(walked.end).toBe(end);
    expect(walked.asked).toHaveLength(answers.length);
  });

  it('follows numbered pages, which end by saying where they are', async () => {
    const walked = await byCursor([
      { rows: [1, 2], meta: { page: 0, nextPage: 1, pageSize: 2 }, askedFor: 2 },
      { rows: [3, 4], meta: { page: 1, nextPage: 3, pageSize: 2 }, askedFor: 2 },
      { rows: [5, 6], meta: { page: 3, nextPage: 3 }, askedFor: 2 },
    ]);
    expect(walked.asked.map(([place]) => place)).toEqual([START, page(1), page(3)]);
    expect(walked.end).toBe('complete');
  });

  it.each<[string, object | undefined, string]>([
    ['its size', { pageSize: 2 }, 'complete'],
    ['its number', { page: 1 }, 'complete'],
    [
      'nothing',
      {},
      'full_page_without_cursor: rows gave a full page of 2 and neither a cursor nor a word that it is the last',
    ],
    ['a page behind it', { page: 1, nextPage: 1 }, 'complete'],
  ])('believes the end of a full numbered page that says %s', async (_, meta, end) => {
    const first = { rows: [1, 2], meta: { nextPage: 1 }, askedFor: 2 };
    expect((await byCursor([first, { rows: [3, 4], meta, askedFor: 2 }])).end).toBe(end);
  });

  it('counts pages from the number that the first one says it has', async () => {
    expect((await byCursor([{ rows: [1], meta: { page: 2, nextPage: 2 } }])).end).toBe('complete');
    expect((await byCursor([{ rows: [1], meta: { page: 2, nextPage: 3 } }, { rows: [2] }])).asked).toHaveLength(2);
    expect((await byCursor([{ rows: [1], meta: { nextPage: 0 } }])).asked).toHaveLength(1);
  });
});

describe('a full page without a cursor', () => {
  const full = { rows: [1, 2, 3, 4], askedFor: 4 };
  const shorter = { rows: [1, 2, 3], meta: { token: 'rest' } };

  it('is the last one where a shorter one leads to its last row, and no further', async () => {
    const walked = await byCursor([full, shorter, { rows: [4], meta: { token: null } }]);
    expect(walked.end).toBe('complete');
    expect(walked.asked).toEqual([
      [START, undefined],
      [START, 3],
      [token('rest'), 3],
    ]);
  });

  it('is looked into at its own place', async () => {
    const first = { rows: [9], meta: { token: 'here' } };
    const walked = await byCursor([first, full, shorter, { rows: [4] }]);
    expect(walked.asked.slice(1)).toEqual([
      [token('here'), undefined],
      [token('here'), 3],
      [token('rest'), 3],
    ]);
    expect(walked.end).toBe('complete');
  });

  it.each<[string, readonly Partial<CursorAnswer>[]]>([
    ['no shorter page is given', [full, { rows: null }]],
    ['the shorter one is as long', [full, { rows: [1, 2, 3, 4], meta: { token: 'rest' } }]],
    ['the shorter one is too short', [full, { rows: [1, 2], meta: { token: 'rest' } }]],
    ['the shorter one leads nowhere', [full, { rows: [1, 2, 3], meta: { token: null } }]],
    ['the rest is no list', [full, shorter, { rows: null }]],
    ['the rest is empty', [full, shorter, { rows: [] }]],
    ['the rest has more than its last row', [full, shorter, { rows: [4, 5] }]],
    ['the rest leads on', [full, shorter, { rows: [4], meta: { token: 'more' } }]],
    ['the rest may go on', [full, shorter, { rows: [4], askedFor: 1 }]],
  ])('may have lost its cursor where %s', async (_, answers) => {
    const walked = await byCursor(answers);
    expect(walked.end).toBe(FULL);
    expect(walked.asked).toHaveLength(answers.length);
  });

  it.each<[string, Partial<CursorAnswer>]>([
    ['takes no size', { rows: [1, 2, 3, 4], meta: { pageSize: 4 } }],
    ['gives more than asked for', { rows: [1, 2, 3, 4], askedFor: 3 }],
    ['gives less than asked for', { rows: [1, 2, 3, 4], askedFor: 5, meta: { pageSize: 4 } }],
  ])('is not looked into where the endpoint %s', async (_, answer) => {
    const walked = await byCursor([answer]);
    expect(walked.end).toBe(FULL);
  });

  it('is looked into from three rows on: with fewer there is no shorter one that proves anything', async () => {
    expect((await byCursor([{ rows: [1, 2], askedFor: 2 }])).end).toContain('full page of 2');
    const three = [{ rows: [1, 2, 3], askedFor: 3 }, { rows: [1, 2], meta: { token: 'r' } }, { rows: [3] }];
    expect((await byCursor(three)).end).toBe('complete');
  });
});

async function byOffset(answers: readonly Partial<OffsetAnswer>[]) {
  const asked: number[] = [];
  const walk = walkByOffset({
    ...common,
    pageSize: () => 1_000,
    async ask(offset) {
      // The same page may be asked for again, after a change in between.
      if (!asked.includes(offset)) asked.push(offset);
      const answer = answers[asked.indexOf(offset)];
      if (answer === undefined) throw new Error('one question too many');
      return { rows: [], more: false, total: undefined, ...answer };
    },
  });
  const bytes: (number | undefined)[] = [];
  let step = await walk.next();
  for (; !step.done; step = await walk.next()) bytes.push(step.value.bytes);
  return { asked, end: told(step.value), bytes };
}

describe('a walk by offset, step by step', () => {
  it('goes on by what came', async () => {
    const walked = await byOffset([
      { rows: [1, 2], more: true, bytes: 7 },
      { rows: [3], more: true },
      { rows: [4, 5], more: false },
    ]);
    expect(walked).toEqual({ asked: [0, 2, 3], end: 'complete', bytes: [7, undefined, undefined] });
  });

  it.each<[string, readonly Partial<OffsetAnswer>[], string]>([
    ['no list', [{ rows: 'x' }], 'malformed_page: page 1 of rows holds no list'],
    ['null for a list of nothing', [{ rows: null, total: 0 }], 'complete'],
    ['null and no total', [{ rows: null }], 'malformed_page: page 1 of rows holds no list'],
    ['null and a total', [{ rows: null, total: 1 }], 'malformed_page: page 1 of rows holds no list'],
    [
      'no word about more',
      [{ rows: [1], more: 'no' }],
      'malformed_page: page 1 of rows does not say whether there is more',
    ],
    [
      'a total that is a text',
      [{ rows: [1], total: '1' }],
      'malformed_page: page 1 of rows has a total that is no number',
    ],
    [
      'a total below nothing',
      [{ rows: [1], total: -1 }],
      'malformed_page: page 1 of rows has a total that is no number',
    ],
    [
      'nothing, and more',
      [{ rows: [], more: true }],
      'more_but_empty: page 1 of rows is empty but says that there is more',
    ],
    ['as many as it said', [{ rows: [1, 2], total: 2 }], 'complete'],
    [
      'fewer than it said',
      [{ rows: [1], total: 2 }],
      'totals_disagree: rows said there are 2 but gave 1 different ones',
    ],
    [
      'more than it said, without a word',
      [{ rows: [1, 2, 3], total: 2 }],
      'totals_disagree: rows said there are 2 but gave 3 different ones',
    ],
    [
      'a total that grew',
      [
        { rows: [1], more: true, total: 1 },
        { rows: [2], total: 2 },
      ],
      'complete',
    ],
    [
      'a total that grew by what came twice',
      [
        { rows: [1, 2], more: true, total: 2 },
        { rows: [2], total: 3 },
      ],
      'complete',
    ],
    [
      'a total that shrank',
      [
        { rows: [1, 2], more: true, total: 3 },
        { rows: [3], total: 2 },
      ],
      'totals_disagree: rows said there are between 2 and 3 but gave 3 different ones',
    ],
    [
      'a total that shrank and grew',
      [
        { rows: [1, 2], more: true, total: 3 },
        { rows: [3], more: true, total: 2 },
        { rows: [4], total: 3 },
      ],
      'totals_disagree: rows said there are between 2 and 3 but gave 4 different ones',
    ],
    [
      'a total that grew, and still too few',
      [
        { rows: [1], more: true, total: 3 },
        { rows: [2], total: 4 },
      ],
      'totals_disagree: rows said there are between 3 and 4 but gave 2 different ones',
    ],
    [
      'an old page at the end, without a total',
      [{ rows: [1], more: true }, { rows: [1] }],
      'not_advancing: page 2 of rows repeats what was there before',
    ],
    [
      'an old page at the end, with a total',
      [
        { rows: [1], more: true, total: 1 },
        { rows: [1], total: 1 },
      ],
      'complete',
    ],
    ['an empty page at the end', [{ rows: [1], more: true }, { rows: [] }], 'complete'],
    [
      'a total only later',
      [
        { rows: [1], more: true },
        { rows: [2], total: 2 },
      ],
      'complete',
    ],
  ])('after %s ends so', async (_, answers, end) => {
    const walked = await byOffset(answers);
    expect(walked.end).toBe(end);
    expect(walked.asked).toHaveLength(answers.length);
  });
});
