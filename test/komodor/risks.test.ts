import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/model.ts';
import {
  collect,
  fakeKomodor,
  many,
  type Row,
  risk,
  risksAnswer,
  sourceOf,
  type Twist,
  type World,
} from './fake-komodor.ts';

const signal = new AbortController().signal;
const kind = 'komodorHealthMonitoring';

async function read(world: World, twist?: Twist, pageSize = 10, selector: JsonObject = {}) {
  const server = await fakeKomodor(world, twist);
  const source = sourceOf(server.url, {
    pageSizes: { komodorHealthMonitoring: pageSize },
    maxPages: 30,
    timeoutMs: 300,
  });
  const result = await collect(source.read({ kind, selector }, signal));
  return { ...result, seen: server.seen };
}

function answer(...args: Parameters<typeof risksAnswer>): { readonly json: Row } {
  return { json: risksAnswer(...args) };
}

describe('reading risks', () => {
  it.each([
    [0, 1],
    [10, 1],
    [35, 4],
  ])('goes by offset to the end of %i', async (count, pages) => {
    const result = await read({ risks: many(count, risk) });
    expect(result).toMatchObject({ verdict: 'complete', pages });
    expect(result.keys).toEqual(many(count, (i) => `r${i}`));
    expect(result.seen[0]?.query.toString()).toBe(
      'pageSize=10&offset=0&impactGroupType=dynamic&impactGroupType=realtime&checkCategory=workload&checkCategory=infrastructure',
    );
  });

  it('advances by what it got, not by what it asked for', async () => {
    const rows = many(20, risk);
    const result = await read({}, (_reply, { query }) => {
      const offset = Number(query.get('offset'));
      return answer(rows.slice(offset, offset + 7), offset + 7 < rows.length, rows.length);
    });
    expect(result).toMatchObject({ verdict: 'complete', pages: 3 });
    expect(result.keys).toEqual(rows.map(({ id }) => id));
  });

  it.each([
    ['no list', answer(undefined, false, 0), 'malformed_page'],
    ['null instead of a list', answer(null, false, 3), 'malformed_page'],
    ['null for nothing at all', answer(null, false, 0), 'complete'],
    ['text instead of a list', answer('oops', false, 0), 'malformed_page'],
    ['no word about more', answer([risk(1)], undefined, 1), 'malformed_page'],
    ['a total that is no number', answer([risk(1)], false, 'one'), 'malformed_page'],
    ['a negative total', answer([risk(1)], false, -1), 'malformed_page'],
    ['no total', answer([risk(1)], false), 'complete'],
    ['fewer than the total', answer([risk(1)], false, 2), 'totals_disagree'],
    ['more than the total', answer([risk(1), risk(2)], false, 1), 'totals_disagree'],
    ['a duplicate instead of a row', answer([risk(1), risk(1)], false, 2), 'totals_disagree'],
    ['a row that is no object', answer([risk(1), null], false, 2), 'complete'],
    ['more of nothing', answer([], true, 5), 'more_but_empty'],
    ['always the same', answer([risk(1)], true, 5), 'not_advancing'],
  ])('%s', async (_what, reply, verdict) => {
    expect((await read({}, () => reply)).verdict).toBe(verdict);
  });

  it.each([
    ['grew and all came', [2, 3], [[risk(1)], [risk(2), risk(3)]], 'complete'],
    ['grew and the new one was missed', [2, 3], [[risk(1)], [risk(2)]], 'complete'],
    ['grew but an old one was missed', [2, 3], [[risk(1)], [risk(1)]], 'totals_disagree'],
    ['shrank', [3, 2], [[risk(1)], [risk(2), risk(3)]], 'totals_disagree'],
    ['shrank and grew again', [2, 1, 2], [[risk(1)], [risk(2)], [risk(3)]], 'totals_disagree'],
  ])('a total that %s', async (_what, totals, pages: readonly unknown[], verdict) => {
    const result = await read({}, (_reply, _seen, call) =>
      answer(pages[Math.min(call, pages.length) - 1], call < pages.length, totals[Math.min(call, totals.length) - 1]),
    );
    expect(result.verdict).toBe(verdict);
  });

  it('asks for several pages at a time, within the limit of requests, and gives them in order', async () => {
    const far: Twist = (reply) => ({ ...reply, delayMs: 40 });
    const server = await fakeKomodor({ risks: many(95, risk) }, far);
    const source = sourceOf(server.url, { pageSizes: { [kind]: 10 } });
    const result = await collect(source.read({ kind, selector: {} }, signal));
    expect(result).toMatchObject({ verdict: 'complete', pages: 10, keys: many(95, (i) => `r${i}`) });
    expect(server.seen).toHaveLength(10);
    expect(server.mostAtOnce()).toBe(4);
  });

  it('reads what is behind a page that had to be made smaller', async () => {
    const risks = many(95, risk);
    const twist: Twist = (reply, { query }) =>
      Number(query.get('pageSize')) > 10 && Number(query.get('offset')) > 0 ? { status: 413 } : reply;
    const result = await read({ risks }, twist, 20);
    expect(result).toMatchObject({ verdict: 'complete', keys: many(95, (i) => `r${i}`) });
  });

  it('does not read for ever', async () => {
    const result = await read({}, (_reply, _seen, call) => answer([risk(call)], true, 1000));
    expect(result).toMatchObject({ verdict: 'too_many_pages', pages: 30 });
  });

  it('sends every part of the selector', async () => {
    const selector = {
      clusters: ['c1', 'c2'],
      namespaces: 'n1',
      checkTypes: ['HPAMax', 'somethingNew'],
      severity: 'high',
      status: ['open', 'confirmed'],
      checkCategory: 'workload',
      impactGroupType: ['static'],
    };
    const { seen, verdict } = await read({ risks: many(3, risk) }, undefined, 10, selector);
    expect(verdict).toBe('complete');
    expect(seen[0]?.query.toString()).toBe(
      'pageSize=10&offset=0&impactGroupType=static&checkCategory=workload&checkType=HPAMax&checkType=somethingNew' +
        '&severity=high&status=open&status=confirmed&clusterName=c1&clusterName=c2&namespace=n1',
    );
  });

  it('reads every severity for itself when asked to read differently', async () => {
    const risks = many(9, (i) => risk(i, { severity: ['high', 'medium', 'low'][i % 3] }));
    const server = await fakeKomodor({ risks });
    const result = await collect(sourceOf(server.url).confirmAll({ kind, selector: {} }, signal));
    expect(result).toMatchObject({ verdict: 'complete', pages: 3 });
    expect(new Set(result.keys).size).toBe(9);
    expect(server.seen.map(({ query }) => query.getAll('severity'))).toEqual([['high'], ['medium'], ['low']]);
  });
});

