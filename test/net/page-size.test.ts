import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpFailure } from '../../src/net/http-failure.ts';
import { createPageSize } from '../../src/net/page-size.ts';

type Trouble = Pick<HttpFailure, 'problem' | 'status' | 'bodyText'>;

const TOO_MUCH: readonly Trouble[] = [
  { problem: 'status', status: 413, bodyText: '' },
  { problem: 'status', status: 500, bodyText: '' },
  { problem: 'status', status: 504, bodyText: '' },
  { problem: 'status', status: 400, bodyText: 'pageSize is too large' },
  { problem: 'timeout', status: undefined, bodyText: '' },
  { problem: 'reset', status: undefined, bodyText: '' },
  { problem: 'too_large', status: undefined, bodyText: '' },
  { problem: 'malformed', status: undefined, bodyText: '' },
];
const NOT_ABOUT_SIZE: readonly Trouble[] = [
  { problem: 'status', status: 400, bodyText: 'bad filter' },
  { problem: 'status', status: 401, bodyText: '' },
  { problem: 'status', status: 404, bodyText: '' },
  { problem: 'status', status: 429, bodyText: '' },
  { problem: 'tls', status: undefined, bodyText: '' },
];

function failure({ problem, status, bodyText }: Trouble): HttpFailure {
  return new HttpFailure('failed', { side: 'komodor', method: 'GET', path: '/rows', problem, status, bodyText });
}

/** A server that manages up to so many rows at once, or fails as it is told. */
function server(most: () => number, trouble: Trouble) {
  const asked: number[] = [];
  return {
    asked,
    ask: async (size: number) => {
      asked.push(size);
      if (size > most()) throw failure(trouble);
      return { value: size, rows: 0, bytes: 0 };
    },
  };
}

const start = fc.integer({ min: 1, max: 1000 });

describe('page size', () => {
  it('finds a size that the server manages, in few steps, never above the start and never below ten', async () => {
    await fc.assert(
      fc.asyncProperty(
        start,
        fc.integer({ min: 10, max: 1200 }),
        fc.constantFrom(...TOO_MUCH),
        async (from, most, trouble) => {
          const { asked, ask } = server(() => most, trouble);
          const size = createPageSize(from);
          const answer = await size.ask({ ask, hostAnswered: () => true });
          expect(answer).toBe(asked.at(-1));
          expect(asked.length).toBeLessThanOrEqual(1 + Math.ceil(Math.log2(1000 / 10)));
          for (const each of asked) {
            expect(each).toBeLessThanOrEqual(from);
            expect(each).toBeGreaterThanOrEqual(Math.min(10, from));
          }
          expect(asked).toEqual([...asked].sort((a, b) => b - a));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('passes on what the smallest page failed with, after bounded requests', async () => {
    await fc.assert(
      fc.asyncProperty(start, fc.constantFrom(...TOO_MUCH), fc.boolean(), async (from, trouble, answered) => {
        const { asked, ask } = server(() => 0, trouble);
        const asking = createPageSize(from).ask({ ask, hostAnswered: () => answered });
        await expect(asking).rejects.toMatchObject({ problem: trouble.problem });
        expect(asked.at(-1)).toBe(Math.min(10, from));
        expect(asked.length).toBeLessThanOrEqual(answered ? 1 + Math.ceil(Math.log2(1000 / 10)) : 2);
      }),
    );
  });

  it.each(NOT_ABOUT_SIZE)('asks once where a smaller page would not help: %o', async (trouble) => {
    const { asked, ask } = server(() => 0, trouble);
    await expect(createPageSize(200).ask({ ask, hostAnswered: () => true })).rejects.toMatchObject({
      problem: trouble.problem,
    });
    expect(asked).toEqual([200]);
  });

  it('comes back to the start when the trouble is over, and less eagerly after each new trouble', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 20, max: 1000 }), fc.integer({ min: 1, max: 4 }), async (from, troubles) => {
        let most = Number.POSITIVE_INFINITY;
        const { asked, ask } = server(() => most, { problem: 'status', status: 500, bodyText: '' });
        const size = createPageSize(from);
        const needed: number[] = [];
        for (let trouble = 0; trouble < troubles; trouble += 1) {
          most = Math.floor(from / 2);
          await size.ask({ ask, hostAnswered: () => true });
          most = Number.POSITIVE_INFINITY;
          let pages = 0;
          for (; asked.at(-1) !== from && pages < 1000; pages += 1) await size.ask({ ask, hostAnswered: () => true });
          expect(asked.at(-1)).toBe(from);
          needed.push(pages);
        }
        expect(needed).toEqual([...needed].sort((a, b) => a - b));
      }),
      { numRuns: 50 },
    );
  });

  it('keeps the size where it is part of the place', async () => {
    const { asked, ask } = server(() => 0, { problem: 'status', status: 500, bodyText: '' });
    await expect(createPageSize(200).ask({ ask, hostAnswered: () => true, fixed: true })).rejects.toThrow('failed');
    expect(asked).toEqual([200]);
  });

  it('tries one smaller page, no more, where the whole query is too slow', async () => {
    const { asked, ask } = server(() => 0, { problem: 'timeout', status: undefined, bodyText: '' });
    const asking = createPageSize(200).ask({ ask, hostAnswered: () => true, slowQuery: true });
    await expect(asking).rejects.toMatchObject({ problem: 'timeout' });
    expect(asked).toEqual([200, 10]);
  });

  it('asks for as many rows as fit a page of two mebibytes, once it has seen how large they are, and never for more than the most', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 6 }),
        async (first, weights) => {
          const size = createPageSize(1000, first);
          let expected = first;
          for (const weight of weights) {
            const rows = await size.ask({
              ask: async (asked) => ({ value: asked, rows: asked, bytes: asked * weight }),
              hostAnswered: () => true,
            });
            expect(rows).toBe(expected);
            expected = Math.min(1000, Math.max(1, Math.floor((2 * 1024 * 1024) / weight)));
          }
        },
      ),
    );
  });

  it('keeps to the size that it asked for last where that is part of the place', async () => {
    const size = createPageSize(500);
    const asked: number[] = [];
    const ask = async (rows: number) => {
      asked.push(rows);
      return { value: rows, rows, bytes: rows * 1_000_000 };
    };
    for (const fixed of [false, true, true]) await size.ask({ ask, hostAnswered: () => true, fixed });
    expect(asked).toEqual([500, 500, 500]);
  });

  it('begins anew when told to', async () => {
    const size = createPageSize(200);
    const { ask } = server(() => 50, { problem: 'status', status: 500, bodyText: '' });
    await size.ask({ ask, hostAnswered: () => true });
    const fresh = server(() => 1000, { problem: 'status', status: 500, bodyText: '' });
    expect(await size.fresh().ask({ ask: fresh.ask, hostAnswered: () => true })).toBe(200);
  });

  it('passes on what is no failure of the host', async () => {
    const ask = async () => {
      throw new TypeError('a bug');
    };
    await expect(createPageSize(200).ask({ ask, hostAnswered: () => true })).rejects.toThrow('a bug');
  });
});
