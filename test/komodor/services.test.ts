import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/model.ts';
import { collect, fakeKomodor, many, type Row, service, sourceOf, type Twist } from './fake-komodor.ts';

const signal = new AbortController().signal;
const kind = 'komodorService';

async function read(services: readonly Row[], twist?: Twist, pageSize = 10, selector: JsonObject = {}) {
  const server = await fakeKomodor({ services }, twist);
  const source = sourceOf(server.url, { pageSizes: { komodorService: pageSize }, maxPages: 30 });
  const result = await collect(source.read({ kind, selector }, signal));
  return { ...result, bodies: server.seen.map(({ bodyText }) => JSON.parse(bodyText)) };
}

/** A reply with these services and this meta. */
function page(services: unknown, meta?: unknown) {
  return { json: { data: { services }, meta } };
}

describe('reading services', () => {
  it.each([
    [0, 1],
    [9, 1],
    [10, 1],
    [11, 2],
    [35, 4],
  ])('follows the cursor to the end of %i', async (count, pages) => {
    const result = await read(many(count, service));
    expect(result).toMatchObject({ verdict: 'complete', pages, malformed: 0 });
    expect(result.keys).toEqual(many(count, (i) => `Deployment/c1/n1/s${i}`));
    expect(result.bodies[0]).toEqual({ pagination: { pageSize: 10 } });
  });

  it.each([
    ['absent on a page that is not full', page(many(9, service), { pageSize: 10 }), 'complete'],
    ['absent without any meta', page(many(9, service)), 'complete'],
    ['empty', page(many(10, service), { token: '' }), 'complete'],
    ['absent on a full page', page(many(10, service), { pageSize: 10 }), 'full_page_without_cursor'],
    [
      'absent on a page that the server made smaller',
      page(many(5, service), { pageSize: 5 }),
      'full_page_without_cursor',
    ],
    ['an object', page(many(10, service), { token: {} }), 'malformed_page'],
  ])('a cursor that is %s', async (_what, reply, verdict) => {
    expect((await read([], () => reply)).verdict).toBe(verdict);
  });

  it.each([
    ['missing', { json: { data: {}, meta: {} } }],
    ['null', page(null, { token: null })],
    ['text', page('oops', { token: null })],
    ['in no object', { json: ['services'] }],
  ])('a list that is %s', async (_what, reply) => {
    expect((await read([], () => reply)).verdict).toBe('malformed_page');
  });

  it('notices that the server ignores the cursor', async () => {
    const rows = many(10, service);
    const result = await read([], (_reply, _seen, call) => page(rows, { token: `at-${call}` }));
    expect(result).toMatchObject({ verdict: 'not_advancing', pages: 2 });
  });

  it('notices a cursor that comes back', async () => {
    const result = await read([], (_reply, _seen, call) => page([service(call)], { token: call % 2 ? 'a' : 'b' }));
    expect(result).toMatchObject({ verdict: 'repeated_cursor', pages: 3 });
  });

  it('notices more of nothing', async () => {
    const result = await read([], (_reply, _seen, call) => page(call === 1 ? [service(1)] : [], { token: `${call}` }));
    expect(result).toMatchObject({ verdict: 'more_but_empty', pages: 2 });
  });

  it('does not read for ever', async () => {
    const result = await read([], (_reply, _seen, call) => page([service(call)], { token: `${call}` }));
    expect(result).toMatchObject({ verdict: 'too_many_pages', pages: 30 });
  });

  it('keeps what came before a request that fails for good', async () => {
    const twist: Twist = (reply, _seen, call) =>
      call < 3 ? reply : { status: 422, json: { error: { code: 1, message: 'no more today' } } };
    const result = await read(many(50, service), twist);
    expect(result).toMatchObject({ verdict: 'request_failed', pages: 2 });
    expect(result.end).toMatchObject({
      detail: expect.stringContaining('422 (Unprocessable Entity) to POST /services/search: no more today'),
    });
  });

  it('counts what is no item, and yields duplicates', async () => {
    const result = await read([], () => page([service(1), null, 'x', service(1), [1]], { token: null }));
    expect(result).toMatchObject({
      verdict: 'complete',
      malformed: 3,
      keys: ['Deployment/c1/n1/s1', 'Deployment/c1/n1/s1'],
    });
  });

  it('still reads numbered pages', async () => {
    const rows = many(25, service);
    const result = await read(rows, (_reply, { bodyText }) => {
      const at = JSON.parse(bodyText).pagination.page ?? 0;
      const more = (at + 1) * 10 < rows.length;
      return page(rows.slice(at * 10, at * 10 + 10), { pageSize: 10, page: at, ...(more ? { nextPage: at + 1 } : {}) });
    });
    expect(result).toMatchObject({ verdict: 'complete', pages: 3 });
    expect(new Set(result.keys).size).toBe(25);
    expect(result.bodies.map(({ pagination }) => pagination.page)).toEqual([undefined, 1, 2]);
  });

  it('notices that the server ignores the page number', async () => {
    const rows = many(10, service);
    const result = await read(rows, () => page(rows, { pageSize: 10, page: 0, nextPage: 1 }));
    expect(result.verdict).toBe('not_advancing');
  });

  it('asks for less when a page is too much, and for more again later', async () => {
    const twist: Twist = (reply, { bodyText }, call) =>
      JSON.parse(bodyText).pagination.pageSize > 50 && call < 5 ? { status: 413 } : reply;
    const result = await read(many(700, service), twist, 200);
    expect(result.verdict).toBe('complete');
    expect(new Set(result.keys).size).toBe(700);
    const sizes = result.bodies.map(({ pagination }) => pagination.pageSize);
    expect(sizes.slice(0, 3)).toEqual([200, 100, 50]);
    expect(sizes.at(-1)).toBe(100);
  });

  it.each([
    ['a server error', { status: 500 }],
    ['a broken connection', { fault: 'reset' }],
    ['garbage', { text: '<html>' }],
    ['half an answer', { fault: 'cut', text: '{"data": "............."}' }],
    ['a word about the page size', { status: 400, json: { error: { code: 1, message: 'pageSize is too large' } } }],
  ] as const)('shrinks after %s', async (_what, trouble) => {
    const twist: Twist = (reply, { bodyText }) => (JSON.parse(bodyText).pagination.pageSize > 10 ? trouble : reply);
    const result = await read(many(25, service), twist, 25);
    expect(result).toMatchObject({ verdict: 'complete', pages: 3 });
  });

  it('does not shrink for a bad request', async () => {
    const result = await read([], () => ({ status: 400, json: { error: 'bad_request' } }), 100);
    expect(result.verdict).toBe('request_failed');
    expect(result.bodies).toHaveLength(1);
  });
});

