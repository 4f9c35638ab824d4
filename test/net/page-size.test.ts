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
          const size = createPageSize({ first: from, most: from });
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
        const asking = createPageSize({ first: from, most: from }).ask({ ask, hostAnswered: () => answered });
        await expect(asking).rejects.toMatchObject({ problem: trouble.problem });
        expect(asked.at(-1)).toBe(Math.min(10, from));
        expect(asked.length).toBeLessThanOrEqual(answered ? 1 + Math.ceil(Math.log2(1000 / 10)) : 2);
      }),
    );
  });

  it.each(NOT_ABOUT_SIZE)('asks once where a smaller page would not help: %o', async (trouble) => {
    const { asked, ask } = server(() => 0, trouble);
    await expect(
      createPageSize({ first: 200, most: 200 }).ask({ ask, hostAnswered: () => true }),
    ).rejects.toMatchObject({
      problem: trouble.problem,
    });
    expect(asked).toEqual([200]);
  });

  it('comes back to the start when the trouble is over, and less eagerly after each new trouble', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 20, max: 1000 }), fc.integer({ min: 1, max: 4 }), async (from, troubles) => {
        let most = Number.POSITIVE_INFINITY;
        const { asked, ask } = server(() => most, { problem: 'status', status: 500, bodyText: '' });
        const size = createPageSize({ first: from, most: from });
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
    await expect(
      createPageSize({ first: 200, most: 200 }).ask({ ask, hostAnswered: () => true, exactly: 200 }),
    ).rejects.toThrow('failed');
    expect(asked).toEqual([200]);
  });

  it('tries one smaller page, no more, where the whole query is too slow', async () => {
    const { asked, ask } = server(() => 0, { problem: 'timeout', status: undefined, bodyText: '' });
    const asking = createPageSize({ first: 200, most: 200 }).ask({ ask, hostAnswered: () => true, slowQuery: true });
    await expect(asking).rejects.toMatchObject({ problem: 'timeout' });
    expect(asked).toEqual([200, 10]);
  });

  it('asks for no more rows than fit a page of two mebibytes, once it has seen how large they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 6 }),
        async (first, weights) => {
          const size = createPageSize({ first, most: 1000 });
          let fitting = first;
          for (const weight of weights) {
            const rows = await size.ask({
              ask: async (asked) => ({ value: asked, rows: asked, bytes: asked * weight }),
              hostAnswered: () => true,
            });
            expect(rows).toBeLessThanOrEqual(fitting);
            expect(rows).toBeGreaterThanOrEqual(Math.min(first, fitting));
            fitting = Math.min(1000, Math.max(1, Math.floor((2 * 1024 * 1024) / weight)));
          }
        },
      ),
    );
  });

  it('takes a given size, and no more rows than are wanted', async () => {
    const size = createPageSize({ first: 500, most: 500 });
    const asked: number[] = [];
    const ask = async (rows: number) => {
      asked.push(rows);
      return { value: rows, rows, bytes: rows * 1_000_000 };
    };
    for (const exactly of [undefined, 500, 500]) await size.ask({ ask, hostAnswered: () => true, exactly });
    for (const maxRows of [1, 100]) await size.ask({ ask, hostAnswered: () => true, maxRows });
    expect(asked).toEqual([500, 500, 500, 1, 2]);
  });

  it('begins anew when told to', async () => {
    const size = createPageSize({ first: 200, most: 200 });
    const { ask } = server(() => 50, { problem: 'status', status: 500, bodyText: '' });
    await size.ask({ ask, hostAnswered: () => true });
    const fresh = server(() => 1000, { problem: 'status', status: 500, bodyText: '' });
    expect(await size.fresh().ask({ ask: fresh.ask, hostAnswered: () => true })).toBe(200);
  });

  it('passes on what is no failure of the host', async () => {
    const ask = async () => {
      throw new TypeError('a bug');
    };
    await expect(createPageSize({ first: 200, most: 200 }).ask({ ask, hostAnswered: () => true })).rejects.toThrow(
      'a bug',
    );
  });
});

/** A list on a host that takes this long for an answer, and this long for each of its rows. */
interface Host {
  readonly fixedMs: number;
  readonly rowMs: number;
  readonly bytesPerRow: number;
  readonly timeoutMs?: number;
  /** What the host gives at most at once. */
  readonly limit?: number;
}

function hostOf({ fixedMs, rowMs, bytesPerRow, timeoutMs = 30_000, limit = 1_000_000 }: Host) {
  const asked: number[] = [];
  const ask = async (size: number) => {
    asked.push(size);
    const rows = Math.min(size, limit);
    const elapsedMs = fixedMs + rows * rowMs;
    if (elapsedMs > timeoutMs) throw failure({ problem: 'timeout', status: undefined, bodyText: '' });
    return { value: size, rows, bytes: rows * bytesPerRow, timing: { elapsedMs, timeoutMs } };
  };
  return { ask, asked, hostAnswered: () => true };
}

const SERVICES = { first: 500, most: 10_000 };
const NEAR: Host = { fixedMs: 20, rowMs: 0.02, bytesPerRow: 1_000 };

