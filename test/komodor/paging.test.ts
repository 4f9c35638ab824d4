import { describe, expect, it, onTestFinished } from 'vitest';
import { exactJson } from '../../src/core/exact-json.ts';
import { createKomodorApi } from '../../src/komodor/api.ts';
import type { ItemSpec } from '../../src/komodor/item.ts';
import type { Reading } from '../../src/komodor/listing.ts';
import { readByCursor, readByPage, readByQueryCursor, readOnce } from '../../src/komodor/paging.ts';
import { type Question, under } from '../../src/komodor/question.ts';
import { createGovernor } from '../../src/net/governor.ts';
import { createPageSize } from '../../src/net/page-size.ts';
import { listen, type Reply, type Seen } from '../net/local-server.ts';
import { collect, KEY, many } from './fake-komodor.ts';

const SIZE = 10;
const row = (i: number) => ({ id: `x${i}` });
const rows = (count: number, from = 0) => many(count, (i) => row(from + i));

const spec: ItemSpec = { identity: ['id'] };

type Read = (reading: Reading, spec: ItemSpec, question: Question) => ReturnType<typeof readOnce>;
type Answer = (seen: Seen, call: number) => Reply;

/** Reads a listing of a server that answers so. */
async function walk(read: Read, question: Question, answer: Answer, itemSpec = spec) {
  const server = await listen(answer);
  const api = createKomodorApi({
    baseUrl: `${server.url}/api/v2`,
    apiKey: KEY,
    secrets: [KEY],
    timeoutMs: 5000,
    maxResponseBytes: 1_000_000,
    governor: createGovernor({ side: 'komodor', concurrency: 4 }),
  });
  onTestFinished(() => api.close());
  const { signal } = new AbortController();
  const result = await collect(
    read(
      { api, size: createPageSize({ first: SIZE, most: SIZE }), maxPages: 12, signal, now: Date.now },
      itemSpec,
      question,
    ),
  );
  return { ...result, seen: server.seen };
}

/** Each reply in its turn; the last one again and again. */
const inTurn =
  (...replies: readonly unknown[]): Answer =>
  (_seen, call) => ({ json: replies[Math.min(call, replies.length) - 1] });

const JOBS: Question = {
  what: 'jobs',
  method: 'POST',
  path: '/jobs/search',
  body: { status: 'failed' },
  rows: under('data', 'jobs'),
};

function jobs(list: unknown, meta?: unknown) {
  return { data: { jobs: list }, meta };
}

/** A listing whose pages are numbered, and which says no more of the last one than where it is. */
function numbered(count: number, twist: (answer: ReturnType<typeof jobs>, page: number) => unknown = (a) => a): Answer {
  return ({ bodyText }) => {
    const { pageSize, page = 0 } = JSON.parse(bodyText).pagination;
    const list = rows(count).slice(page * pageSize, (page + 1) * pageSize);
    const more = (page + 1) * pageSize < count;
    return { json: twist(jobs(list, { pageSize, page, ...(more && { nextPage: page + 1 }) }), page) };
  };
}

