import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FaultBook } from '../../src/sandbox/fault-book.ts';
import { type KomodorOptions, type KomodorSandbox, startKomodor } from '../../src/sandbox/komodor/start-komodor.ts';
import { checkTypeOf } from '../../src/sandbox/world/check-types.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { serviceUid, subjectOf, type WorldService } from '../../src/sandbox/world/model.ts';

const KEY = '0b8f3a0e-1111-4222-a333-444455556666';
const GROUPS = 'impactGroupType=dynamic&impactGroupType=realtime';

let komodor: KomodorSandbox;
afterEach(() => komodor.close());

async function start(options: Partial<KomodorOptions> = {}, ...faults: string[]): Promise<void> {
  komodor = await startKomodor({
    world: createWorld({ seed: 1, services: 26, clusters: 4 }),
    apiKey: KEY,
    faults: new FaultBook(faults),
    ...options,
  });
}

interface KomodorResponse {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

async function call(method: string, path: string, body?: unknown, key = KEY): Promise<KomodorResponse> {
  const answer = await fetch(`${komodor.apiUrl}/${path}`, {
    method,
    headers: { 'X-API-KEY': key },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text.startsWith('{') ? JSON.parse(text) : text };
}

const serviceRow = z.object({ cluster: z.string(), namespace: z.string(), service: z.string(), kind: z.string() });
const servicesBody = z.object({
  data: z.object({ services: z.array(serviceRow) }),
  meta: z
    .object({ pageSize: z.int(), token: z.string().nullish(), page: z.int().optional(), nextPage: z.int().optional() })
    .optional(),
});
const risksBody = z.object({
  violations: z.array(z.looseObject({ id: z.string(), komodorUid: z.string(), status: z.string() })),
  hasMoreResults: z.boolean(),
  totalResults: z.int(),
});
type ServicesPage = z.infer<typeof servicesBody>;
type RisksPage = z.infer<typeof risksBody>;

async function searchPage(pagination: object, filter: object = {}): Promise<ServicesPage> {
  const { body } = await call('POST', 'services/search', { ...filter, pagination });
  return servicesBody.parse(body);
}

async function risksPage(offset: number, pageSize: number, filter = GROUPS): Promise<RisksPage> {
  return risksBody.parse((await call('GET', `health/risks?pageSize=${pageSize}&offset=${offset}&${filter}`)).body);
}

/** Pages through a search as a simple client does, up to a limit of pages. */
async function searchPages(pageSize: number, filter: object = {}, limit = 50): Promise<ServicesPage[]> {
  const pages: ServicesPage[] = [];
  let next: object | undefined = {};
  while (next !== undefined && pages.length < limit) {
    const page: ServicesPage = await searchPage({ pageSize, ...next }, filter);
    pages.push(page);
    const { token, nextPage } = page.meta ?? {};
    next = token ? { token } : nextPage === undefined ? undefined : { page: nextPage };
  }
  return pages;
}

async function riskPages(pageSize: number, filter = GROUPS, limit = 100): Promise<RisksPage[]> {
  const pages: RisksPage[] = [];
  for (let offset = 0; pages.length < limit; offset += pageSize) {
    const page = await risksPage(offset, pageSize, filter);
    pages.push(page);
    if (!page.hasMoreResults) break;
  }
  return pages;
}

function uidsOf(pages: readonly ServicesPage[]): string[] {
  return pages.flatMap(({ data }) =>
    data.services.map(({ kind, cluster, namespace, service }) => [kind, cluster, namespace, service].join('|')),
  );
}

function idsOf(pages: readonly RisksPage[]): string[] {
  return pages.flatMap(({ violations }) => violations.map(({ id }) => id));
}

function worldUids(wanted: (service: WorldService) => boolean = () => true): string[] {
  return komodor.world.services.filter(wanted).map(serviceUid).sort();
}

function worldIds(): string[] {
  return komodor.world.risks.filter(({ checkType }) => checkTypeOf(checkType).group !== 'static').map(({ id }) => id);
}

describe('strictness', () => {
  it.each([
    ['an empty list of kinds', { kind: [] }, 400],
    ['an unknown kind', { kind: ['Pod'] }, 400],
    ['an unknown status', { status: 'fine' }, 400],
    ['a page of 0', { pagination: { pageSize: 0 } }, 400],
    ['a page of 10001', { pagination: { pageSize: 10_001 } }, 400],
    ['a page of 10000', { pagination: { pageSize: 10_000 } }, 200],
    ['a token of its own making', { pagination: { token: 'next' } }, 400],
    ['a token with a reason', { issueReasonCategory: ['Other'], pagination: { token: 'next' } }, 400],
    ['no body', undefined, 200],
    ['an unknown field', { colour: 'red' }, 200],
    ['a page number', { pagination: { page: 3 } }, 200],
  ])('services/search with %s', async (_what, body, status) => {
    await start();
    const answer = await call('POST', 'services/search', body);
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.body).toMatchObject({ error: { code: 4004, message: expect.any(String) } });
  });

  it.each([
    ['no pageSize', `offset=0&${GROUPS}`, ['pageSize']],
    ['no offset', `pageSize=5&${GROUPS}`, ['offset']],
    ['no impactGroupType', 'pageSize=5&offset=0', ['impactGroupType']],
    ['nothing', '', ['pageSize', 'offset', 'impactGroupType']],
    ['an unknown group', 'pageSize=5&offset=0&impactGroupType=daily', ['impactGroupType.0']],
    ['groups in one word', 'pageSize=5&offset=0&impactGroupType=dynamic,realtime', ['impactGroupType.0']],
    ['a negative offset', `pageSize=5&offset=-1&${GROUPS}`, ['offset']],
    ['an unknown severity', `pageSize=5&offset=0&${GROUPS}&severity=critical`, ['severity.0']],
    ['an unlisted check type', `pageSize=5&offset=0&${GROUPS}&checkType=sidecarStartupOrder`, ['checkType.0']],
    ['all there must be', `pageSize=5&offset=0&${GROUPS}`, []],
  ])('health/risks with %s', async (_what, query, fields) => {
    await start();
    const answer = await call('GET', `health/risks?${query}`);
    expect(answer.status).toBe(fields.length === 0 ? 200 : 400);
    const fieldErrors = fields.map((field) => ({ field, message: expect.any(String) }));
    if (fields.length > 0) expect(answer.body).toMatchObject({ error: { fieldErrors } });
  });

  it('refuses a wrong key everywhere, even for what does not exist', async () => {
    await start();
    for (const path of ['clusters', 'apikey/validate', 'nowhere']) {
      const answer = await call('GET', path, undefined, 'wrong');
      expect([answer.status, answer.body]).toEqual([403, { Status: 'Forbidden' }]);
    }
    expect((await call('GET', 'apikey/validate')).body).toEqual({ valid: true });
    expect((await call('GET', 'nowhere')).status).toBe(404);
    expect((await call('GET', 'services/search')).status).toBe(404);
  });

  it('takes a token only with the query that it came from', async () => {
    await start();
    const { meta } = await searchPage({ pageSize: 5 });
    const answer = await call('POST', 'services/search', { status: 'healthy', pagination: { token: meta?.token } });
    expect(answer.status).toBe(400);
  });
});

describe('paging', () => {
  it.each([
    [1, 26],
    [5, 6],
    [13, 2],
    [25, 2],
    [26, 1],
    [1000, 1],
  ])('walks the services exactly with pages of %i', async (pageSize, expected) => {
    for (const pagingStyle of ['token-null', 'token-absent', 'legacy'] as const) {
      await start({ pagingStyle });
      const pages = await searchPages(pageSize);
      expect(uidsOf(pages).sort()).toEqual(worldUids());
      expect(pages).toHaveLength(expected);
      const end = pages.at(-1)?.meta ?? {};
      expect('token' in end).toBe(pagingStyle === 'token-null');
      await komodor.close();
    }
  });

  it.each([1, 7, 13, 26, 500])('walks the risks exactly with pages of %i', async (pageSize) => {
    await start();
    const pages = await riskPages(pageSize);
    expect(idsOf(pages)).toEqual(worldIds());
    expect(new Set(pages.map(({ totalResults }) => totalResults))).toEqual(new Set([worldIds().length]));
  });

  it('goes on behind a row that was deleted meanwhile', async () => {
    await start();
    const first = await searchPage({ pageSize: 5 });
    const last = uidsOf([first]).at(-1);
    komodor.world.services.splice(
      komodor.world.services.findIndex((service) => serviceUid(service) === last),
      1,
    );
    const rest = uidsOf([await searchPage({ pageSize: 100, token: first.meta?.token })]);
    expect([...uidsOf([first]).slice(0, -1), ...rest].sort()).toEqual(worldUids());
  });

  it('answers from the world as it is, page after page', async () => {
    await start();
    await riskPages(10);
    const [first] = komodor.world.risks;
    if (first === undefined) throw new Error('The world has no risks.');
    komodor.world.risks[0] = { ...first, status: first.status === 'open' ? 'resolved' : 'open' };
    expect((await risksPage(0, 1)).violations[0]?.status).toBe(komodor.world.risks[0].status);
  });
});

describe('filters', () => {
  it('narrows a search', async () => {
    await start({ world: createWorld({ seed: 2, services: 400, clusters: 4 }) });
    const cluster = 'on-prem (basement 2)';
    const namespaces = ['shop', 'search'];
    const inScope = uidsOf(await searchPages(7, { scope: { cluster, namespaces } })).sort();
    expect(inScope).toEqual(worldUids((row) => row.cluster === cluster && namespaces.includes(row.namespace)));
    expect(inScope.length).toBeGreaterThan(7);
    const kinds = uidsOf(await searchPages(100, { kind: ['Rollout', 'DaemonSet'], status: 'healthy' })).sort();
    expect(kinds).toEqual(
      worldUids(({ kind, status }) => ['Rollout', 'DaemonSet'].includes(kind) && status === 'healthy'),
    );
    const failed = uidsOf(await searchPages(100, { latestDeployStatus: 'failure' })).sort();
    expect(failed).toEqual(worldUids(({ lastDeploy }) => lastDeploy?.status === 'failure'));
    const reason = await searchPages(3, { issueReasonCategory: ['OOMKilled'] });
    expect(reason).toHaveLength(1);
  });

  it('cuts the risks into parts that add up', async () => {
    await start({ world: createWorld({ seed: 2, services: 300, clusters: 4 }) });
    const all = 'impactGroupType=static&impactGroupType=dynamic&impactGroupType=realtime';
    const total = async (filter: string): Promise<number> => (await risksPage(0, 1, `${all}&${filter}`)).totalResults;
    const sum = async (name: string, values: readonly string[]): Promise<number> =>
      (await Promise.all(values.map((value) => total(`${name}=${encodeURIComponent(value)}`)))).reduce((a, b) => a + b);
    const everything = komodor.world.risks.length;
    expect(await total('')).toBe(everything);
    expect(await sum('severity', ['high', 'medium', 'low'])).toBe(everything);
    expect(await sum('checkCategory', ['workload', 'infrastructure'])).toBe(everything);
    expect(
      await sum(
        'clusterName',
        komodor.world.clusters.map(({ name }) => name),
      ),
    ).toBe(everything);
    expect(await total('severity=high&severity=low')).toBe(
      (await total('severity=high')) + (await total('severity=low')),
    );
  });

  it('finds the risks of one resource', async () => {
    await start();
    const uid = komodor.world.risks[0]?.komodorUid ?? '';
    const expected = komodor.world.risks.filter(({ komodorUid }) => komodorUid === uid).map(({ id }) => id);
    const all = `impactGroupType=static&${GROUPS}`;
    expect(idsOf(await riskPages(50, `${all}&komodorUid=${encodeURIComponent(uid)}`))).toEqual(expected);
    const { cluster, namespace, name } = subjectOf(uid);
    const byName = new URLSearchParams({ clusterName: cluster, namespace, shortResourceName: name });
    expect(idsOf(await riskPages(50, `${all}&${byName}`))).toEqual(expect.arrayContaining(expected));
    expect(komodor.log.map(({ route }) => route)).toEqual(['risks-scoped', 'risks-scoped']);
  });

  it('takes times in seconds, search terms and resource types', async () => {
    await start({ world: createWorld({ seed: 2, services: 300 }) });
    const created = komodor.world.now - 30 * 86_400;
    const later = (await risksPage(0, 1, `${GROUPS}&createdFromEpoch=${created}`)).totalResults;
    const earlier = (await risksPage(0, 1, `${GROUPS}&createdToEpoch=${created - 1}`)).totalResults;
    expect(later + earlier).toBe(worldIds().length);
    expect(Math.min(later, earlier)).toBeGreaterThan(0);
    const found = await riskPages(100, `${GROUPS}&shortResourceNameSearchTerm=gateway&resourceType=CPU`);
    const rows = found.flatMap(({ violations }) => violations);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => !/gateway/.test(row.komodorUid) || !/"CPU"/.test(JSON.stringify(row)))).toEqual([]);
  });
});

