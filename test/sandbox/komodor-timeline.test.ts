import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FaultBook } from '../../src/sandbox/fault-book.ts';
import { type KomodorOptions, type KomodorSandbox, startKomodor } from '../../src/sandbox/komodor/start-komodor.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { ISSUE_TYPES } from '../../src/sandbox/world/timeline-rows.ts';

const KEY = '0b8f3a0e-1111-4222-a333-444455556666';
const DAY = 86_400;
const NOW = 1_795_752_000;

let komodor: KomodorSandbox;
afterEach(() => komodor.close());

async function start(faults: readonly string[] = [], options: Partial<KomodorOptions> = {}): Promise<void> {
  const world = createWorld({ seed: 1, services: 300, clusters: 3 });
  komodor = await startKomodor({ world, apiKey: KEY, faults: new FaultBook(faults), now: () => NOW, ...options });
}

async function post(path: string, body: unknown): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(`${komodor.apiUrl}/${path}`, {
    method: 'POST',
    headers: { 'x-api-key': KEY },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

const CLUSTER = 'production-eu';
const ISSUES = { type: 'availability', statuses: ['open', 'closed'] };
const issueRow = z.strictObject({
  type: z.enum(ISSUE_TYPES),
  startTime: z.int(),
  endTime: z.int().optional(),
  status: z.enum(['open', 'closed']),
  summary: z.string(),
  details: z.string(),
  link: z.url(),
});
const issuesBody = z.strictObject({
  data: z.strictObject({ issues: z.array(issueRow) }),
  meta: z
    .strictObject({ pageSize: z.int(), page: z.int(), nextPage: z.int().optional(), prevPage: z.int().optional() })
    .optional(),
});
const eventRow = z.strictObject({
  resource: z.strictObject({
    name: z.string(),
    cluster: z.string(),
    namespace: z.string().optional(),
    kind: z.string(),
  }),
  type: z.enum(['deploy', 'node-terminated', 'node-created']),
  startTime: z.int(),
  endTime: z.int().optional(),
  summary: z.string(),
  details: z.string(),
  link: z.url(),
});
const eventsBody = z.strictObject({
  data: z.strictObject({ events: z.array(eventRow) }),
  meta: z.strictObject({ pageSize: z.int(), token: z.string().nullish() }).optional(),
});
type IssuesPage = z.infer<typeof issuesBody>;
type EventsPage = z.infer<typeof eventsBody>;

async function issues(props: object = {}, pagination: object = {}, scope: object = {}): Promise<IssuesPage> {
  const body = { scope: { cluster: CLUSTER, ...scope }, props: { ...ISSUES, ...props }, pagination };
  return issuesBody.parse((await post('clusters/issues/search', body)).body);
}

async function deploys(props: object = {}, pagination: object = {}): Promise<EventsPage> {
  const body = { scope: { cluster: CLUSTER }, props: { type: 'deploy', ...props }, pagination };
  return eventsBody.parse((await post('clusters/k8s-events/search', body)).body);
}

/** Follows `nextPage` as a simple client does, up to a limit of pages. */
async function issuePages(props: object, pageSize: number, limit = 30): Promise<IssuesPage[]> {
  const pages: IssuesPage[] = [];
  let page: number | undefined = 0;
  while (page !== undefined && pages.length < limit) {
    const given: IssuesPage = await issues(props, { pageSize, page });
    pages.push(given);
    page = given.meta?.nextPage;
  }
  return pages;
}

async function deployPages(props: object, pageSize: number, limit = 30): Promise<EventsPage[]> {
  const pages: EventsPage[] = [];
  let token: string | null | undefined;
  do {
    const given: EventsPage = await deploys(props, { pageSize, ...(token ? { token } : {}) });
    pages.push(given);
    token = given.meta?.token;
  } while (token && pages.length < limit);
  return pages;
}

const TWO_DAYS = { fromEpoch: NOW - 2 * DAY, toEpoch: NOW };

function worldIssues(from = NOW - 2 * DAY, to = NOW): readonly object[] {
  const query = { cluster: CLUSTER, namespaces: [], type: 'availability', fromSeconds: from, toSeconds: to } as const;
  return komodor.world.timeline.issues({ ...query, now: NOW }).map(({ row }) => row);
}

function worldDeploys(from = NOW - 2 * DAY, to = NOW): readonly object[] {
  const query = { cluster: CLUSTER, namespaces: [], type: 'deploy', fromSeconds: from, toSeconds: to } as const;
  return komodor.world.timeline.events({ ...query, now: NOW }).map(({ row }) => row);
}

const scope = { cluster: CLUSTER };
const windows: readonly (readonly [string, object, number])[] = [
  ['no window', {}, 200],
  ['the whole of two days', TWO_DAYS, 200],
  ['a second more than two days', { fromEpoch: NOW - 2 * DAY - 1, toEpoch: NOW }, 400],
  ['the seventh day', { fromEpoch: NOW - 7 * DAY, toEpoch: NOW - 5 * DAY }, 200],
  ['a second before the seventh day', { fromEpoch: NOW - 7 * DAY - 1, toEpoch: NOW - 5 * DAY - 1 }, 400],
  ['an end before its beginning', { fromEpoch: NOW, toEpoch: NOW - 1 }, 400],
  ['milliseconds', { fromEpoch: (NOW - DAY) * 1000, toEpoch: NOW * 1000 }, 400],
  ['a text as time', { fromEpoch: String(NOW - DAY) }, 400],
];

describe('clusters/issues/search', () => {
  it.each<readonly [string, object, number]>([
    ['no cluster', { scope: {}, props: ISSUES }, 400],
    ['no scope', { props: ISSUES }, 400],
    ['an empty cluster', { scope: { cluster: '' }, props: ISSUES }, 400],
    ['several clusters', { scope: { cluster: [CLUSTER] }, props: ISSUES }, 400],
    ['no type', { scope, props: { statuses: ['open'] } }, 400],
    ['several types', { scope, props: { ...ISSUES, type: ['availability', 'pvc-issue'] } }, 400],
    ['an unknown type', { scope, props: { ...ISSUES, type: 'slow' } }, 400],
    ['no statuses', { scope, props: { type: 'availability' } }, 400],
    ['an empty list of statuses', { scope, props: { ...ISSUES, statuses: [] } }, 400],
    ['an unknown status', { scope, props: { ...ISSUES, statuses: ['resolved'] } }, 400],
    ['a negative page', { scope, props: ISSUES, pagination: { page: -1 } }, 400],
    ['a page far behind the last', { scope, props: ISSUES, pagination: { page: 99 } }, 200],
    ['an unknown field', { scope, props: ISSUES, colour: 'red' }, 200],
    ['a cluster nobody knows', { scope: { cluster: 'mars' }, props: ISSUES }, 200],
    ...windows.map(([what, window, status]) => [what, { scope, props: { ...ISSUES, ...window } }, status] as const),
  ])('asked with %s', async (_what, body, status) => {
    await start();
    const answer = await post('clusters/issues/search', body);
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.body).toMatchObject({ error: { fieldErrors: [expect.anything()] } });
  });

  it.each(ISSUE_TYPES)('gives the issues of type %s and no others', async (type) => {
    await start();
    const { data } = await issues({ type, ...TWO_DAYS }, { pageSize: 1_000 });
    expect(data.issues.length).toBeGreaterThan(0);
    expect(new Set(data.issues.map((issue) => issue.type))).toEqual(new Set([type]));
  });

  it.each([1, 2, 3, 7, 1_000])('gives every issue of a window once, by pages of %s', async (pageSize) => {
    await start();
    const pages = await issuePages(TWO_DAYS, pageSize, 1_000);
    expect(pages.flatMap(({ data }) => data.issues)).toEqual(worldIssues());
    expect(pages.map(({ meta }) => meta?.page)).toEqual(pages.map((_, at) => at));
    expect(pages.map(({ meta, data }) => meta?.pageSize === data.issues.length)).toEqual(pages.map(() => true));
    expect(pages.at(-1)?.meta).not.toHaveProperty('nextPage');
  });

  it('gives the last day where no window is named, and open ones alone where only these are asked', async () => {
    await start();
    expect((await issues({}, { pageSize: 1_000 })).data.issues).toEqual(worldIssues(NOW - DAY));
    const open = (await issues({ ...TWO_DAYS, statuses: ['open'] }, { pageSize: 1_000 })).data.issues;
    expect(open).toEqual(worldIssues().filter((row) => 'status' in row && row.status === 'open'));
  });

  it('is limited to namespaces', async () => {
    await start();
    const all = (await issues(TWO_DAYS, { pageSize: 1_000 })).data.issues;
    const some = (await issues(TWO_DAYS, { pageSize: 1_000 }, { namespaces: ['shop', 'mail'] })).data.issues;
    expect(some).toEqual(all.filter(({ link }) => /-(shop|mail)\./.test(link)));
  });

  it('goes on with the clock', async () => {
    let now = NOW;
    await start([], { now: () => now });
    const before = (await issues(TWO_DAYS, { pageSize: 1_000 })).data.issues;
    now += 2 * DAY;
    const after = (await issues({ fromEpoch: NOW - DAY, toEpoch: NOW }, { pageSize: 1_000 })).data.issues;
    const open = (rows: IssuesPage['data']['issues']) => rows.filter(({ status }) => status === 'open').length;
    expect(after).toHaveLength(worldIssues(NOW - DAY).length);
    expect(open(after)).toBeLessThanOrEqual(open(before));
  });

  it.each([
    ['half-page', (pages: IssuesPage[]) => expect(pages).toHaveLength(1)],
    ['empty', (pages: IssuesPage[]) => expect(pages.flatMap(({ data }) => data.issues)).toEqual([])],
    [
      'more-but-empty',
      (pages: IssuesPage[]) => expect(pages[0]).toMatchObject({ data: { issues: [] }, meta: { nextPage: 1 } }),
    ],
    ['ignore-cursor', (pages: IssuesPage[]) => expect(pages[1]?.data).toEqual(pages[0]?.data)],
    [
      'repeat-cursor',
      (pages: IssuesPage[]) => expect(pages.map(({ meta }) => meta?.nextPage)).toEqual(pages.map(() => 1)),
    ],
    [
      'no-meta',
      (pages: IssuesPage[]) => expect(pages).toEqual([expect.not.objectContaining({ meta: expect.anything() })]),
    ],
    [
      'truncate 3',
      (pages: IssuesPage[]) => expect(pages.flatMap(({ data }) => data.issues)).toEqual(worldIssues().slice(0, 3)),
    ],
    [
      'drop-cluster production-eu',
      (pages: IssuesPage[]) => expect(pages.flatMap(({ data }) => data.issues)).toEqual([]),
    ],
    [
      'shift',
      (pages: IssuesPage[]) => expect(pages.flatMap(({ data }) => data.issues)).toEqual(worldIssues().toSpliced(2, 1)),
    ],
    ['repeat-row', (pages: IssuesPage[]) => expect(pages[1]?.data.issues[0]).toEqual(pages[0]?.data.issues.at(-1))],
  ])('%s', async (fault, expected) => {
    await start([`issues -> ${fault}`]);
    expected(await issuePages(TWO_DAYS, 2, 3 + worldIssues().length));
  });

  it.each(['drop-list', 'not-a-list'])('%s', async (fault) => {
    await start([`issues -> ${fault}`]);
    const { body } = await post('clusters/issues/search', { scope, props: ISSUES });
    expect(issuesBody.safeParse(body).success).toBe(false);
  });

  it('drops a namespace, ignores the scope', async () => {
    await start(['issues -> drop-namespace shop']);
    expect(
      (await issues(TWO_DAYS, { pageSize: 1_000 })).data.issues.filter(({ link }) => link.includes('-shop.')),
    ).toEqual([]);
    komodor.faults.clear();
    komodor.faults.add('issues -> ignore-scope');
    expect((await issues(TWO_DAYS, { pageSize: 1_000 })).data.issues.length).toBeGreaterThan(worldIssues().length);
  });

  it('goes by another name in faults when it asks for a moment or for namespaces', async () => {
    await start(['issues-scoped -> 500']);
    const body = (props: object, more: object = {}) => ({
      scope: { ...scope, ...more },
      props: { ...ISSUES, ...props },
    });
    expect((await post('clusters/issues/search', body(TWO_DAYS))).status).toBe(200);
    expect((await post('clusters/issues/search', body({ fromEpoch: NOW - 5, toEpoch: NOW }))).status).toBe(500);
    expect((await post('clusters/issues/search', body(TWO_DAYS, { namespaces: ['shop'] }))).status).toBe(500);
  });

  it('fails for one type of one cluster alone', async () => {
    await start(['issues -> refuse-pair 500 pvc-issue staging']);
    const ask = (cluster: string, type: string) =>
      post('clusters/issues/search', { scope: { cluster }, props: { ...ISSUES, type } });
    expect((await ask('staging', 'availability')).status).toBe(200);
    expect((await ask(CLUSTER, 'pvc-issue')).status).toBe(200);
    expect((await ask('staging', 'pvc-issue')).status).toBe(500);
    komodor.faults.clear();
    komodor.faults.add('issues -> refuse-pair 500 pvc-issue on-prem (basement 2)');
    expect((await ask('staging', 'pvc-issue')).status).toBe(200);
    expect((await ask('on-prem (basement 2)', 'pvc-issue')).status).toBe(500);
  });

  it('may be forbidden while everything else is allowed', async () => {
    await start(['issues -> 403']);
    expect((await post('clusters/issues/search', { scope, props: ISSUES })).status).toBe(403);
    expect((await post('services/search', {})).status).toBe(200);
  });
});

describe('clusters/k8s-events/search', () => {
  it.each<readonly [string, object, number]>([
    ['no cluster', { scope: {}, props: { type: 'deploy' } }, 400],
    ['no type', { scope, props: {} }, 400],
    ['an unknown type', { scope, props: { type: 'rollout' } }, 400],
    ['several types', { scope, props: { type: ['deploy', 'node-created'] } }, 400],
    ['a token of its own making', { scope, props: { type: 'deploy' }, pagination: { token: 'next' } }, 400],
    ['a page of 10001', { scope, props: { type: 'deploy' }, pagination: { pageSize: 10_001 } }, 400],
    ['nodes that came', { scope, props: { type: 'node-created' } }, 200],
    ['nodes that went', { scope, props: { type: 'node-terminated' } }, 200],
    ...windows.map(
      ([what, window, status]) => [what, { scope, props: { type: 'deploy', ...window } }, status] as const,
    ),
  ])('asked with %s', async (_what, body, status) => {
    await start();
    expect((await post('clusters/k8s-events/search', body)).status).toBe(status);
  });

  it.each([1, 2, 5, 1_000])('gives every deploy of a window once, by pages of %s', async (pageSize) => {
    await start();
    const pages = await deployPages(TWO_DAYS, pageSize, 1_000);
    expect(pages.flatMap(({ data }) => data.events)).toEqual(worldDeploys());
    expect(pages.at(-1)?.meta?.token).toBeNull();
  });

  it('takes a token with the question it was given for, and no other', async () => {
    await start();
    const { meta } = await deploys(TWO_DAYS, { pageSize: 1 });
    const body = { scope, props: { type: 'deploy' }, pagination: { pageSize: 1, token: meta?.token } };
    expect((await post('clusters/k8s-events/search', body)).status).toBe(400);
  });

  it.each([
    ['half-page', (pages: EventsPage[]) => expect(pages).toHaveLength(1)],
    ['ignore-cursor', (pages: EventsPage[]) => expect(pages[1]?.data).toEqual(pages[0]?.data)],
    ['repeat-cursor', (pages: EventsPage[]) => expect(pages[2]?.meta?.token).toEqual(pages[1]?.meta?.token)],
    ['no-meta', (pages: EventsPage[]) => expect(pages).toHaveLength(1)],
    ['shift', (pages: EventsPage[]) => expect(pages.flatMap(({ data }) => data.events)).not.toEqual(worldDeploys())],
    ['repeat-row', (pages: EventsPage[]) => expect(pages[1]?.data.events[0]).toEqual(pages[0]?.data.events.at(-1))],
  ])('%s', async (fault, expected) => {
    await start([`deploys -> ${fault}`]);
    expected(await deployPages(TWO_DAYS, 2, 40));
  });

  it('says in the account’s way that there is no more', async () => {
    await start([], { pagingStyle: 'token-absent' });
    expect((await deploys(TWO_DAYS, { pageSize: 1_000 })).meta).not.toHaveProperty('token');
  });
});