describe('selecting services', () => {
  const world = ['c1', 'c2', 'c3'].flatMap((cluster) =>
    many(6, (i) =>
      service(i, {
        cluster,
        namespace: i < 3 ? 'n1' : 'n2',
        kind: i % 2 ? 'StatefulSet' : 'Deployment',
        status: i % 3 ? 'healthy' : 'unhealthy',
      }),
    ),
  );

  it('makes one listing per cluster and status', async () => {
    const selector = {
      clusters: ['c1', 'c3'],
      namespaces: 'n1',
      kinds: ['Deployment'],
      status: ['healthy', 'unhealthy'],
    };
    const result = await read(world, undefined, 10, selector);
    expect(result.verdict).toBe('complete');
    expect(result.keys.toSorted()).toEqual([
      'Deployment/c1/n1/s0',
      'Deployment/c1/n1/s2',
      'Deployment/c3/n1/s0',
      'Deployment/c3/n1/s2',
    ]);
    expect(result.bodies).toHaveLength(4);
    expect(result.bodies[1]).toEqual({
      scope: { cluster: 'c1', namespaces: ['n1'] },
      kind: ['Deployment'],
      status: 'unhealthy',
      pagination: { pageSize: 10 },
    });
  });

  it('takes empty lists for "not limited"', async () => {
    const result = await read(world, undefined, 100, { clusters: [], kinds: [], status: [], namespaces: null });
    expect(result.bodies).toEqual([{ pagination: { pageSize: 100 } }]);
    expect(result.keys).toHaveLength(18);
  });

  it('goes on with the other clusters when one fails, but is not complete', async () => {
    const twist: Twist = (reply, { bodyText }) => (bodyText.includes('"c2"') ? { status: 400, json: {} } : reply);
    const result = await read(world, twist, 100, { clusters: ['c1', 'c2', 'c3'] });
    expect(result.verdict).toBe('request_failed');
    expect(result.keys).toHaveLength(12);
  });

  it('reads every kind for itself when asked to read differently', async () => {
    const server = await fakeKomodor({ services: world });
    const result = await collect(sourceOf(server.url).confirmAll({ kind, selector: {} }, signal));
    expect(result).toMatchObject({ verdict: 'complete', pages: 4 });
    expect(new Set(result.keys).size).toBe(18);
    const kinds = server.seen.map(({ bodyText }) => JSON.parse(bodyText).kind);
    expect(kinds).toEqual([['Deployment'], ['DaemonSet'], ['StatefulSet'], ['Rollout']]);
  });
});

