import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Walk } from '../../src/core/source.ts';
import { walkByOffset } from '../../src/komodor/offset-walk.ts';
import { COMPLETE } from '../../src/komodor/proof.ts';
import { collect } from './fake-komodor.ts';
import {
  answering,
  COMMON,
  honest,
  type OffsetServer,
  ORDERS,
  oneAfterTheOther,
  type Turn,
  upTo,
} from './offset-servers.ts';

const MAX_PAGES = 40;
const AT_ONCE = 5;
/** Pages that were asked for ahead, and of no use. */
const WASTED = 3 * AT_ONCE;

function open(server: OffsetServer, pageSize: number, turn: Turn, maxPages = MAX_PAGES) {
  const answers = answering(server, pageSize, turn);
  const options = { ...COMMON, maxPages, ask: answers.ask, pageSize: () => pageSize };
  return { ...answers, walk: walkByOffset(options), alone: () => oneAfterTheOther(options) };
}

async function read(server: OffsetServer, pageSize: number, turn: Turn, maxPages = MAX_PAGES) {
  const { walk, asked, mostAtOnce } = open(server, pageSize, turn, maxPages);
  return { ...(await collect(walk)), asked, mostAtOnce: mostAtOnce() };
}

async function readAlone(server: OffsetServer, pageSize: number, maxPages = MAX_PAGES) {
  const { alone, asked } = open(server, pageSize, () => 0, maxPages);
  return { ...(await collect(alone())), asked };
}

const rows47 = upTo(47);
const list = honest(() => rows47);

/** Rows that are there from the beginning, and how the list changes once so many answers were given. */
function changing(at: number, change: (rows: readonly number[]) => readonly number[]): OffsetServer {
  const after = change(rows47);
  return honest((answered) => (answered < at ? rows47 : after));
}

/** Servers with 47 rows, read with pages of 5. Whatever they say or do, the verdict is that of pages read one after the other. */
const SERVERS: { readonly [what: string]: OffsetServer } = {
  'is honest': list,
  'has nothing': honest(() => []),
  'has one page': honest(() => upTo(5)),
  'gives at most 3 rows at once': honest(() => rows47, 3),
  'gives more than it was asked for': (offset, _size, at) => list(offset, 7, at),
  'gives pages of any size': (offset, size, at) => list(offset, 1 + ((offset * 7) % size), at),
  'gives one short page': (offset, size, at) => list(offset, offset === 10 ? 2 : size, at),
  'does not tell the total': (...asked) => ({ ...list(...asked), total: undefined }),
  'tells the total only at first': (offset, ...asked) => ({
    ...list(offset, ...asked),
    ...(offset > 0 && { total: undefined }),
  }),
  'tells the total only later': (offset, ...asked) => ({
    ...list(offset, ...asked),
    ...(offset < 20 && { total: undefined }),
  }),
  'says that there are ten million': (...asked) => ({ ...list(...asked), total: 10_000_000 }),
  'says that there are fewer': (...asked) => ({ ...list(...asked), total: 13 }),
  'says that there is nothing': (...asked) => ({ ...list(...asked), total: 0 }),
  'says another total in the middle': (offset, ...asked) => ({
    ...list(offset, ...asked),
    ...(offset === 20 && { total: 46 }),
  }),
  'says a larger total in the middle': (offset, ...asked) => ({
    ...list(offset, ...asked),
    ...(offset === 20 && { total: 48 }),
  }),
  'says a total that is a text in the middle': (offset, ...asked) => ({
    ...list(offset, ...asked),
    ...(offset === 20 && { total: '47' }),
  }),
  'says that there is more at the end': (...asked) => ({ ...list(...asked), more: true }),
  'says in the middle that there is no more': (offset, ...asked) => ({
    ...list(offset, ...asked),
    ...(offset === 20 && { more: false }),
  }),
  'says that there is no more, and counts only so far': (offset, ...asked) => ({
    ...list(offset, ...asked),
    ...(offset === 20 && { more: false }),
    total: 25,
  }),
  'says nothing of more in the middle': (offset, ...asked) => ({
    ...list(offset, ...asked),
    ...(offset === 20 && { more: undefined }),
  }),
  'has an empty page in the middle': (offset, ...asked) => ({
    ...list(offset, ...asked),
    ...(offset === 20 && { rows: [] }),
  }),
  'has a page in the middle that is no list': (offset, ...asked) => ({
    ...list(offset, ...asked),
    ...(offset === 20 && { rows: 'x' }),
  }),
  'repeats a page': (offset, size, at) => ({ ...list(offset, size, at), ...(offset === 20 && { rows: upTo(size) }) }),
  'ignores the offset': (_offset, ...asked) => list(0, ...asked),
  'has rows that are none': (offset, ...asked) => ({
    ...list(offset, ...asked),
    ...(offset === 20 && { rows: [1, 'x', null, 23, 24] }),
  }),
};