describe('pages that are numbered', () => {
  it.each([
    [0, 1],
    [9, 1],
    [11, 2],
    [35, 4],
  ])('are read to the end of %i', async (count, pages) => {
    const result = await walk(readByPage, JOBS, numbered(count));
    expect(result).toMatchObject({ verdict: 'complete', pages, keys: rows(count).map(({ id }) => id) });
    expect(result.seen.map(({ bodyText }) => JSON.parse(bodyText))).toEqual(
      many(pages, (page) => ({ status: 'failed', pagination: { pageSize: SIZE, ...(page > 0 && { page }) } })),
    );
  });

  it.each([10, 30])('end with a full page where the one behind it is empty: %i', async (count) => {
    const result = await walk(readByPage, JOBS, numbered(count));
    expect(result).toMatchObject({ verdict: 'complete', pages: count / 10 });
    expect(result.seen).toHaveLength(count / 10 + 1);
  });

  it('end where the next one is said to be none, full or not', async () => {
    for (const none of [null, '', false]) {
      const result = await walk(readByPage, JOBS, inTurn(jobs(rows(10), { nextPage: none })));
      expect(result).toMatchObject({ verdict: 'complete', pages: 1 });
      expect(result.seen).toHaveLength(1);
    }
  });

  it('may count from 1', async () => {
    const second = jobs(rows(5, 10), { page: 2, pageSize: 10 });
    const result = await walk(readByPage, JOBS, inTurn(jobs(rows(10), { page: 1, nextPage: 2 }), second));
    expect(result).toMatchObject({ verdict: 'complete', pages: 2 });
    expect(JSON.parse(result.seen[1]?.bodyText ?? '').pagination.page).toBe(2);
  });

  it.each<[string, Answer, string]>([
    ['no list', inTurn({ data: {} }), 'malformed_page'],
    ['no list later', inTurn(jobs(rows(10), { nextPage: 1 }), jobs(null)), 'malformed_page'],
    ['a list of text', inTurn(jobs('oops', {})), 'malformed_page'],
    ['an answer that is a list', inTurn(rows(3)), 'malformed_page'],
    ['a next page of another sort', inTurn(jobs(rows(10), { nextPage: {} })), 'malformed_page'],
    ['a next page that stands still', inTurn(jobs(rows(10), { page: 3, nextPage: 3 })), 'repeated_cursor'],
    [
      'a next page that goes back',
      inTurn(jobs(rows(10), { nextPage: 2 }), jobs(rows(10, 10), { nextPage: 1 })),
      'repeated_cursor',
    ],
    [
      'another page than asked for',
      inTurn(jobs(rows(10), { page: 0, nextPage: 1 }), jobs(rows(10, 10), { page: 0 })),
      'not_advancing',
    ],
    [
      'the same page again',
      inTurn(jobs(rows(10), { nextPage: 1 }), jobs(rows(10), { nextPage: null })),
      'not_advancing',
    ],
    ['more of nothing', inTurn(jobs([], { nextPage: 1 })), 'more_but_empty'],
    [
      'a full page, all rows at once and then again',
      inTurn(jobs(rows(10), { pageSize: 10 })),
      'full_page_without_cursor',
    ],
    ['a page that the server made smaller', inTurn(jobs(rows(5), { pageSize: 5 })), 'full_page_without_cursor'],
    ['half a page that says nothing at all', inTurn(jobs(rows(5)), jobs(rows(5, 5))), 'full_page_without_cursor'],
    [
      'a last page that says nothing, and the one behind it leads on',
      inTurn(jobs(rows(5)), jobs([], { nextPage: 7 })),
      'full_page_without_cursor',
    ],
    ['no end', (_seen, call) => ({ json: jobs(rows(10, call * 10), { nextPage: call }) }), 'too_many_pages'],
    [
      'a page that cannot be had',
      (_seen, call) => (call === 1 ? { json: jobs(rows(10), { nextPage: 1 }) } : { status: 422 }),
      'request_failed',
    ],
  ])('are not whole with %s', async (_what, answer, verdict) => {
    expect((await walk(readByPage, JOBS, answer)).verdict).toBe(verdict);
  });

  it.each([1, 2, 3])('notice what got lost on page %i of 4: the next page, the meta', async (at) => {
    const { meta: _lost, ...bare } = jobs([]);
    for (const twist of [
      ({ data }: ReturnType<typeof jobs>) => ({ ...bare, data }),
      (answer: ReturnType<typeof jobs>) => ({ ...answer, meta: { pageSize: SIZE } }),
    ]) {
      const answer = numbered(35, (honest, page) => (page === at - 1 ? twist(honest) : honest));
      expect((await walk(readByPage, JOBS, answer)).verdict).toBe('full_page_without_cursor');
    }
  });

  it('are complete without any meta where the page behind the last one is empty', async () => {
    expect(await walk(readByPage, JOBS, inTurn(jobs(rows(5)), jobs([])))).toMatchObject({
      verdict: 'complete',
      pages: 1,
    });
  });

  it('shrink at the first page only: a number means another place as soon as pages have another size', async () => {
    const size = (seen: Seen) => JSON.parse(seen.bodyText).pagination.pageSize;
    const large: Read = (reading, ...rest) =>
      readByPage({ ...reading, size: createPageSize({ first: 40, most: 40 }) }, ...rest);
    const refusing =
      (at: number): Answer =>
      (seen, call) =>
        call === at ? { status: 413 } : numbered(45)(seen, call);
    const first = await walk(large, JOBS, refusing(1));
    expect(first).toMatchObject({ verdict: 'complete', pages: 3 });
    expect(first.seen.map(size)).toEqual([40, 20, 20, 20]);
    const later = await walk(large, JOBS, refusing(2));
    expect(later.verdict).toBe('request_failed');
    expect(later.seen.map(size)).toEqual([40, 40]);
  });
});

const COSTS: Question = {
  what: 'costs',
  method: 'GET',
  path: '/cost/allocation',
  query: { timeFrame: 'Yesterday' },
  rows: under('groupedCosts'),
};

function costs(groupedCosts: unknown, paginationToken?: unknown, hasMorePages?: unknown) {
  return { groupedCosts, paginationToken, hasMorePages };
}

function withCursors(
  count: number,
  twist: (answer: ReturnType<typeof costs>, call: number) => unknown = (a) => a,
): Answer {
  return ({ query }, call) => {
    const at = Number(query.get('paginationToken') ?? 0);
    const next = at + Number(query.get('pageSize'));
    const more = next < count;
    return { json: twist(costs(rows(count).slice(at, next), more ? String(next) : undefined, more), call) };
  };
}