describe('a page that grows', () => {
  it.each<[string, Partial<Host>, readonly number[]]>([
    ['the host is far away', { fixedMs: 300 }, [500, 2000, 2097]],
    ['the host is near', {}, [500, 2000, 2097]],
    ['the host is very near', { fixedMs: 2 }, [500, 2000, 500]],
    ['an answer takes three seconds', { fixedMs: 3000 }, [500, 2000, 2097]],
    ['rows are small', { fixedMs: 300, bytesPerRow: 100 }, [500, 2000, 8000, 10_000]],
    ['rows are large', { fixedMs: 300, bytesPerRow: 30_000 }, [500, 69, 69]],
    ['rows take all the time', { fixedMs: 1, rowMs: 1 }, [500, 2000, 500]],
    ['an answer of more rows is late, but not by much', { fixedMs: 200, rowMs: 0.4 }, [500, 2000, 2097]],
    ['the time limit is near', { fixedMs: 300, timeoutMs: 2_000 }, [500, 500]],
    ['a page takes more than half of the time limit', { fixedMs: 600, timeoutMs: 1_000 }, [500, 250, 125]],
    ['the host gives less at once', { fixedMs: 300, limit: 100 }, [500, 500]],
  ])('goes on as long as it pays: %s', async (_, host, sizes) => {
    const { asked, ...options } = hostOf({ ...NEAR, ...host });
    const size = createPageSize(SERVICES);
    for (const _page of sizes) await size.ask(options);
    expect(asked).toEqual(sizes);
  });

  it('never passes the most, the bytes of a page, or a part of the time limit, and costs few pages to find its size', async () => {
    const host = fc.record({
      fixedMs: fc.integer({ min: 0, max: 3000 }),
      rowMs: fc.double({ min: 0, max: 3, noNaN: true }),
      bytesPerRow: fc.integer({ min: 10, max: 50_000 }),
      timeoutMs: fc.integer({ min: 4_000, max: 60_000 }),
    });
    await fc.assert(
      fc.asyncProperty(host, async (each) => {
        const { asked, ...options } = hostOf(each);
        const size = createPageSize(SERVICES);
        for (let page = 0; page < 30; page += 1) await size.ask(options);
        const grown = asked.filter((rows) => rows > SERVICES.first);
        for (const rows of grown) {
          expect(rows).toBeLessThanOrEqual(SERVICES.most);
          expect(rows * each.bytesPerRow).toBeLessThanOrEqual(2 * 1024 * 1024);
          expect(each.fixedMs + rows * each.rowMs).toBeLessThanOrEqual(each.timeoutMs / 2);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('tries again now and then where it did not pay, less and less often', async () => {
    const { asked, ...options } = hostOf({ ...NEAR, fixedMs: 1, rowMs: 1 });
    const size = createPageSize(SERVICES);
    for (let page = 0; page < 25; page += 1) await size.ask(options);
    const larger = asked.flatMap((rows, at) => (rows > 500 ? [at] : []));
    expect(larger).toEqual([1, 5, 12]);
  });

  it('grows slowly after trouble, and less eagerly after each', async () => {
    const most = 1_500;
    const host = hostOf({ ...NEAR, fixedMs: 300 });
    const ask = async (rows: number) => {
      if (rows <= most) return host.ask(rows);
      host.asked.push(rows);
      throw failure({ problem: 'status', status: 500, bodyText: '' });
    };
    const size = createPageSize(SERVICES);
    for (let page = 0; page < 19; page += 1) await size.ask({ ...host, ask });
    // 2,000 are tried again after six good pages, and after twelve more.
    expect(host.asked.filter((rows) => rows > most)).toHaveLength(2);
    expect(host.asked.slice(0, 10)).toEqual([500, 2000, 1000, 1000, 1000, 1000, 1000, 1000, 2000, 1000]);
  });

  it('takes the failure of several pages at a time for one trouble', async () => {
    const size = createPageSize({ first: 800, most: 800 });
    const { ask, asked } = server(() => 400, { problem: 'status', status: 500, bodyText: '' });
    await Promise.all(Array.from({ length: 4 }, () => size.ask({ ask, hostAnswered: () => true })));
    expect(asked).toEqual([800, 800, 800, 800, 400, 400, 400, 400]);
    let pages = 0;
    const well = async (rows: number) => ({ value: rows, rows, bytes: 0 });
    for (; size.next() < 800; pages += 1) await size.ask({ ask: well, hostAnswered: () => true });
    expect(pages).toBeLessThanOrEqual(12);
  });

  it('keeps what it learned for the next read, but not what one bad hour taught', async () => {
    const learned = {};
    const far = hostOf({ ...NEAR, fixedMs: 300 });
    const first = createPageSize(SERVICES, learned);
    for (let page = 0; page < 3; page += 1) await first.ask(far);
    expect(createPageSize(SERVICES, learned).next()).toBe(2097);
    const bad = server(() => 10, { problem: 'timeout', status: undefined, bodyText: '' });
    await createPageSize(SERVICES, learned).ask({ ...bad, hostAnswered: () => true });
    expect(createPageSize(SERVICES, learned).next()).toBe(500);
    const large = hostOf({ ...NEAR, bytesPerRow: 30_000 });
    await createPageSize(SERVICES, learned).ask(large);
    expect(createPageSize(SERVICES, learned).next()).toBe(69);
  });

  it('does not judge by a few rows how large the others are', async () => {
    const learned = {};
    const few = hostOf({ ...NEAR, bytesPerRow: 1_000_000, limit: 3 });
    await createPageSize(SERVICES, learned).ask(few);
    expect(createPageSize(SERVICES, learned).next()).toBe(500);
  });
});
