import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FaultBook } from '../../src/sandbox/fault-book.ts';
import { type KomodorSandbox, startKomodor } from '../../src/sandbox/komodor/start-komodor.ts';
import { costRows, rightSizingRows } from '../../src/sandbox/world/cost-rows.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';

const KEY = '0b8f3a0e-1111-4222-a333-444455556666';

let komodor: KomodorSandbox;
afterEach(() => komodor.close());

async function start(...faults: string[]): Promise<void> {
  const world = createWorld({ seed: 1, services: 120, clusters: 3 });
  komodor = await startKomodor({ world, apiKey: KEY, faults: new FaultBook(faults) });
}

async function get(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(`${komodor.apiUrl}/${path}`, { headers: { 'x-api-key': KEY } });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

const paging = { paginationToken: z.string().optional(), hasMorePages: z.boolean().optional() };
const rightSizingBody = z
  .strictObject({ optimizationStrategy: z.string(), rows: z.array(z.looseObject({})), ...paging })
  .transform(({ rows, ...rest }) => ({ ...rest, list: rows }));
const costBody = z
  .looseObject({ totalCost: z.number(), groupedCosts: z.array(z.looseObject({})), ...paging })
  .transform(({ groupedCosts, ...rest }) => ({ ...rest, list: groupedCosts }));

const RIGHT_SIZING = 'cost/right-sizing/service?optimizationStrategy=moderate';
const COST = 'cost/allocation?timeFrame=Past_7_days&groupBy=komodorServiceName';

interface Page {
  readonly list: readonly object[];
  readonly paginationToken?: string | undefined;
  readonly hasMorePages?: boolean | undefined;
}

const endpoints = [
  {
    what: 'right-sizing',
    path: RIGHT_SIZING,
    read: (body: unknown): Page => rightSizingBody.parse(body),
    rows: (): readonly object[] => rightSizingRows(komodor.world, 'moderate'),
  },
  {
    what: 'cost',
    path: COST,
    read: (body: unknown): Page => costBody.parse(body),
    rows: (): readonly object[] => costRows(komodor.world, 'Past_7_days'),
  },
];

describe.each(endpoints)('$what', ({ what, path, read, rows }) => {
  /** Follows the token as a simple client does, up to a limit of pages. */
  async function pages(pageSize: number, limit = 400): Promise<Page[]> {
    const all: Page[] = [];
    let token = '';
    for (let more = true; more && all.length < limit; ) {
      const page = read((await get(`${path}&pageSize=${pageSize}&paginationToken=${token}`)).body);
      all.push(page);
      more = page.hasMorePages === true;
      token = page.paginationToken ?? '';
    }
    return all;
  }

  it.each([
    ['no page size', '', 400],
    ['a page of 1001', '&pageSize=1001', 400],
    ['a page of 1000', '&pageSize=1000', 200],
    ['a page of the usual size', '&pageSize=0', 200],
    ['a page size that is no number', '&pageSize=many', 400],
    ['a token of its own making', '&pageSize=10&paginationToken=next', 400],
    ['an unknown column', '&pageSize=10&filterBy=colour&filterValueEquals=red', 400],
    ['an unknown order', '&pageSize=10&sortOrder=up', 400],
    ['an unknown column to sort by', '&pageSize=10&sortBy=colour', 400],
    ['an unknown parameter', '&pageSize=10&colour=red', 200],
  ])('asked with %s', async (_what, more, status) => {
    await start();
    expect((await get(path + more)).status).toBe(status);
  });

  it.each([1, 7, 1_000])('gives every row once, by pages of %s', async (pageSize) => {
    await start();
    const all = await pages(pageSize);
    expect(all.flatMap(({ list }) => list)).toEqual(rows());
    expect(all.at(-1)).toMatchObject({ hasMorePages: false });
    expect(all.at(-1)).not.toHaveProperty('paginationToken');
  });

  it('is limited to clusters, and to the value of a column', async () => {
    await start();
    const cluster = encodeURIComponent(komodor.world.clusters[1]?.name ?? '');
    const of = async (more: string) => read((await get(`${path}&pageSize=1000&${more}`)).body).list;
    const inCluster = rows().filter(
      (row) => 'clusterName' in row && row.clusterName === komodor.world.clusters[1]?.name,
    );
    expect(await of(`clusterScope=${cluster}`)).toEqual(inCluster);
    expect(await of(`filterBy=clusterName&filterValueEquals=${cluster}`)).toEqual(inCluster);
    expect(await of('filterBy=namespace&filterValueEquals=shop')).toEqual(
      rows().filter((row) => 'namespace' in row && row.namespace === 'shop'),
    );
    expect(await of(`clusterScope=${cluster}&clusterScope=production-eu`)).toHaveLength(
      rows().filter(
        (row) =>
          'clusterName' in row && [komodor.world.clusters[1]?.name, 'production-eu'].includes(String(row.clusterName)),
      ).length,
    );
  });

  it('sorts', async () => {
    await start();
    const { list } = read((await get(`${path}&pageSize=1000&sortBy=potentialSaving&sortOrder=desc`)).body);
    const savings = z
      .array(z.object({ potentialSaving: z.number() }))
      .parse(list)
      .map((row) => row.potentialSaving);
    expect(savings).toEqual([...savings].sort((one, other) => other - one));
  });

  it('takes a token with the question it was given for, and no other', async () => {
    await start();
    const { paginationToken } = read((await get(`${path}&pageSize=5`)).body);
    expect((await get(`${path}&pageSize=5&clusterScope=staging&paginationToken=${paginationToken}`)).status).toBe(400);
  });

  it.each([
    ['half-page', (all: Page[]) => expect(all).toHaveLength(1)],
    ['empty', (all: Page[]) => expect(all).toEqual([expect.objectContaining({ list: [], hasMorePages: false })])],
    ['more-but-empty', (all: Page[]) => expect(all[0]).toMatchObject({ list: [], hasMorePages: true })],
    ['ignore-cursor', (all: Page[]) => expect(all[1]?.list).toEqual(all[0]?.list)],
    ['repeat-cursor', (all: Page[]) => expect(all[2]?.paginationToken).toBe(all[1]?.paginationToken)],
    ['no-meta', (all: Page[]) => expect(all[0]).not.toHaveProperty('hasMorePages')],
    ['truncate 7', (all: Page[]) => expect(all.flatMap(({ list }) => list)).toEqual(rows().slice(0, 7))],
    ['shift', (all: Page[]) => expect(all.flatMap(({ list }) => list).length).toBeLessThan(rows().length)],
    ['repeat-row', (all: Page[]) => expect(all[1]?.list[0]).toEqual(all[0]?.list.at(-1))],
    ['bad-items', (all: Page[]) => expect(all).toHaveLength(0)],
  ])('%s', async (fault, expected) => {
    await start(`${what} -> ${fault}`);
    if (fault === 'bad-items') return expect(pages(5, 5)).rejects.toThrow();
    expected(await pages(5, 60));
  });

  it('may be forbidden while everything else is allowed', async () => {
    await start(`${what} -> 403`);
    expect((await get(`${path}&pageSize=10`)).status).toBe(403);
    expect((await get('clusters')).status).toBe(200);
  });
});

describe('what only one of them asks', () => {
  it.each([
    ['cost/right-sizing/service?pageSize=5', 400],
    ['cost/right-sizing/service?pageSize=5&optimizationStrategy=bold', 400],
    ['cost/right-sizing/service?pageSize=5&optimizationStrategy=aggressive', 200],
    ['cost/allocation?pageSize=5&groupBy=komodorServiceName', 400],
    ['cost/allocation?pageSize=5&timeFrame=Past_7_days', 400],
    ['cost/allocation?pageSize=5&timeFrame=Past_8_days&groupBy=komodorServiceName', 400],
    ['cost/allocation?pageSize=5&timeFrame=Yesterday&groupBy=colour', 400],
    ['cost/allocation?pageSize=5&timeFrame=Yesterday&groupBy=komodorServiceName', 200],
    ['cost/allocation?pageSize=5&timeFrame=Yesterday&groupBy=namespace&filterBy=clusterName&filterValueEquals=a', 200],
    ['cost/allocation?pageSize=5&timeFrame=Yesterday&groupBy=clusterName&filterBy=namespace&filterValueEquals=a', 400],
  ])('%s', async (path, status) => {
    await start();
    expect((await get(path)).status).toBe(status);
  });

  it.each([
    ['clusterName', 3],
    ['namespace', 3 * 18],
  ])('adds up by %s', async (groupBy, most) => {
    await start();
    const path = `cost/allocation?pageSize=1000&timeFrame=Yesterday&groupBy=${groupBy}`;
    const { totalCost, groupedCosts } = z
      .object({ totalCost: z.number(), groupedCosts: z.array(z.looseObject({ totalCost: z.number() })) })
      .parse((await get(path)).body);
    expect(groupedCosts.length).toBeGreaterThan(2);
    expect(groupedCosts.length).toBeLessThanOrEqual(most);
    expect(groupedCosts.reduce((sum, row) => sum + row.totalCost, 0)).toBeCloseTo(totalCost, 0);
  });

  it('repeats the strategy, and sums up what everything cost', async () => {
    await start();
    expect((await get('cost/right-sizing/service?pageSize=5&optimizationStrategy=aggressive')).body).toMatchObject({
      optimizationStrategy: 'aggressive',
    });
    const { totalCost } = z.object({ totalCost: z.number() }).parse((await get(`${COST}&pageSize=1`)).body);
    expect(totalCost).toBeCloseTo(
      costRows(komodor.world, 'Past_7_days').reduce((sum, row) => sum + row.totalCost, 0),
      2,
    );
  });
});