describe('cursors in the query', () => {
  it.each([
    [0, 1],
    [10, 1],
    [35, 4],
  ])('are followed to the end of %i', async (count, pages) => {
    const result = await walk(readByQueryCursor, COSTS, withCursors(count));
    expect(result).toMatchObject({ verdict: 'complete', pages, keys: rows(count).map(({ id }) => id) });
    expect(result.seen[0]?.query.toString()).toBe('pageSize=10&timeFrame=Yesterday');
    if (pages > 1) expect(result.seen[1]?.query.get('paginationToken')).toBe('10');
  });

  it.each([10, 20])('end without a word where one row less leads on to just that row: %i', async (count) => {
    const silent = ({ groupedCosts, paginationToken }: ReturnType<typeof costs>) => ({ groupedCosts, paginationToken });
    const result = await walk(readByQueryCursor, COSTS, withCursors(count, silent));
    expect(result.verdict).toBe('complete');
    expect(result.seen).toHaveLength(count / 10 + 2);
  });

  it.each([
    ['nothing', costs([])],
    ['the same page', costs(rows(10), 'b', false)],
  ])('are complete where the last page has one too, and it leads to %s', async (_what, behind) => {
    const result = await walk(readByQueryCursor, COSTS, inTurn(costs(rows(10), 'a', false), behind));
    expect(result.verdict).toBe('complete');
    expect(result.keys.filter((key) => key === 'x0')).toHaveLength(1);
  });

  it.each<[string, Answer, string]>([
    ['no list', inTurn(costs(null, undefined, false)), 'malformed_page'],
    ['a cursor that is no text', inTurn(costs(rows(10), { at: 1 }, true)), 'malformed_page'],
    ['a word about more that is none', inTurn(costs(rows(10), 'a', 'yes')), 'malformed_page'],
    ['more to come, but no cursor', inTurn(costs(rows(10), undefined, true)), 'malformed_page'],
    ['more to come, but an empty cursor', inTurn(costs(rows(10), '', true)), 'malformed_page'],
    ['the same cursor twice', (_seen, call) => ({ json: costs(rows(10, call * 10), 'a', true) }), 'repeated_cursor'],
    ['the same page again', (_seen, call) => ({ json: costs(rows(10), `${call}`, true) }), 'not_advancing'],
    ['more of nothing', inTurn(costs([], 'a', true)), 'more_but_empty'],
    [
      'a cursor that leads on although nothing is to follow',
      inTurn(costs(rows(10), 'a', false), costs(rows(10, 10), undefined, false)),
      'totals_disagree',
    ],
    ['a full page that says nothing', inTurn(costs(rows(10))), 'full_page_without_cursor'],
    ['no end', (_seen, call) => ({ json: costs(rows(10, call * 10), `${call}`, true) }), 'too_many_pages'],
    ['a request that fails for good', () => ({ status: 400, json: {} }), 'request_failed'],
  ])('are not whole with %s', async (_what, answer, verdict) => {
    expect((await walk(readByQueryCursor, COSTS, answer)).verdict).toBe(verdict);
  });

  it('asks for less when a page is too much', async () => {
    const result = await walk(
      (reading, ...rest) => readByQueryCursor({ ...reading, size: createPageSize({ first: 40, most: 40 }) }, ...rest),
      COSTS,
      (seen, call) => (Number(seen.query.get('pageSize')) > 20 ? { status: 413 } : withCursors(45)(seen, call)),
    );
    expect(result).toMatchObject({ verdict: 'complete', pages: 3 });
  });
});

const CLUSTERS: Question = { what: 'clusters', method: 'GET', path: '/clusters', rows: under('data', 'clusters') };

function clusters(list: unknown, more: object = {}) {
  return { data: { clusters: list }, ...more };
}

