import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walkByCursor } from '../../src/komodor/cursor-walk.ts';
import {
  BY_PAGE,
  BY_QUERY_CURSOR,
  type CursorAnswer,
  type Position,
  type WayOfPaging,
} from '../../src/komodor/ways.ts';
import { collect } from './fake-komodor.ts';

const MAX_PAGES = 25;
/** Requests beside the pages: to find out whether a page that does not say so was the last. */
const EXTRA = 2;

/** Rows are numbers, so that a listing is a count. */
const toItem = (row: unknown) =>
  typeof row === 'number' ? { key: String(row), label: `row ${row}`, value: { row } } : undefined;

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

type Lie = (honest: CursorAnswer, call: number, first: CursorAnswer) => CursorAnswer;

interface Example {
  readonly way: WayOfPaging;
  /** `said`: whether the last page says in so many words that it is. */
  readonly honest: (rows: number, pageSize: number, position: Position, said: boolean) => CursorAnswer;
  readonly lies: { readonly [name: string]: Lie };
}

/** What any server may do, and its own answers give away. */
const LIES: { readonly [name: string]: Lie } = {
  'sends the first page again': (honest, _call, first) => ({ ...honest, rows: first.rows }),
  'answers as if asked for the first page': (_honest, _call, first) => first,
  'sends no list': (honest) => ({ ...honest, rows: null }),
};

const EXAMPLES: { readonly [name: string]: Example } = {
  'by page number': {
    way: BY_PAGE,
    honest(rows, pageSize, position, said) {
      const page = position.type === 'page' ? position.page : 0;
      const more = (page + 1) * pageSize < rows;
      const next = more ? { nextPage: page + 1 } : said ? { nextPage: null } : {};
      const list = upTo(rows).slice(page * pageSize, (page + 1) * pageSize);
      return { rows: list, askedFor: pageSize, meta: { page, pageSize, ...next } };
    },
    lies: {
      ...LIES,
      'leaves the meta out': ({ rows, askedFor }) => ({ rows, askedFor, meta: undefined }),
      'sends half a page in the middle that says nothing': ({ rows, askedFor, meta }) => {
        const isLast = Object(meta).nextPage === undefined || Object(meta).nextPage === null;
        return isLast || !Array.isArray(rows)
          ? { rows, askedFor, meta }
          : { rows: rows.slice(0, rows.length / 2), askedFor, meta: {} };
      },
      'gives the page itself as the next': (honest) => ({
        ...honest,
        meta: { ...Object(honest.meta), nextPage: Object(honest.meta).page },
      }),
      'gives a next page that is none': (honest) => ({ ...honest, meta: { nextPage: { at: 1 } } }),
      'sends an empty page that goes on': (honest, call) => ({ ...honest, rows: [], meta: { nextPage: call + 50 } }),
    },
  },
  'by cursor in the query': {
    way: BY_QUERY_CURSOR,
    honest(rows, pageSize, position, said) {
      const at = position.type === 'token' ? Number(position.token) : 0;
      const next = at + pageSize;
      const more = next < rows;
      const list = Number.isNaN(at) ? null : upTo(rows).slice(at, next);
      const meta = more ? { paginationToken: String(next), hasMorePages: true } : said ? { hasMorePages: false } : {};
      return { rows: list, askedFor: pageSize, meta };
    },
    lies: {
      ...LIES,
      'leaves the cursor out': ({ rows, askedFor }) => ({ rows, askedFor, meta: { hasMorePages: true } }),
      'leaves both words out': ({ rows, askedFor }) => ({ rows, askedFor, meta: {} }),
      'says that nothing follows, and gives a cursor': (honest) => ({
        ...honest,
        meta: { ...Object(honest.meta), hasMorePages: false },
      }),
      'sends a cursor that is no text': (honest) => ({ ...honest, meta: { paginationToken: { at: 1 } } }),
      'sends the same cursor as before': (honest) => ({
        ...honest,
        meta: { paginationToken: 'same', hasMorePages: true },
      }),
      'sends an empty page that goes on': (honest, call) => ({
        ...honest,
        rows: [],
        meta: { paginationToken: `l${call}` },
      }),
    },
  },
};

async function walk(
  way: WayOfPaging,
  answer: (position: Position, call: number, most: number | undefined) => CursorAnswer,
) {
  let calls = 0;
  const ask = async (position: Position, most?: number) => answer(position, ++calls, most);
  const result = await collect(walkByCursor({ what: 'rows', toItem, maxPages: MAX_PAGES, way, ask }));
  return { ...result, calls };
}

const listing = fc.record({ rows: fc.nat(60), pageSize: fc.integer({ min: 3, max: 12 }), said: fc.boolean() });

describe.each(Object.entries(EXAMPLES))('%s', (_name, { way, honest, lies }) => {
  it('sees every row of an honest listing once, and knows it', async () => {
    await fc.assert(
      fc.asyncProperty(listing, async ({ rows, pageSize, said }) => {
        const result = await walk(way, (position, _call, most) => honest(rows, most ?? pageSize, position, said));
        expect(result).toMatchObject({ verdict: 'complete', malformed: 0 });
        expect(result.keys.map(Number)).toEqual(upTo(rows));
        expect(result.calls).toBeLessThanOrEqual(result.pages + EXTRA);
      }),
      { numRuns: 300 },
    );
  });

  it.each(Object.entries(lies))('never claims to be complete when a lie has cost a row: it %s', async (_lie, lie) => {
    const when = fc.record({ from: fc.integer({ min: 1, max: 6 }), lasts: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(listing, when, async ({ rows, pageSize, said }, { from, lasts }) => {
        const first = honest(rows, pageSize, { type: 'start' }, said);
        const result = await walk(way, (position, call, most) => {
          const answer = honest(rows, most ?? pageSize, position, said);
          return call === from || (lasts && call > from) ? lie(answer, call, first) : answer;
        });
        expect(result.calls).toBeLessThanOrEqual(MAX_PAGES + EXTRA);
        if (result.end.complete) expect([...new Set(result.keys.map(Number))]).toEqual(upTo(rows));
      }),
      { numRuns: 400 },
    );
  });

  it('ends, whatever it is given, within the pages it may read', async () => {
    const odd = fc.constantFrom<unknown>(null, undefined, '', 'x', {}, [], -1, 0, 3, 3.5, true, false);
    const words = fc.record({ page: odd, nextPage: odd, pageSize: odd, paginationToken: odd, hasMorePages: odd });
    const page = fc.record({
      rows: fc.oneof({ weight: 9, arbitrary: fc.array(fc.oneof(fc.nat(40), odd), { maxLength: 5 }) }, odd),
      meta: fc.oneof({ weight: 9, arbitrary: words }, odd),
      askedFor: fc.constantFrom(undefined, 3, 5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(page, { minLength: 1, maxLength: 8 }), async (pages) => {
        const result = await walk(way, (_position, call) => {
          const given = pages[(call - 1) % pages.length];
          if (given === undefined) throw new Error('no page');
          return given;
        });
        expect(result.calls).toBeLessThanOrEqual(MAX_PAGES + EXTRA);
        if (!result.end.complete) expect(result.end.detail).toContain('rows');
      }),
      { numRuns: 500 },
    );
  });
});
