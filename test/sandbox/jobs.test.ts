import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { JOB_STATUSES, jobsOf, type WorldJob } from '../../src/sandbox/world/jobs.ts';
import { uidOf } from '../../src/sandbox/world/model.ts';
import { type Komodor, openKomodor } from './komodor-caller.ts';

const meta = z.strictObject({
  pageSize: z.int(),
  page: z.int(),
  nextPage: z.int().optional(),
  prevPage: z.int().optional(),
});
const answer = z.strictObject({ data: z.strictObject({ jobs: z.unknown() }), meta: meta.optional() });
const row = z.object({ kind: z.string(), cluster: z.string(), namespace: z.string(), name: z.string() });

async function page({ call }: Komodor, body: object | undefined) {
  return answer.parse((await call('POST', 'jobs/search', body)).body);
}

/** Reads page after page as a simple client does, up to a limit of pages. */
async function walk(komodor: Komodor, filter: object = {}, pageSize = 10, limit = 20) {
  const pages = [];
  let next: number | undefined = 0;
  while (next !== undefined && pages.length < limit) {
    const found: z.infer<typeof answer> = await page(komodor, { ...filter, pagination: { pageSize, page: next } });
    pages.push(found);
    next = found.meta?.nextPage;
  }
  return { pages, uids: pages.flatMap(({ data }) => z.array(row).parse(data.jobs).map(uidOf)) };
}

function uidsOf(komodor: Komodor, wanted: (job: WorldJob) => boolean = () => true): string[] {
  return jobsOf(komodor.world).filter(wanted).map(uidOf);
}

const TOTAL = 42;

describe('jobs/search', () => {
  it.each([
    ['an unknown type', { types: ['Job'] }, 400],
    ['no type at all', { types: [] }, 400],
    ['an unknown status', { status: 'success' }, 400],
    ['several statuses', { status: ['failed', 'running'] }, 400],
    ['a scope that is none', { scope: 'production-eu' }, 400],
    ['a page before the first', { pagination: { page: -1 } }, 400],
    ['a page as text', { pagination: { page: '1' } }, 400],
    ['a page of 0', { pagination: { pageSize: 0 } }, 400],
    ['a page of 10001', { pagination: { pageSize: 10_001 } }, 400],
    ['no body', undefined, 200],
    ['both types and a status', { types: ['job', 'cronjob'], status: 'failed' }, 200],
    ['an unknown field', { colour: 'red', pagination: { pageSize: 5 } }, 200],
  ])('with %s', async (_what, body, status) => {
    const { call } = await openKomodor();
    const found = await call('POST', 'jobs/search', body);
    expect(found.status).toBe(status);
    if (status === 400) expect(found.body).toMatchObject({ error: { code: 4004, message: expect.any(String) } });
  });

  it.each([
    [1, TOTAL],
    [10, 5],
    [21, 2],
    [TOTAL, 1],
    [1000, 1],
  ])('is walked exactly with pages of %i', async (pageSize, count) => {
    const komodor = await openKomodor();
    const { pages, uids } = await walk(komodor, {}, pageSize, 100);
    expect(uids).toEqual(uidsOf(komodor));
    expect(pages).toHaveLength(count);
  });

  it('numbers its pages from 0, counts their rows, and says nothing of a next one at the end', async () => {
    const komodor = await openKomodor();
    expect((await page(komodor, { pagination: { pageSize: 30 } })).meta).toEqual({
      pageSize: 30,
      page: 0,
      nextPage: 1,
    });
    expect((await page(komodor, { pagination: { pageSize: 30, page: 1 } })).meta).toEqual({
      pageSize: TOTAL - 30,
      page: 1,
      prevPage: 0,
    });
    expect(await page(komodor, { pagination: { page: 7 } })).toMatchObject({ data: { jobs: [] } });
    expect((await page(komodor, undefined)).meta).toEqual({ pageSize: TOTAL, page: 0 });
  });

  it('is narrowed by place, type and status', async () => {
    const komodor = await openKomodor([], { world: createWorld({ seed: 2, services: 600, clusters: 4 }) });
    const cluster = 'on-prem (basement 2)';
    const namespaces = ['shop', 'search'];
    const asked = async (filter: object) => (await walk(komodor, filter, 100)).uids;
    const inScope = await asked({ scope: { cluster, namespaces } });
    expect(inScope).toEqual(uidsOf(komodor, (job) => job.cluster === cluster && namespaces.includes(job.namespace)));
    expect(inScope.length).toBeGreaterThan(5);
    expect(await asked({ types: ['cronjob'] })).toEqual(uidsOf(komodor, ({ kind }) => kind === 'CronJob'));
    for (const status of JOB_STATUSES) {
      const found = await asked({ status });
      expect(found.length, status).toBeGreaterThan(0);
      expect(found).toEqual(uidsOf(komodor, (job) => job.status === status));
    }
    expect(new Set(komodor.log.map(({ route }) => route))).toEqual(new Set(['jobs', 'jobs-scoped']));
  });
});