describe('a full page without a cursor', () => {
  /** As accounts whose last page has no `token` at all, instead of null. */
  const silentAtTheEnd: Twist = (reply) => {
    const { data, meta } = JSON.parse(JSON.stringify(reply.json));
    return { json: { data, meta: meta.token === null ? { pageSize: meta.pageSize } : meta } };
  };

  it.each([10, 20, 30])('is the last one when one row less leads on to just that row: %i', async (count) => {
    const result = await read(many(count, service), silentAtTheEnd);
    expect(result.verdict).toBe('complete');
    expect(result.keys).toEqual(many(count, (i) => `Deployment/c1/n1/s${i}`));
    expect(result.bodies).toHaveLength(count / 10 + 2);
  });

  it('is the only one when old page numbers lead on to just that row', async () => {
    const numbered: Twist = (reply, seen) => {
      const { page: number = 0, pageSize } = JSON.parse(seen.bodyText).pagination;
      const rows = many(10, service).slice(number * pageSize, (number + 1) * pageSize);
      const more = (number + 1) * pageSize < 10;
      return { ...reply, ...page(rows, { page: number, pageSize, ...(more && { nextPage: number + 1 }) }) };
    };
    expect((await read([], numbered)).verdict).toBe('complete');
  });

  it('is not among numbered pages when it says nothing at all', async () => {
    const numbered: Twist = (reply, seen, call) => {
      const { page: number = 0, pageSize } = JSON.parse(seen.bodyText).pagination;
      const rows = many(35, service).slice(number * pageSize, (number + 1) * pageSize);
      return { ...reply, ...(call === 2 ? page(rows) : page(rows, { page: number, pageSize, nextPage: number + 1 })) };
    };
    expect((await read([], numbered)).verdict).toBe('full_page_without_cursor');
  });

  it.each([11, 12, 35])('is not when its cursor only got lost: %i', async (count) => {
    const lost: Twist = (reply, seen, call) => {
      const { data } = JSON.parse(JSON.stringify(reply.json));
      return call === 1 ? { json: { data } } : silentAtTheEnd(reply, seen, call);
    };
    expect((await read(many(count, service), lost)).verdict).toBe('full_page_without_cursor');
  });
});

describe('reading one namespace', () => {
  const world = [service(1), service(2, { namespace: 'n2' }), service(3, { cluster: 'c2' })];
  const scope = { cluster: 'c1', namespace: 'n1' };

  it('asks for it together with the selector', async () => {
    const server = await fakeKomodor({ services: world });
    const query = { kind, selector: { kinds: ['Deployment'], clusters: ['c1', 'c2'] } } as const;
    const result = await collect(sourceOf(server.url).confirm(query, scope, signal));
    expect(result).toMatchObject({ verdict: 'complete', keys: ['Deployment/c1/n1/s1'] });
    expect(JSON.parse(server.seen[0]?.bodyText ?? '')).toMatchObject({
      scope: { cluster: 'c1', namespaces: ['n1'] },
      kind: ['Deployment'],
    });
  });

  it('says when the server ignores the scope', async () => {
    const server = await fakeKomodor({}, () => page(world, { token: null }));
    const result = await collect(sourceOf(server.url).confirm({ kind, selector: {} }, scope, signal));
    expect(result.end).toMatchObject({
      reason: 'not_advancing',
      detail: expect.stringContaining('the answer ignores the scope'),
    });
    // What lies elsewhere may be excluded by the mapping, so nobody may get to see it.
    expect(result.keys).toEqual(['Deployment/c1/n1/s1']);
  });

  it('says when the server ignores the kind', async () => {
    const server = await fakeKomodor({}, () => page([service(1), service(2, { kind: 'DaemonSet' })], { token: null }));
    const query = { kind, selector: { kinds: 'Deployment' } } as const;
    const result = await collect(sourceOf(server.url).read(query, signal));
    expect(result).toMatchObject({ end: { reason: 'not_advancing' }, keys: ['Deployment/c1/n1/s1'] });
  });

  it.each([{ clusters: ['c2'] }, { namespaces: 'n2' }])(
    'has nothing to ask when the selector excludes it: %o',
    async (selector) => {
      const server = await fakeKomodor({});
      expect(sourceOf(server.url).confirm({ kind, selector }, scope, signal)).toBe('excluded');
    },
  );
});
