import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawItem } from '../../src/core/model.ts';
import { walkByCursor } from '../../src/komodor/cursor-walk.ts';
import { walkByOffset } from '../../src/komodor/offset-walk.ts';
import type { OffsetAnswer } from '../../src/komodor/offsets-ahead.ts';
import { BY_TOKEN, type CursorAnswer, type Position } from '../../src/komodor/ways.ts';
import { collect } from './fake-komodor.ts';

const MAX_PAGES = 25;
/** Requests beside the pages: to find out whether a full page without a cursor was the last. */
const EXTRA = 2;
/** Pages that were asked for ahead, before the list changed. */
const ASKED_AGAIN = 3;

/** Rows are numbers, so that a listing is a count. Anything else is no row. */
function toItem(row: unknown): RawItem | undefined {
  if (typeof row !== 'number') return undefined;
  return { key: String(row), label: `row ${row}`, value: { row } };
}

const common = { what: 'rows', toItem, maxPages: MAX_PAGES };

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

type CursorServer = (place: Position, call: number, most: number | undefined) => CursorAnswer;

async function byCursor(answer: CursorServer) {
  const places: Position[] = [];
  const walk = walkByCursor({
    ...common,
    way: BY_TOKEN,
    /** `most`: for fewer rows than usual, to see whether a full page without a cursor was the last. */
    async ask(place: Position, most?: number) {
      places.push(place);
      return answer(place, places.length, most);
    },
  });
  return { ...(await collect(walk)), places };
}

async function byOffset(answer: (offset: number, call: number) => OffsetAnswer, pageSize = 1_000) {
  const offsets: number[] = [];
  const walk = walkByOffset({
    ...common,
    pageSize: () => pageSize,
    async ask(offset) {
      offsets.push(offset);
      return answer(offset, offsets.length);
    },
  });
  return { ...(await collect(walk)), offsets };
}

function seenIn(keys: readonly string[]): number[] {
  return [...new Set(keys)].map(Number).sort((a, b) => a - b);
}

const listing = fc.record({ rows: fc.nat(60), pageSize: fc.integer({ min: 1, max: 12 }) });

/** How a server with cursors goes wrong at one call, in ways that its own answers give away. */
const CURSOR_LIES: {
  readonly [name: string]: (honest: CursorAnswer, call: number, first: CursorAnswer) => CursorAnswer;
} = {
  'sends the first page again': (honest, _call, first) => ({ ...honest, rows: first.rows }),
  'answers as if asked for the first page': (_honest, _call, first) => first,
  'leaves the cursor out': ({ rows, askedFor }) => ({ rows, askedFor, meta: {} }),
  'sends a cursor that is no text': (honest) => ({ ...honest, meta: { token: { at: 1 } } }),
  'sends no list': (honest) => ({ ...honest, rows: null }),
  'sends an empty page that goes on': (honest, call) => ({ ...honest, rows: [], meta: { token: `lie ${call}` } }),
  'sends the same cursor as before': (honest) => ({ ...honest, meta: { token: 'same' } }),
};

/** An honest server: its cursors say where a page begins, and it has no list at a cursor that is not its own. */
function cursorPage(rows: number, pageSize: number, place: Position): CursorAnswer {
  const at = place.type === 'token' ? Number(place.token) : 0;
  const next = at + pageSize;
  const page = Number.isNaN(at) ? null : upTo(rows).slice(at, next);
  return { rows: page, askedFor: pageSize, meta: { pageSize, token: next < rows ? String(next) : null } };
}

