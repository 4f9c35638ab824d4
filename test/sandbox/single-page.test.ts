import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { monitorsOf } from '../../src/sandbox/world/monitors.ts';
import { type Komodor, openKomodor } from './komodor-caller.ts';

const CLUSTER = 'production-eu';

/** Listings that are one answer: their fault route, path, list, and rows with the cluster they lie in. */
const LISTINGS = [
  {
    route: 'clusters',
    path: 'clusters',
    list: 'clusters',
    rowsOf: ({ world }: Komodor) => world.clusters.map((row) => ({ row, clusters: [row.name] })),
  },
  {
    route: 'monitors',
    path: 'realtime-monitors/config',
    list: 'monitors',
    rowsOf: ({ world }: Komodor) =>
      monitorsOf(world).map((row) => ({ row, clusters: row.sensors.map(({ cluster }) => cluster) })),
  },
] as const;

const answer = z.strictObject({
  data: z.record(z.string(), z.unknown()),
  meta: z.strictObject({ nextPage: z.int() }).optional(),
});

describe.each(LISTINGS)('the $list', ({ route, path, list, rowsOf }) => {
  async function read(...faults: string[]) {
    const komodor = await openKomodor(faults.map((fault) => `${route} -> ${fault}`));
    const found = await komodor.call('GET', path);
    const { data, meta } = answer.parse(found.body);
    expect(Object.keys(data)).toEqual([list]);
    const rows: readonly { readonly row: object; readonly clusters: readonly string[] }[] = rowsOf(komodor);
    return { found: data[list], meta, rows, all: rows.map(({ row }) => row) };
  }

  it('come in one answer, which says nothing of another one', async () => {
    const { found, meta, all } = await read();
    expect(found).toEqual(all);
    expect(all.length).toBeGreaterThan(3);
    expect(meta).toBeUndefined();
  });

  it.each([
    ['half-page', (count: number) => Math.floor(count / 2)],
    ['truncate 3', () => 3],
    ['truncate 3 total', () => 3],
    ['empty', () => 0],
    // There is nothing between two pages, no total, and no place to go on from.
    ['shift', (count: number) => count],
    ['repeat-row', (count: number) => count],
    ['ignore-cursor', (count: number) => count],
    ['wrong-total', (count: number) => count],
    ['no-meta', (count: number) => count],
  ])('%s: the listing looks whole', async (fault, kept) => {
    const { found, meta, all } = await read(fault);
    expect(found).toEqual(all.slice(0, kept(all.length)));
    expect(meta).toBeUndefined();
  });

  it('have a first page and no second one', async () => {
    const komodor = await openKomodor([`${route} page 1 -> empty once`, `${route} page 2 -> 500`]);
    const asked = async () => answer.parse((await komodor.call('GET', path)).body).data[list];
    expect(await asked()).toEqual([]);
    expect(await asked()).toHaveLength(rowsOf(komodor).length);
  });

  it('more-but-empty and repeat-cursor: it says that there is more', async () => {
    expect(await read('more-but-empty')).toMatchObject({ found: [], meta: { nextPage: 1 } });
    const { found, meta, all } = await read('repeat-cursor');
    expect([found, meta]).toEqual([all, { nextPage: 1 }]);
  });

  it('drop-cluster: one cluster is missing', async () => {
    const { found, rows } = await read(`drop-cluster ${CLUSTER}`);
    const kept = rows.filter(({ clusters: [first, ...others] }) => first !== CLUSTER || others.length > 0);
    expect(found).toEqual(kept.map(({ row }) => row));
    expect(kept.length).toBeLessThan(rows.length);
  });

  it('drop-list, not-a-list and bad-items', async () => {
    expect((await read('drop-list')).found).toBeNull();
    expect((await read('not-a-list')).found).toBe('oops');
    const { found, all } = await read('bad-items');
    expect(found).toEqual(all.map((row, at) => (at % 5 < 4 ? row : at % 10 === 4 ? null : 'oops')));
  });
});

describe('clusters of some names', () => {
  it('are a listing of their own for faults, which ignore-scope makes whole', async () => {
    const komodor = await openKomodor(['clusters-scoped call 2 -> ignore-scope', 'clusters -> 403']);
    const asked = () => komodor.call('GET', 'clusters?clusterName=staging&clusterName=nowhere');
    const { clusters } = komodor.world;
    expect((await asked()).body).toEqual({ data: { clusters: clusters.filter(({ name }) => name === 'staging') } });
    expect((await asked()).body).toEqual({ data: { clusters } });
    expect((await komodor.call('GET', 'clusters')).status).toBe(403);
  });
});

describe('one monitor', () => {
  it('is missing with its namespace, where it looks at one alone', async () => {
    const komodor = await openKomodor(['monitors -> drop-namespace search']);
    const all = monitorsOf(komodor.world);
    const [place] = all.filter(
      ({ sensors: [one, ...others] }) => others.length === 0 && one?.namespaces?.join() === 'search',
    );
    const { data } = answer.parse((await komodor.call('GET', 'realtime-monitors/config')).body);
    expect(place).toBeDefined();
    expect(data.monitors).not.toContainEqual(place);
    expect(data.monitors).toContainEqual(all.find(({ type }) => type === 'node'));
  });

  it('comes by its id, as it is in the list, or not at all', async () => {
    const komodor = await openKomodor();
    const [monitor] = monitorsOf(komodor.world);
    const found = await komodor.call('GET', `realtime-monitors/config/${monitor?.id}`);
    expect(found).toEqual({ status: 200, body: monitor });
    const none = await komodor.call('GET', 'realtime-monitors/config/nobody');
    expect(none).toMatchObject({ status: 404, body: { error: { code: 4044 } } });
  });

  it('can fail where the list does not', async () => {
    const komodor = await openKomodor(['monitor -> 500']);
    expect((await komodor.call('GET', 'realtime-monitors/config/x')).status).toBe(500);
    expect((await komodor.call('GET', 'realtime-monitors/config')).status).toBe(200);
  });
});