describe('risks of an account that is too large to ask at once', () => {
  const risks = many(30, (i) => risk(i, { komodorUid: `Deployment|c${i % 3}|n1|s${i}` }));
  const world: World = { risks, clusters: ['c0', 'c1', 'c2'] };
  const gateway: Twist = (reply, { path, query }) =>
    path.endsWith('/risks') && query.getAll('clusterName').length !== 1
      ? { status: 504, text: 'Gateway Timeout' }
      : reply;

  it('reads them cluster by cluster after the second 504', async () => {
    const result = await read(world, gateway, 100);
    expect(result).toMatchObject({ verdict: 'complete', pages: 3 });
    expect(result.keys.toSorted()).toEqual(risks.map(({ id }) => id).toSorted());
    expect(result.seen.map(({ path }) => path.slice('/api/v2'.length))).toEqual([
      '/health/risks',
      '/health/risks',
      '/clusters',
      '/health/risks',
      '/health/risks',
      '/health/risks',
    ]);
  });

  it('needs no list of clusters when the selector has one', async () => {
    const result = await read(world, gateway, 100, { clusters: ['c0', 'c2'] });
    expect(result).toMatchObject({ verdict: 'complete', pages: 2 });
    expect(result.seen.some(({ path }) => path.endsWith('/clusters'))).toBe(false);
  });

  it('does the same when the smallest page times out', async () => {
    const hanging: Twist = (reply, seen, call) => (gateway(reply, seen, call) === reply ? reply : { fault: 'hang' });
    const server = await fakeKomodor(world, hanging);
    const source = sourceOf(server.url, { pageSizes: { komodorHealthMonitoring: 10 }, timeoutMs: 50 });
    const result = await collect(source.read({ kind, selector: {} }, signal));
    expect(result.verdict).toBe('complete');
    expect(new Set(result.keys).size).toBe(30);
  });

  it.each([
    ['cannot be read', { status: 404, json: {} }],
    ['is empty', { json: { data: { clusters: [] } } }],
    ['is missing', { json: { data: {} } }],
    ['has one without a name', { json: { data: { clusters: [{ name: 'c0' }, { id: 7 }] } } }],
    ['is only the first page', { json: { data: { clusters: [{ name: 'c0' }] }, meta: { pageSize: 1 } } }],
  ])('is not complete when the list of clusters %s', async (_what, clusters) => {
    const result = await read(
      world,
      (reply, seen, call) => (seen.path.endsWith('/clusters') ? clusters : gateway(reply, seen, call)),
      100,
    );
    expect(result.verdict).toBe('clusters_unknown');
  });

  it('reads a list of clusters that comes in pages', async () => {
    const paged: Twist = (reply, seen, call) => {
      if (!seen.path.endsWith('/clusters')) return gateway(reply, seen, call);
      const at = Number(seen.query.get('token') ?? 0);
      return { json: { data: { clusters: [{ name: `c${at}` }] }, meta: { token: at < 2 ? String(at + 1) : null } } };
    };
    const result = await read(world, paged, 100);
    expect(result.verdict).toBe('complete');
    expect(result.keys).toHaveLength(30);
  });

  it('is not complete when one cluster cannot be read', async () => {
    const twist: Twist = (reply, seen, call) =>
      seen.query.get('clusterName') === 'c1' ? { status: 400, json: {} } : gateway(reply, seen, call);
    const result = await read(world, twist, 100);
    expect(result.verdict).toBe('request_failed');
    expect(result.keys).toHaveLength(20);
  });
});

