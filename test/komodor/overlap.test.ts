import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/model.ts';
import { listen } from '../net/local-server.ts';
import { collect, type Query, sourceOf } from './fake-komodor.ts';

const { signal } = new AbortController();
/** The limit of requests to Komodor at once, as the source of these tests has it. */
const CONCURRENCY = 4;
const clusters = ['c1', 'c2', 'c3'];

/** A list of nothing, whatever was asked for. */
const NOTHING = {
  data: { services: [], jobs: [], issues: [], events: [], clusters: clusters.map((name) => ({ name })) },
  meta: { token: null, nextPage: null },
  violations: [],
  hasMoreResults: false,
  totalResults: 0,
  rows: [],
  groupedCosts: [],
  hasMorePages: false,
};

/** A Komodor that is far away. */
async function farAway() {
  const server = await listen(({ path, query }) => {
    const isTooMuch = path.endsWith('/risks') && query.getAll('clusterName').length > 1;
    return isTooMuch ? { status: 504, text: 'Gateway Timeout' } : { json: NOTHING, delayMs: 30 };
  });
  return { ...server, source: sourceOf(server.url) };
}

type Row = [what: string, kind: string, selector: JsonObject, questions: number];

describe('questions that do not depend on each other are asked several at a time', () => {
  it.each<Row>([
    ['clusters', 'komodorService', { clusters }, 3],
    ['clusters and statuses', 'komodorService', { clusters, status: ['healthy', 'unhealthy'] }, 6],
    ['clusters', 'komodorJob', { clusters }, 3],
    ['clusters, types and windows', 'komodorIssue', { clusters, types: ['availability', 'pvc-issue'] }, 24],
    ['windows', 'komodorIssue', { clusters: ['c1'], types: ['pvc-issue'] }, 4],
    ['clusters and windows', 'komodorDeploy', { clusters }, 12],
    ['windows', 'komodorDeploy', { clusters: ['c1'] }, 4],
    ['namespaces', 'komodorCost', { namespaces: ['n1', 'n2', 'n3'] }, 3],
    ['namespaces', 'komodorRightSizing', { namespaces: ['n1', 'n2', 'n3'] }, 3],
    ['clusters, where all together are too much', 'komodorHealthMonitoring', { clusters }, 3],
  ])('%s of %s', async (_, kind, selector, questions) => {
    const { source, seen, mostAtOnce } = await farAway();
    expect((await collect(source.read({ kind, selector }, signal))).verdict).toBe('complete');
    expect(seen.length).toBeGreaterThanOrEqual(questions);
    expect(mostAtOnce()).toBe(Math.min(CONCURRENCY, questions));
  });

  it.each<[string, JsonObject, number]>([
    ['komodorService', {}, 4],
    ['komodorJob', {}, 2],
    ['komodorHealthMonitoring', {}, 3],
    ['komodorDeploy', { clusters: ['c1'] }, 14],
  ])('all of %s again, cut in another way', async (kind, selector, questions) => {
    const { source, mostAtOnce } = await farAway();
    const query: Query = { kind, selector };
    expect((await collect(source.confirmAll(query, signal))).verdict).toBe('complete');
    expect(mostAtOnce()).toBe(Math.min(CONCURRENCY, questions));
  });

  it('the windows around a moment, and those since then', async () => {
    const { source, mostAtOnce } = await farAway();
    const startTime = String(Math.floor(Date.now() / 1000) - 5 * 86_400);
    const scope = { cluster: 'c1', type: 'pvc-issue', startTime };
    const read = source.confirm({ kind: 'komodorIssue', selector: {} }, scope, signal);
    expect((await collect(read)).verdict).toBe('complete');
    expect(mostAtOnce()).toBe(4);
  });

  it('with the oldest window first', async () => {
    const { source, seen } = await farAway();
    await collect(source.read({ kind: 'komodorDeploy', selector: { clusters: ['c1'] } }, signal));
    const asked = seen.filter(({ path }) => path.endsWith('/k8s-events/search'));
    expect(JSON.parse(asked[0]?.bodyText ?? '').props.fromEpoch).toBe(
      Math.min(...asked.map(({ bodyText }) => JSON.parse(bodyText).props.fromEpoch)),
    );
  });
});