/** What happens to the list after the first answers, at the front, within and at the end. */
const CHANGES: { readonly [what: string]: (rows: readonly number[]) => readonly number[] } = {
  'loses its first row': (rows) => rows.slice(1),
  'loses a row in the middle': (rows) => rows.filter((row) => row !== 22),
  'loses its last row': (rows) => rows.slice(0, -1),
  'gets a row at the front': (rows) => [100, ...rows],
  'gets a row in the middle': (rows) => [...rows.slice(0, 12), 100, ...rows.slice(12)],
  'gets a row at the end': (rows) => [...rows, 100],
  'gets seven rows at the end': (rows) => [...rows, ...upTo(7).map((row) => 100 + row)],
};

describe.each(Object.entries(ORDERS))('pages asked for ahead, answered %s', (_order, turn) => {
  it.each(Object.entries(SERVERS))(
    'give the verdict of pages one after the other, where the server %s',
    async (_, s) => {
      const expected = await readAlone(s, 5);
      const result = await read(s, 5, turn);
      expect(result.verdict).toBe(expected.verdict);
      expect(result.end.complete && result.keys).toEqual(expected.end.complete && expected.keys);
      expect(result.asked.length).toBeLessThanOrEqual(expected.asked.length + WASTED);
      // The rest of a page that was too short is asked for beside those that wait.
      expect(result.mostAtOnce).toBeLessThanOrEqual(AT_ONCE + 1);
    },
  );

  it.each(Object.entries(CHANGES))('miss no row that stays, where the list %s', async (what, change) => {
    for (let at = 1; at <= 12; at += 1) {
      const { end, keys } = await read(changing(at, change), 5, turn);
      const stays = change(rows47).filter((row) => row < 100);
      if (end.complete) expect(keys.map(Number)).toEqual(expect.arrayContaining(stays));
      const isSeen = at < 10;
      if (what.startsWith('gets')) expect(end.complete, `after ${at}`).toBe(true);
      else expect(end.complete, `after ${at}`).toBe(!isSeen);
    }
  });

  it('are yielded in the order of their offsets, with as many requests as one after the other', async () => {
    for (const size of [1, 2, 5, 7, 46, 47, 48]) {
      const expected = await readAlone(list, size, 100);
      const result = await read(list, size, turn, 100);
      expect(result.keys.map(Number)).toEqual(rows47);
      expect(result.asked).toEqual(expected.asked);
      expect(result.pages).toBe(expected.pages);
      expect(result.mostAtOnce).toBe(Math.min(AT_ONCE, Math.ceil(47 / size) - 1 || 1));
    }
  });

  it('are no more than a walk may have', async () => {
    const endless: OffsetServer = (offset, size) => ({
      rows: upTo(size).map((row) => offset + row),
      more: true,
      total: 10_000_000,
    });
    const result = await read(endless, 5, turn, 12);
    expect(result).toMatchObject({ verdict: 'too_many_pages', pages: 12 });
    expect(result.asked).toHaveLength(12);
  });
});