describe('the risks of one resource', () => {
  const uid = 'Deployment|c1|n1|s1';
  const scope = { komodorUid: uid };

  it('asks for it together with the selector', async () => {
    const server = await fakeKomodor({ risks: many(4, risk) });
    const query = { kind, selector: { severity: 'high' } } as const;
    const result = await collect(sourceOf(server.url).confirm(query, scope, signal));
    expect(result).toMatchObject({ verdict: 'complete', keys: ['r1'] });
    expect(server.seen[0]?.query.getAll('komodorUid')).toEqual([uid]);
    expect(server.seen[0]?.query.getAll('severity')).toEqual(['high']);
  });

  it('says when the server ignores the scope', async () => {
    const server = await fakeKomodor({}, () => answer(many(3, risk), false, 3));
    const result = await collect(sourceOf(server.url).confirm({ kind, selector: {} }, scope, signal));
    expect(result.end).toMatchObject({
      reason: 'not_advancing',
      detail: expect.stringContaining('the answer ignores the scope'),
    });
    expect(result.keys).toEqual(['r1']);
  });

  it.each([{ severity: 'low' }, { clusters: 'another' }])('says when the server ignores %j', async (selector) => {
    const result = await read({}, () => answer(many(3, risk), false, 3), 10, selector);
    expect(result).toMatchObject({ end: { reason: 'not_advancing' }, keys: [] });
  });

  it('has nothing to ask when the selector excludes it', async () => {
    const source = sourceOf((await fakeKomodor({})).url);
    expect(source.confirm({ kind, selector: { clusters: 'c2' } }, scope, signal)).toBe('excluded');
    expect(source.confirm({ kind, selector: { namespaces: ['n2', 'n3'] } }, scope, signal)).toBe('excluded');
  });
});
