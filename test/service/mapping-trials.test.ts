import { readFileSync, rmSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { offlineKinds } from '../../src/compose/kinds.ts';
import { documentOf, runCli } from '../cli/run-cli.ts';
import { temporaryFile } from '../lint/support.ts';
import { type Env, it, type Stage } from './stage.ts';

const SHIPPED = readFileSync(new URL('../../mappings/komodor.yaml', import.meta.url), 'utf8');
const KINDS = [...offlineKinds().infos.map(({ name }) => name), 'apps/v1/deployments', 'v1/namespaces'];

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the document of a test
  readonly body: any;
}

async function caller(stage: Stage, env: Env = {}) {
  const service = await stage.service({ EVENT_LISTENER: 'WEBHOOKS_ONLY', ...env });
  return async (method: string, path: string, body?: unknown, headers = {}): Promise<Answer> => {
    const { status, text } = await service.call(method, path, body, headers);
    return { status, body: JSON.parse(text) };
  };
}

describe.concurrent('GET /v1/items', () => {
  it('has examples of every kind, also of those that cannot be read here, and asks nobody', async ({ open }) => {
    const nowhere = 'http://127.0.0.1:9';
    const ask = await caller(await open(), { KOMODOR_BASE_URL: nowhere, PORT_BASE_URL: nowhere });
    for (const kind of KINDS) {
      const { status, body } = await ask('GET', `/v1/items?kind=${encodeURIComponent(kind)}`);
      expect([kind, status, body.from, body.problem]).toEqual([kind, 200, 'examples', null]);
      expect(body.items.length, kind).toBeGreaterThan(0);
      expect(JSON.stringify(body.items), kind).not.toMatch(/probe-[a-z]+-q7x/);
    }
  });

  it('has examples that lack what may be missing, and that can be mapped as they are', async ({ open }) => {
    const ask = await caller(await open());
    const { body } = await ask('GET', '/v1/items?kind=komodorService&from=examples');
    const labels = body.items.map(({ label }: { label: string }) => label);
    expect(labels[0]).toBe('Deployment/production/shop/cart, with every field');
    expect(labels).toContain('Deployment/production/shop/cart, without lastDeploy.endTime');
    const items = body.items.map(({ item }: { item: unknown }) => item);
    const mapped = await ask('POST', '/v1/map', { kind: 'komodorService', items });
    const results = mapped.body.items.map(({ rows: [row] }: { rows: { result: string }[] }) => row?.result);
    expect(new Set(results)).toEqual(new Set(['entity']));
    const searched = await ask('GET', '/v1/items?kind=komodorService&q=LASTdeploy');
    expect(searched.body.items).toHaveLength(2);
  });

  it('reads items from Komodor as they are, searches them, and says when there are more', async ({ open }) => {
    const stage = await open();
    const ask = await caller(stage);
    const all = await ask('GET', '/v1/items?kind=komodorService&from=live');
    expect(all).toMatchObject({ status: 200, body: { from: 'live', more: false, problem: null } });
    expect(all.body.items).toHaveLength(30);
    const { service, namespace } = all.body.items[7].item;
    const found = await ask('GET', `/v1/items?kind=komodorService&from=live&q=${service.toUpperCase()}`);
    expect(found.body.items).toContainEqual(all.body.items[7]);
    expect(found.body.items.length).toBeLessThan(30);
    const within = await ask('GET', `/v1/items?kind=komodorService&from=live&q=${namespace}`);
    expect(within.body.items.length).toBeGreaterThan(0);
    const none = await ask('GET', '/v1/items?kind=komodorService&from=live&q=nothing-like-it');
    expect(none.body).toMatchObject({ items: [], more: false, problem: null });

    const mapped = await ask('POST', '/v1/map', { kind: 'komodorService', items: [all.body.items[7].item] });
    expect(mapped.body.items[0]).toMatchObject({ label: all.body.items[7].label, rows: [{ result: 'entity' }] });
  });

  it('says why items cannot be read', async ({ open }) => {
    const ask = await caller(await open(), { KOMODOR_BASE_URL: 'http://127.0.0.1:9', MAX_RETRIES: '0' });
    const { status, body } = await ask('GET', '/v1/items?kind=komodorService&from=live');
    expect([status, body.items, body.more]).toEqual([200, [], true]);
    expect(body.problem).toContain('Komodor');
    const cluster = await ask('GET', '/v1/items?kind=apps/v1/deployments&from=live');
    expect(cluster).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(JSON.stringify(cluster.body.errors)).toContain('KUBERNETES');
  });

  it('refuses what is no kind, and needs the token', async ({ open }) => {
    const ask = await caller(await open());
    for (const query of [
      '',
      '?kind=komodorServise',
      '?kind=komodorService&from=sandbox',
      `?kind=a&q=${'a'.repeat(201)}`,
    ])
      expect(await ask('GET', `/v1/items${query}`)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    const without = { authorization: 'Bearer wrong' };
    expect((await ask('GET', '/v1/items?kind=komodorService', undefined, without)).status).toBe(401);
  });
});

const TESTS = `tests:
  - name: a service
    kind: komodorService
    given: { kind: Deployment, cluster: prod, namespace: shop, service: cart, status: healthy }
    expect: { blueprint: komodorService, title: cart }
  - name: another title
    kind: komodorService
    given: { kind: Deployment, cluster: prod, namespace: shop, service: cart }
    expect: { title: Cart }
  - name: no service at all
    kind: komodorService
    given: { note: nothing }
    rejected: identifier
`;

describe.concurrent('POST /v1/test', () => {
  it('answers as the command does, with a given mapping and with the one in use', async ({ open }) => {
    const stage = await open();
    const ask = await caller(stage, { MAPPING_SOURCE: 'file' });
    const mapping = temporaryFile('mine.yaml', SHIPPED.replace('title: .service', 'title: .service | ascii_upcase'));
    for (const path of [mapping, undefined]) {
      const named = path === undefined ? TESTS : `mapping: ${path}\n${TESTS}`;
      const file = temporaryFile('mine.test.yaml', named);
      const command = documentOf(await runCli(['test', file, '--json'], { env: stage.env }));
      const given = path === undefined ? {} : { mapping: readFileSync(path, 'utf8') };
      const route = await ask('POST', '/v1/test', { tests: named, ...given });
      expect([route.status, route.body.passed, route.body.failed]).toEqual([200, command.passed, command.failed]);
      expect(route.body.files[0].tests).toEqual(command.files[0].tests);
      expect(route.body.files[0].tests).toHaveLength(3);
      rmSync(file);
    }
    rmSync(mapping);
  });

  it('tests the mapping that stands in the tests, kinds that cannot be read here, and CLUSTER_NAME', async ({
    open,
  }) => {
    const ask = await caller(await open());
    const tests = `clusterName: north
mapping:
  resources:
    - kind: apps/v1/deployments
      selector: { query: 'true' }
      port: { entity: { mappings: { identifier: '.metadata.name + "-" + env.CLUSTER_NAME', blueprint: '"x"' } } }
tests:
  - name: a deployment
    kind: apps/v1/deployments
    given: { metadata: { name: cart } }
    expect: { identifier: cart-north }
`;
    expect((await ask('POST', '/v1/test', { tests })).body).toMatchObject({ passed: 1, failed: 0, problems: [] });
  });

  it('reads no file of the machine, and says what cannot be used by its line', async ({ open }) => {
    const ask = await caller(await open());
    const broken = {
      'tests: [{name: a, kind: komodorService, given: {file: /etc/passwd}, filtered: true}]': 'cannot name a file',
      [`mapping: /etc/passwd\n${TESTS}`]: 'names a file',
      'tests: [': 'the given tests:1',
      'tests:\n  - name: a\n    kind: komodorServise\n    given: {a: 1}\n    filtered: true\n': 'the given tests:3',
      'tests: []': 'at least one test',
      '': 'the given tests',
    };
    for (const [tests, why] of Object.entries(broken)) {
      const { status, body } = await ask('POST', '/v1/test', { tests });
      expect([tests, status, body.files, body.passed]).toEqual([tests, 200, [], 0]);
      expect(body.problems.join(), tests).toContain(why);
    }
    const refused = [{ tests: TESTS, mapping: 'resources: [' }, { tests: 5 }, {}, { tests: 'a'.repeat(600_000) }];
    for (const body of refused)
      expect(await ask('POST', '/v1/test', body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect((await ask('POST', '/v1/test', { tests: TESTS }, { authorization: 'Bearer wrong' })).status).toBe(401);
  });
});