describe('the small endpoints', () => {
  it('lists clusters, by name and by tag', async () => {
    await start();
    const names = async (query: string): Promise<unknown> => (await call('GET', `clusters${query}`)).body;
    const { clusters } = komodor.world;
    expect(await names('')).toEqual({ data: { clusters } });
    expect(await names('?clusterName=staging&clusterName=production-eu')).toEqual({
      data: { clusters: clusters.filter(({ name }) => name === 'staging' || name === 'production-eu') },
    });
    expect(await names('?tags=env:staging')).toEqual({ data: { clusters: [clusters[2]] } });
  });

  it('gives one risk with more detail, and lets its status be set', async () => {
    await start();
    const { id } = komodor.world.risks[3] ?? { id: '' };
    const one = await call('GET', `health/risks/${id}`);
    expect(one.body).toMatchObject({ violation: { id, policyName: expect.any(String), dependsOnViolationsIds: [] } });
    const set = await call('PUT', `health/risks/${id}`, { status: 'dismissed' });
    expect(set.body).toMatchObject({ violation: { id, status: 'dismissed' } });
    expect(komodor.world.risks[3]?.status).toBe('dismissed');
    expect((await call('PUT', `health/risks/${id}`, { status: 'gone' })).status).toBe(400);
    expect((await call('GET', 'health/risks/nobody')).status).toBe(404);
  });

  it('limits the rate and says how long to wait', async () => {
    await start({ rateLimit: { limit: 2, periodMs: 60_000 } });
    const statuses = [];
    for (let at = 0; at < 3; at += 1) statuses.push((await call('GET', 'clusters')).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect(Number((await call('GET', 'clusters')).headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('gives up on the risks of the whole account, not on those of a cluster', async () => {
    await start({ riskQueryTimeout: true });
    const path = `health/risks?pageSize=5&offset=0&${GROUPS}`;
    const whole = await call('GET', path);
    expect([whole.status, typeof whole.body]).toEqual([504, 'string']);
    expect((await call('GET', `${path}&clusterName=staging`)).status).toBe(200);
  });
});

describe('faults of the services', () => {
  it('ignore-cursor: the first page again and again', async () => {
    await start({}, 'services -> ignore-cursor');
    const [first, second, third] = await searchPages(5, {}, 3);
    expect(uidsOf([...(second ? [second] : [])])).toEqual(uidsOf([...(first ? [first] : [])]));
    expect(third).toEqual(first);
  });

  it('repeat-cursor: the same token for ever', async () => {
    await start({}, 'services -> repeat-cursor');
    const tokens = (await searchPages(5, {}, 10)).map(({ meta }) => meta?.token);
    expect(tokens).toHaveLength(10);
    expect(new Set(tokens).size).toBe(1);
  });

  it.each([
    ['half-page', 'services page 2 -> half-page', 5 + 2],
    ['truncate', 'services -> truncate 12', 12],
    ['empty', 'services page 3 -> empty', 10],
    ['shift', 'services -> shift', 25],
  ])('%s: the listing looks whole', async (_name, fault, expected) => {
    await start({}, fault);
    const pages = await searchPages(5);
    expect(uidsOf(pages)).toHaveLength(expected);
    expect(pages.at(-1)?.meta).toEqual({ pageSize: 5, token: null });
  });

  it('repeat-row: rows come twice, none is missing', async () => {
    await start({}, 'services -> repeat-row');
    const uids = uidsOf(await searchPages(5));
    expect(uids.length).toBeGreaterThan(26);
    expect([...new Set(uids)].sort()).toEqual(worldUids());
  });

  it('more-but-empty: tokens, all different, and nothing in the pages', async () => {
    await start({}, 'services from 2 -> more-but-empty');
    const pages = await searchPages(5, {}, 8);
    expect(pages.map(({ data }) => data.services.length)).toEqual([5, 0, 0, 0, 0, 0, 0, 0]);
    expect(new Set(pages.map(({ meta }) => meta?.token)).size).toBe(8);
  });

  it.each([
    ['drop-list', { data: { services: null } }],
    ['not-a-list', { data: { services: 'oops' } }],
  ])('%s', async (name, expected) => {
    await start({}, `services -> ${name}`);
    expect((await call('POST', 'services/search', {})).body).toMatchObject(expected);
  });

  it('bad-items: every fifth item is none', async () => {
    await start({}, 'services -> bad-items');
    const shape = z.object({ data: z.object({ services: z.array(z.unknown()) }) });
    const { services } = shape.parse((await call('POST', 'services/search', {})).body).data;
    expect(services.map((row) => typeof row === 'object' && row !== null)).toEqual(
      Array.from({ length: 26 }, (_, at) => at % 5 < 4),
    );
    expect([services[4], services[9]]).toEqual([null, 'oops']);
  });

  it('no-meta and legacy', async () => {
    await start({}, 'services call 1 -> no-meta', 'services from 2 -> legacy');
    expect((await searchPage({ pageSize: 5 })).meta).toBeUndefined();
    expect((await searchPage({ pageSize: 5 })).meta).toEqual({ pageSize: 5, page: 0, nextPage: 1 });
    expect((await searchPage({ pageSize: 5, page: 5 })).meta).toEqual({ pageSize: 5, page: 5 });
  });

  it('drop-namespace and drop-cluster: missing from the whole listing, there in a scoped one', async () => {
    await start({}, 'services -> drop-namespace shop', 'services -> drop-cluster on-prem (basement 2)');
    const kept = worldUids(({ cluster, namespace }) => namespace !== 'shop' && cluster !== 'on-prem (basement 2)');
    expect(uidsOf(await searchPages(5)).sort()).toEqual(kept);
    const scoped = await searchPages(5, { scope: { cluster: 'production-eu', namespaces: ['shop'] } });
    expect(uidsOf(scoped).length).toBeGreaterThan(0);
  });

  it('ignore-scope: a scoped search finds everything', async () => {
    await start({}, 'services-scoped -> ignore-scope');
    const pages = await searchPages(5, { scope: { cluster: 'staging', namespaces: ['nowhere'] } });
    expect(uidsOf(pages).sort()).toEqual(worldUids());
  });
});

describe('faults of the risks', () => {
  const ROWS = 26;

  it.each([
    ['half-page', 'risks page 2 -> half-page', 5 + 2, ROWS],
    ['truncate', 'risks -> truncate 12', 12, ROWS],
    ['truncate with the total', 'risks -> truncate 12 total', 12, 12],
    ['empty', 'risks page 2 -> empty', 5, 0],
    ['wrong-total', 'risks -> wrong-total', ROWS, ROWS + 7],
    ['shift', 'risks -> shift', ROWS - 1, ROWS - 1],
  ])('%s: the listing looks whole', async (_name, fault, rows, total) => {
    await start({}, fault);
    const pages = await riskPages(5);
    expect(new Set(idsOf(pages)).size).toBe(rows);
    expect(pages.at(-1)?.totalResults).toBe(total);
  });

  it('repeat-row: rows come twice, none is missing', async () => {
    await start({}, 'risks -> repeat-row');
    const ids = idsOf(await riskPages(5));
    expect(ids.length).toBeGreaterThan(ROWS);
    expect([...new Set(ids)].sort()).toEqual(worldIds().sort());
  });

  it.each([
    ['ignore-cursor', 5],
    ['repeat-cursor', 10],
  ])('%s: it never gets further', async (name, reached) => {
    await start({}, `risks -> ${name}`);
    const pages = await riskPages(5, GROUPS, 20);
    expect(pages).toHaveLength(20);
    expect(new Set(idsOf(pages)).size).toBe(reached);
  });

  it('more-but-empty: more for ever, and nothing in it', async () => {
    await start({}, 'risks -> more-but-empty');
    const pages = await riskPages(5, GROUPS, 10);
    expect(pages).toHaveLength(10);
    expect(idsOf(pages)).toEqual([]);
  });

  it('drop-list, not-a-list and no-meta', async () => {
    await start({}, 'risks call 1 -> drop-list', 'risks call 2 -> not-a-list', 'risks call 3 -> no-meta');
    const path = `health/risks?pageSize=5&offset=0&${GROUPS}`;
    expect((await call('GET', path)).body).toMatchObject({ violations: null });
    expect((await call('GET', path)).body).toMatchObject({ violations: 'oops' });
    expect(Object.keys(z.looseObject({}).parse((await call('GET', path)).body))).toEqual(['violations']);
  });

  it('drop-cluster hides, ignore-scope widens', async () => {
    await start({}, 'risks -> drop-cluster staging', 'risks-scoped -> ignore-scope');
    const uids = (await riskPages(50)).flatMap(({ violations }) => violations.map(({ komodorUid }) => komodorUid));
    expect(uids.length).toBeGreaterThan(0);
    expect(uids.filter((uid) => subjectOf(uid).cluster === 'staging')).toEqual([]);
    expect(idsOf(await riskPages(50, `${GROUPS}&komodorUid=Deployment%7Cx%7Cy%7Cz`))).toEqual(worldIds());
  });
});