describe('faults of the jobs', () => {
  it.each([
    ['half-page', 'jobs page 2 -> half-page', 10 + 5],
    ['truncate', 'jobs -> truncate 12', 12],
    ['truncate with the total', 'jobs -> truncate 12 total', 12],
    ['empty', 'jobs page 3 -> empty', 20],
    ['shift', 'jobs -> shift', TOTAL - 1],
    ['wrong-total', 'jobs -> wrong-total', TOTAL],
  ])('%s: the listing looks whole', async (_name, fault, rows) => {
    const { pages, uids } = await walk(await openKomodor([fault]));
    expect(new Set(uids).size).toBe(rows);
    const { meta, data } = pages.at(-1) ?? {};
    expect(meta).toMatchObject({ pageSize: z.array(row).parse(data?.jobs).length });
    expect(meta?.nextPage).toBeUndefined();
  });

  it.each([
    ['drop-namespace shop', (job: WorldJob) => job.namespace !== 'shop'],
    ['drop-cluster on-prem (basement 2)', (job: WorldJob) => job.cluster !== 'on-prem (basement 2)'],
  ])('%s: missing from the whole listing, there in a scoped one', async (fault, kept) => {
    const komodor = await openKomodor([`jobs -> ${fault}`]);
    expect((await walk(komodor)).uids).toEqual(uidsOf(komodor, kept));
    const [hidden] = jobsOf(komodor.world).filter((job) => !kept(job));
    const scope = { cluster: hidden?.cluster, namespaces: [hidden?.namespace] };
    expect((await walk(komodor, { scope })).uids).toContain(hidden && uidOf(hidden));
  });

  it.each([
    ['ignore-cursor', 10],
    ['repeat-cursor', 20],
    ['more-but-empty', 0],
  ])('%s: it never comes to an end', async (name, reached) => {
    const { pages, uids } = await walk(await openKomodor([`jobs -> ${name}`]));
    expect(pages).toHaveLength(20);
    expect(new Set(uids).size).toBe(reached);
  });

  it('repeat-row: rows come twice, none is missing', async () => {
    const komodor = await openKomodor(['jobs -> repeat-row']);
    const { uids } = await walk(komodor);
    expect(uids.length).toBeGreaterThan(TOTAL);
    expect([...new Set(uids)]).toEqual(uidsOf(komodor));
  });

  it('ignore-scope: a scoped search finds everything', async () => {
    const komodor = await openKomodor(['jobs-scoped -> ignore-scope']);
    const { uids } = await walk(komodor, { scope: { cluster: 'staging', namespaces: ['nowhere'] } });
    expect(uids).toEqual(uidsOf(komodor));
  });

  it('drop-list, not-a-list, no-meta and bad-items', async () => {
    const faults = ['drop-list', 'not-a-list', 'no-meta', 'bad-items'].map(
      (name, at) => `jobs call ${at + 1} -> ${name}`,
    );
    const komodor = await openKomodor(faults);
    expect(await page(komodor, {})).toMatchObject({ data: { jobs: null } });
    expect(await page(komodor, {})).toMatchObject({ data: { jobs: 'oops' } });
    expect(Object.keys(await page(komodor, {}))).toEqual(['data']);
    const rows = z.array(z.unknown()).parse((await page(komodor, {})).data.jobs);
    expect([rows.length, rows[4], rows[9]]).toEqual([TOTAL, null, 'oops']);
  });
});