describe('a list in one page', () => {
  it('is read with one request that has no page size', async () => {
    const question = { ...CLUSTERS, query: { clusterName: ['a', 'b'] } };
    const result = await walk(readOnce, question, inTurn(clusters(rows(35))));
    expect(result).toMatchObject({ verdict: 'complete', pages: 1 });
    expect(result.keys).toHaveLength(35);
    expect(result.seen.map(({ query }) => query.toString())).toEqual(['clusterName=a&clusterName=b']);
  });

  it('is followed where it comes in pages after all', async () => {
    const pages = inTurn(clusters(rows(2), { meta: { token: 'a' } }), clusters(rows(2, 2), { meta: { token: null } }));
    expect(await walk(readOnce, CLUSTERS, pages)).toMatchObject({ verdict: 'complete', pages: 2 });
  });

  it.each<[string, unknown, string]>([
    ['no list', clusters(undefined), 'malformed_page'],
    ['text for a list', clusters('oops'), 'malformed_page'],
    ['nothing in it', clusters([]), 'empty_list'],
    ['a cursor that leads back', clusters(rows(3), { meta: { token: 'a' } }), 'not_advancing'],
    ['a next page that leads back', clusters(rows(3), { meta: { nextPage: 1 } }), 'not_advancing'],
    ['a cursor that is no text', clusters(rows(3), { meta: { token: {} } }), 'malformed_page'],
    ['a full page by its own word', clusters(rows(3), { meta: { pageSize: 3 } }), 'full_page_without_cursor'],
    ['a word that there is more', clusters(rows(3), { meta: { hasMore: true } }), 'malformed_page'],
    ['that word beside the data', clusters(rows(3), { hasMorePages: true }), 'malformed_page'],
    ['a total that is larger', clusters(rows(3), { meta: { total: 4 } }), 'totals_disagree'],
  ])('is not whole with %s', async (_what, answer, verdict) => {
    expect((await walk(readOnce, CLUSTERS, inTurn(answer))).verdict).toBe(verdict);
  });

  it.each([
    ['a total that fits', clusters(rows(3), { meta: { total: 3, hasMore: false } })],
    ['room for more', clusters(rows(3), { meta: { pageSize: 100, page: 0 } })],
  ])('is whole with %s', async (_what, answer) => {
    expect((await walk(readOnce, CLUSTERS, inTurn(answer))).verdict).toBe('complete');
  });

  it('may hold nothing where the question says so', async () => {
    const question = { ...CLUSTERS, mayBeEmpty: true };
    expect((await walk(readOnce, question, inTurn(clusters([])))).verdict).toBe('complete');
  });
});

describe('a question', () => {
  it.each([
    [true, 'complete'],
    [false, 'full_page_without_cursor'],
  ])('knows whether meta.pageSize counts the rows that came (%s)', async (metaCountsRows, verdict) => {
    const counted = inTurn(jobs(rows(3), { pageSize: 3 }));
    expect((await walk(readByCursor, { ...JOBS, metaCountsRows }, counted)).verdict).toBe(verdict);
    const full = inTurn(jobs(rows(10), { pageSize: 10 }));
    expect((await walk(readByCursor, { ...JOBS, metaCountsRows }, full)).verdict).toBe('full_page_without_cursor');
  });

  it('tells what was asked about to what is derived of a row, and no number is lost by it', async () => {
    const text = '{"id":9007199254740993,"link":"a?eventId=7"}';
    const deriving: ItemSpec = { ...spec, derive: ({ link }, asked) => ({ ...asked, link }) };
    const { items } = await walk(
      readOnce,
      { ...CLUSTERS, asked: { cluster: 'prod' } },
      () => ({ text: `{"data":{"clusters":[${text}]}}` }),
      deriving,
    );
    expect(items.map(({ value }) => exactJson(value))).toEqual([
      `${text.slice(0, -1)},"_":{"cluster":"prod","link":"a?eventId=7"}}`,
    ]);
  });

  it.each<[string, boolean, Reply, string]>([
    ['404 in the words of Komodor', true, { status: 404, json: { error: { code: 4044, message: 'no' } } }, 'complete'],
    ['404 of a gateway', true, { status: 404, text: 'not found' }, 'request_failed'],
    ['404 where something has to be', false, { status: 404, json: { error: { code: 4044 } } }, 'request_failed'],
    ['another status', true, { status: 400, json: { error: { code: 4004 } } }, 'request_failed'],
  ])('may be answered with nothing: %s', async (_what, mayBeMissing, reply, verdict) => {
    const result = await walk(readOnce, { ...CLUSTERS, mayBeMissing }, () => reply);
    expect(result).toMatchObject({ verdict, items: [] });
  });

  it('names the permission that it needs', async () => {
    const answer: Answer = ({ path }) =>
      path.endsWith('/validate') ? { json: { valid: true } } : { status: 403, json: { error: { message: 'no' } } };
    const { end } = await walk(readByQueryCursor, { ...COSTS, permission: 'view:cost' }, answer);
    const detail = expect.stringMatching(/403 .*GET \/cost\/allocation.*allows view:cost/);
    expect(end).toMatchObject({ reason: 'request_failed', detail });
  });

  it('notices that its limits are ignored, and passes nothing on that lies elsewhere', async () => {
    const question: Question = { ...JOBS, inScope: ({ label }) => label !== 'x1' };
    const result = await walk(readByPage, question, numbered(3));
    expect(result).toMatchObject({ verdict: 'not_advancing', keys: ['x0', 'x2'] });
  });
});