describe('walking by cursor', () => {
  it('sees every row of an honest listing once, and knows it', async () => {
    await fc.assert(
      fc.asyncProperty(listing, async ({ rows, pageSize }) => {
        const result = await byCursor((place, _call, most) => cursorPage(rows, most ?? pageSize, place));
        const pages = Math.max(1, Math.ceil(rows / pageSize));
        if (pages > MAX_PAGES) {
          expect(result).toMatchObject({ verdict: 'too_many_pages', pages: MAX_PAGES });
          return;
        }
        expect(result).toMatchObject({ verdict: 'complete', pages, malformed: 0 });
        expect(result.keys.map(Number)).toEqual(upTo(rows));
      }),
      { numRuns: 300 },
    );
  });

  it('never claims to be complete when a lie has cost a row', async () => {
    const lie = fc.record({
      name: fc.constantFrom(...Object.keys(CURSOR_LIES)),
      from: fc.integer({ min: 1, max: 6 }),
      lasts: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(listing, lie, async ({ rows, pageSize }, { name, from, lasts }) => {
        const first = cursorPage(rows, pageSize, { type: 'start' });
        const result = await byCursor((place, call, most) => {
          const honest = cursorPage(rows, most ?? pageSize, place);
          const lies = call === from || (lasts && call > from);
          return lies ? (CURSOR_LIES[name]?.(honest, call, first) ?? honest) : honest;
        });
        expect(result.places.length).toBeLessThanOrEqual(MAX_PAGES + EXTRA);
        if (result.end.complete) expect(seenIn(result.keys)).toEqual(upTo(rows));
      }),
      { numRuns: 1000 },
    );
  });

  it('ends, whatever it is given, within the pages it may read, and goes to no place twice', async () => {
    const token = fc.constantFrom<unknown>('a', 'b', 'c', 1, 2, null, '', undefined, {}, [], true);
    const meta = fc.oneof(
      fc.record({ token }),
      fc.record({ page: fc.nat(5), nextPage: fc.nat(5), pageSize: fc.nat(5) }, { requiredKeys: [] }),
      fc.constantFrom<unknown>(undefined, null, 'x', []),
    );
    const row = fc.oneof(fc.nat(40), fc.constantFrom<unknown>(null, 'x', {}));
    const page = fc.record({
      rows: fc.oneof(
        { weight: 9, arbitrary: fc.array(row, { maxLength: 5 }) },
        fc.constantFrom<unknown>(null, {}, 'x'),
      ),
      meta,
      askedFor: fc.constantFrom(undefined, 3, 5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(page, { minLength: 1, maxLength: 8 }), async (pages) => {
        const { places, verdict, end } = await byCursor((_place, call) => {
          const given = pages[(call - 1) % pages.length];
          if (given === undefined) throw new Error('no page');
          return given;
        });
        expect(places.length).toBeLessThanOrEqual(MAX_PAGES + EXTRA);
        const distinct = new Set(places.map((place) => JSON.stringify(place))).size;
        expect(distinct).toBeGreaterThanOrEqual(places.length - EXTRA);
        expect(verdict).not.toBe('request_failed');
        if (!end.complete) expect(end.detail).toContain('rows');
      }),
      { numRuns: 1000 },
    );
  });

  it('ends at its limit when every page is new and none is the last', async () => {
    const result = await byCursor((_place, call) => ({ rows: [call], askedFor: 1, meta: { token: `next ${call}` } }));
    expect(result).toMatchObject({ verdict: 'too_many_pages', pages: MAX_PAGES });
    expect(result.places).toHaveLength(MAX_PAGES);
  });
});

describe('walking by offset', () => {
  function offsetPage(rows: number, pageSize: number, offset: number): OffsetAnswer {
    const page = upTo(rows).slice(offset, offset + pageSize);
    return { rows: page, more: offset + page.length < rows, total: rows };
  }

  it('sees every row of an honest listing once, and knows it, whatever size the server makes its pages', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.nat(60), sizes, async (rows, pageSizes) => {
        const result = await byOffset((offset, call) =>
          offsetPage(rows, pageSizes[call % pageSizes.length] ?? 1, offset),
        );
        if (result.verdict === 'too_many_pages') {
          expect(result.offsets).toHaveLength(MAX_PAGES);
          return;
        }
        expect(result.verdict).toBe('complete');
        expect(result.keys.map(Number)).toEqual(upTo(rows));
      }),
      { numRuns: 300 },
    );
  });

  it('never claims to be complete when a row of the listing is missing, whatever the pages, if the total is true', async () => {
    const rowsGiven = fc.array(fc.nat(30), { maxLength: 6 });
    const pages = fc.array(fc.record({ rowsGiven, more: fc.boolean() }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 31 }), pages, async (rows, given) => {
        const result = await byOffset((_offset, call) => {
          const { rowsGiven, more } = given[(call - 1) % given.length] ?? { rowsGiven: [], more: false };
          return { rows: rowsGiven.map((row) => row % rows), more, total: rows };
        });
        expect(result.offsets.length).toBeLessThanOrEqual(MAX_PAGES);
        if (result.end.complete) expect(seenIn(result.keys)).toEqual(upTo(rows));
      }),
      { numRuns: 2000 },
    );
  });

  it('never claims to be complete when an honest listing lost a row, or a page was cut, in between', async () => {
    const event = fc.record({ at: fc.integer({ min: 1, max: 8 }), row: fc.nat(60), cut: fc.nat(6) });
    await fc.assert(
      fc.asyncProperty(listing, event, async ({ rows, pageSize }, { at, row, cut }) => {
        let left = upTo(rows);
        const result = await byOffset((offset, call) => {
          if (call === at) left = left.filter((each) => each !== row);
          const page = left.slice(offset, offset + pageSize);
          const more = offset + page.length < left.length;
          // Half a page sent as whole: the rest of it is said not to be there, or to come later.
          return { rows: call === at ? page.slice(0, page.length - cut) : page, more, total: left.length };
        });
        if (result.end.complete) expect(seenIn(result.keys)).toEqual(expect.arrayContaining(left));
      }),
      { numRuns: 1000 },
    );
  });

  it('does not take a last page that repeats for the end, where there is no total', async () => {
    const twice = (total?: number) => byOffset((_offset, call) => ({ rows: [0, 1], more: call < 2, total }));
    expect(await twice()).toMatchObject({ verdict: 'not_advancing', pages: 2 });
    expect(await twice(4)).toMatchObject({ verdict: 'totals_disagree', pages: 2 });
    expect(await twice(2)).toMatchObject({ verdict: 'complete', pages: 2 });
  });

  it('ends, whatever it is given, within the pages it may read', async () => {
    const odd = fc.constantFrom<unknown>(null, undefined, 'x', {}, -1, Number.NaN, 3.5, true, false);
    const row = fc.oneof(fc.nat(100), odd);
    const page = fc.record({
      rows: fc.oneof({ weight: 9, arbitrary: fc.array(row, { maxLength: 5 }) }, odd),
      more: fc.oneof({ weight: 9, arbitrary: fc.constantFrom<unknown>(true, true, true, false) }, odd),
      total: fc.oneof({ weight: 9, arbitrary: fc.nat(100) }, odd),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(page, { minLength: 1, maxLength: 8 }), async (pages) => {
        const { offsets, end, keys, malformed } = await byOffset((_offset, call) => {
          const given = pages[(call - 1) % pages.length];
          if (given === undefined) throw new Error('no page');
          return given;
        });
        const distinct = [...new Set(offsets)];
        expect(distinct.length).toBeLessThanOrEqual(MAX_PAGES);
        expect(offsets.length).toBeLessThanOrEqual(MAX_PAGES + ASKED_AGAIN);
        expect(distinct).toEqual(distinct.toSorted((a, b) => a - b));
        const total = pages[0]?.total;
        if (end.complete && typeof total === 'number')
          expect(new Set(keys).size + malformed).toBeGreaterThanOrEqual(total);
      }),
      { numRuns: 1000 },
    );
  });
});