describe('pages asked for ahead', () => {
  it('give the verdict of pages one after the other, in any order, of any server that does not change', async () => {
    const server = fc.record({
      rows: fc.nat(60),
      limit: fc.integer({ min: 1, max: 12 }),
      total: fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 3 }), fc.constant(10_000_000)),
      withoutTotal: fc.boolean(),
      endsAt: fc.option(fc.nat(60)),
      pageSize: fc.integer({ min: 1, max: 12 }),
      order: fc.array(fc.nat(4), { minLength: 1, maxLength: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(server, async ({ rows, limit, total, withoutTotal, endsAt, pageSize, order }) => {
        const answer: OffsetServer = (offset, size, at) => {
          const told = honest(() => upTo(rows), limit)(offset, size, at);
          const said = Math.max(0, rows + total);
          return {
            ...told,
            ...(endsAt !== null && offset > endsAt && { more: false }),
            total: withoutTotal ? undefined : said,
          };
        };
        let turns = 0;
        const turn: Turn = (waiting) => {
          turns += 1;
          return (order[turns % order.length] ?? 0) % Math.max(1, waiting);
        };
        const expected = await readAlone(answer, pageSize);
        const result = await read(answer, pageSize, turn);
        expect(result.verdict).toBe(expected.verdict);
        expect(result.keys).toEqual(expected.keys);
        expect(result.asked.length).toBeLessThanOrEqual(
          expected.asked.length + (endsAt === null ? 0 : AT_ONCE - 1) + (total > 0 ? AT_ONCE : 0),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('never claim to be complete when a row is missing, where rows are only added, or only removed, in between', async () => {
    const change = fc.record({ after: fc.nat(12), at: fc.nat(60) });
    const order = fc.array(fc.nat(4), { minLength: 1, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        order,
        async (count, pageSize, adds, changes, turns) => {
          const inTime = changes.toSorted((a, b) => a.after - b.after);
          const rowsAt = (answered: number) =>
            inTime
              .filter(({ after }) => after <= answered)
              .reduce((rows, { at }, index) => {
                const place = at % (rows.length + 1);
                return adds ? rows.toSpliced(place, 0, 100 + index) : rows.toSpliced(place, 1);
              }, upTo(count));
          let turn = 0;
          const next: Turn = (waiting) => {
            turn += 1;
            return (turns[turn % turns.length] ?? 0) % Math.max(1, waiting);
          };
          const { end, keys, asked } = await read(honest(rowsAt), pageSize, next, 100);
          const stays = rowsAt(asked.length).filter((row) => row < 100);
          if (end.complete) expect(keys.map(Number)).toEqual(expect.arrayContaining(stays));
          // A page with nothing but rows that were on the one before would be taken for one that does not advance.
          if (adds && pageSize > changes.length) expect(end.complete).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('wait for the first of them, and no others are asked for meanwhile', async () => {
    const held: number[] = [];
    const asked: number[] = [];
    const walk = walkByOffset({
      ...COMMON,
      maxPages: 1000,
      pageSize: () => 10,
      async ask(offset, maxRows, useless) {
        asked.push(offset);
        if (offset === 10) {
          held.push(offset);
          await new Promise((_resolve, reject) => useless?.addEventListener('abort', () => reject(useless.reason)));
        }
        return { rows: upTo(maxRows ?? 10).map((row) => offset + row), more: true, total: 5000, askedFor: 10 };
      },
    });
    await walk.next();
    const second = walk.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toEqual([0, 10, 20, 30, 40, 50]);
    second.catch(() => undefined);
  });

  it('are used where one of them is too short, once the rest of it is there', async () => {
    const short: OffsetServer = (offset, size, at) => list(offset, offset === 10 ? 2 : size, at);
    for (const turn of Object.values(ORDERS)) {
      const { asked, verdict } = await read(short, 5, turn);
      expect(verdict).toBe('complete');
      expect(asked.toSorted((a, b) => a - b)).toEqual([0, 5, 10, 12, 15, 20, 25, 30, 35, 40, 45]);
    }
  });

  it('are given up where they are of no use again and again', async () => {
    const long = honest(() => upTo(300));
    const overfull: OffsetServer = (offset, _size, at) => long(offset, 7, at);
    const expected = await readAlone(overfull, 5, 100);
    const { asked, verdict } = await read(overfull, 5, () => 0, 100);
    expect(verdict).toBe('complete');
    expect(asked.length).toBeLessThanOrEqual(expected.asked.length + WASTED);
  });

  it.each([
    [10_000, 5],
    [500_000, 5],
    [1_500_000, 3],
    [4_000_000, 1],
    [40_000_000, 1],
  ])('hold some mebibytes: of pages of %i bytes %i', async (bytes, most) => {
    const sizeable: OffsetServer = (...asked) => ({ ...list(...asked), bytes });
    expect((await read(sizeable, 5, () => 0)).mostAtOnce).toBe(most);
  });

  it('are given up when nobody reads on', async () => {
    const { walk, waiting } = open(list, 5, () => 0);
    await walk.next();
    expect(waiting.length).toBe(AT_ONCE);
    await walk.return(COMPLETE);
    expect(waiting).toEqual([]);
  });

  it('throw what the first of them fails with, when it is its turn, and nothing for those behind', async () => {
    const failing = (bad: number): Walk =>
      walkByOffset({
        ...COMMON,
        maxPages: 100,
        pageSize: () => 5,
        async ask(offset) {
          if (offset >= bad) throw new Error(`no page at ${offset}`);
          return { ...list(offset, 5, 0), ...(offset === 15 && { more: false }) };
        },
      });
    await expect(collect(failing(10))).rejects.toThrow('no page at 10');
    expect((await collect(failing(20))).verdict).toBe('totals_disagree');
  });
});
