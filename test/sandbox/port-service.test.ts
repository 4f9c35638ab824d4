import { afterEach, describe, expect, it } from 'vitest';
import type { PortOptions } from '../../src/sandbox/port/server.ts';
import type { PortClient } from './port-client.ts';
import { BLUEPRINTS, CREDENTIALS, openPort, request, SERVICE, signIn } from './port-client.ts';

let client: PortClient | undefined;
afterEach(() => client?.port.close());

async function open(options: Partial<PortOptions> = {}): Promise<PortClient> {
  client = await openPort(options);
  return client;
}

function askToken(url: string, body: unknown): ReturnType<typeof request> {
  return request(`${url}/v1/auth/access_token`, { method: 'POST', body: JSON.stringify(body) });
}

describe('tokens', () => {
  it('stay the same until they run out', async () => {
    const { port } = await open();
    const first = await askToken(port.url, CREDENTIALS);
    expect(first).toMatchObject({ status: 200, body: { ok: true, tokenType: 'Bearer', expiresIn: 10800 } });
    expect((await askToken(port.url, CREDENTIALS)).body.accessToken).toBe(first.body.accessToken);
  });

  it.each([
    ['a wrong secret', { ...CREDENTIALS, clientSecret: 'x' }, 401],
    ['a missing key', { clientId: 'id' }, 422],
    ['a key too many', { ...CREDENTIALS, scope: 'all' }, 422],
    ['a number', { ...CREDENTIALS, clientId: 1 }, 422],
  ])('are not given for %s', async (_name, body, status) => {
    const { port } = await open();
    expect(await askToken(port.url, body)).toMatchObject({ status, body: { ok: false } });
  });

  it.each([
    ['/v1/blueprints', 'Bearer nonsense'],
    ['/v1/organization', ''],
    ['/v1/nothing', 'Basic x'],
    ['/logs/integration/x', ''],
  ])('are needed for %s', async (path, authorization) => {
    const { port } = await open();
    expect(await request(`${port.url}${path}`, { headers: { authorization } })).toMatchObject({
      status: 401,
      body: { ok: false, error: 'unauthorized' },
    });
  });

  it('run out by the fault "token -> expires-in N", also those that are out already', async () => {
    const { port, send } = await open();
    port.faults.add('token -> expires-in 0');
    expect((await send('GET', '/blueprints')).status).toBe(401);
    port.faults.clear();
    expect((await send('GET', '/blueprints')).status).toBe(200);
  });

  it('are new ones after that', async () => {
    const { port, send } = await open({ tokenTtlSeconds: 0 });
    const first = await signIn(port.url);
    expect(await signIn(port.url)).not.toBe(first);
    expect((await send('GET', '/blueprints')).status).toBe(401);
  });
});

describe('every answer', () => {
  it('carries a trace id and the rate limit, refusals included', async () => {
    const { port, send } = await open({ rateLimit: { limit: 100, periodSeconds: 60 } });
    port.faults.add('organization -> 503');
    for (const path of ['/blueprints', '/blueprints/nope', '/organization']) {
      const { headers } = await send('GET', path);
      expect(headers.get('x-trace-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('x-ratelimit-limit')).toBe('100');
      expect(headers.get('x-ratelimit-period')).toBe('60');
      expect(Number(headers.get('x-ratelimit-remaining'))).toBeLessThan(100);
      expect(Number(headers.get('x-ratelimit-reset'))).toBeLessThanOrEqual(60);
    }
  });

  it('is 429 with Retry-After beyond the limit', async () => {
    const { send } = await open({ rateLimit: { limit: 3, periodSeconds: 60, resetStyle: 'epoch' } });
    const answers = [];
    for (let call = 0; call < 3; call += 1) answers.push(await send('GET', '/blueprints'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answers[2]?.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(answers[2]?.headers.get('x-ratelimit-reset'))).toBeGreaterThan(1_600_000_000);
  });
});

describe('a search', () => {
  const search = '/blueprints/service/entities/search';

  it('gives small pages where it is told to, and may be stuck', async () => {
    const { port, send } = await open({ largestPage: 2 });
    for (const identifier of ['a', 'b', 'c', 'd', 'e']) port.store.putEntity({ blueprint: 'service', identifier });
    const first = await send('POST', search, { limit: 1000 });
    expect(first.body).toMatchObject({ entities: [{ identifier: 'a' }, { identifier: 'b' }] });
    const { next } = first.body;
    expect((await send('POST', search, { from: next })).body).toMatchObject({ entities: [{ identifier: 'c' }, {}] });
    port.faults.add('search call 3 -> ignore-cursor');
    port.faults.add('search call 4 -> repeat-cursor');
    expect((await send('POST', search, { from: next })).body).toEqual(first.body);
    expect((await send('POST', search, { from: next })).body).toMatchObject({
      entities: [{ identifier: 'c' }, {}],
      next,
    });
  });

  it('may find its token taken back', async () => {
    const { send } = await open({ faults: ['search -> revoke once'] });
    expect((await send('POST', search, {})).status).toBe(401);
    expect((await send('POST', search, {})).status).toBe(401);
  });
});

describe('faults of a bulk', () => {
  const bulk = '/blueprints/service/entities/bulk?upsert=true';
  const entities = [{ identifier: 'a' }, { identifier: 'b' }];

  it('refuse one item', async () => {
    const { port, send } = await open({ faults: ['bulk call 1 -> refuse-item 1 422 blueprint_schema_mismatch'] });
    expect(await send('POST', bulk, { entities })).toMatchObject({
      status: 207,
      body: {
        entities: [{ identifier: 'a' }],
        errors: [{ identifier: 'b', index: 1, statusCode: 422, error: 'blueprint_schema_mismatch' }],
      },
    });
    expect(port.store.entity('service', 'b')).toBeUndefined();
    expect((await send('POST', bulk, { entities })).status).toBe(200);
  });

  it('refuse all items', async () => {
    const { send } = await open({ faults: ['bulk -> refuse-all 403'] });
    expect(await send('POST', bulk, { entities })).toMatchObject({
      status: 207,
      body: { entities: [], errors: [{ statusCode: 403, error: 'missing_permissions' }, { index: 1 }] },
    });
  });

  it('refuse several items, and pass over others that landed', async () => {
    const { port, send } = await open({ faults: ['bulk call 1 -> refuse-item 0,1 404', 'bulk call 2 -> omit-item 1'] });
    expect((await send('POST', bulk, { entities })).body).toMatchObject({ entities: [], errors: [{}, {}] });
    expect((await send('POST', bulk, { entities })).body).toMatchObject({ entities: [{ identifier: 'a' }] });
    expect(port.store.entity('service', 'b')).toBeDefined();
  });

  it('refuse one blueprint', async () => {
    const { send } = await open({ faults: ['bulk -> refuse-blueprint service 403'] });
    expect((await send('POST', bulk, { entities })).status).toBe(403);
    const pods = { entities: [{ identifier: 'p', relations: { service: 'x' } }] };
    expect((await send('POST', '/blueprints/pod/entities/bulk', pods)).status).toBe(207);
  });

  it('break the whole answer', async () => {
    const { send, port } = await open({ faults: ['bulk call 1 -> 500', 'bulk call 2 -> reset'] });
    expect((await send('POST', bulk, { entities })).status).toBe(500);
    await expect(send('POST', bulk, { entities })).rejects.toThrow();
    expect((await send('POST', bulk, { entities })).status).toBe(200);
    expect(port.log.filter(({ route }) => route === 'bulk').map(({ status }) => status)).toEqual([500, 0, 200]);
  });
});

describe('blueprints', () => {
  it('are made in stages, patched key by key, replaced and deleted', async () => {
    const { send, port } = await open({ initial: {} });
    expect((await send('POST', '/blueprints', SERVICE)).status).toBe(201);
    const team = { identifier: 'team', title: 'Team', schema: { properties: {} } };
    await send('POST', '/blueprints', team);
    const relations = { owner: { target: 'team' } };
    expect(await send('PATCH', '/blueprints/service', { relations })).toMatchObject({
      status: 200,
      body: { blueprint: { title: 'Service', relations: { owner: { target: 'team', many: false, required: false } } } },
    });
    port.store.putEntity({ blueprint: 'team', identifier: 't' });
    port.store.putEntity({
      blueprint: 'service',
      identifier: 's',
      properties: { live: true },
      relations: { owner: 't' },
    });
    expect((await send('PUT', '/blueprints/service', { title: 'New', schema: { properties: {} } })).status).toBe(200);
    expect(port.store.entity('service', 's')).toMatchObject({ properties: {}, relations: {} });
    expect((await send('DELETE', '/blueprints/service')).status).toBe(403);
    port.store.dropEntity('service', 's');
    expect((await send('DELETE', '/blueprints/service')).status).toBe(200);
    expect((await send('GET', '/blueprints')).body).toMatchObject({ blueprints: [{ identifier: 'team' }] });
  });
});

describe('the integration', () => {
  const path = '/integration/my%20komodor';
  const body = {
    installationId: 'my komodor',
    installationAppType: 'komodor',
    version: '1.0.0',
    config: {},
    actionsProcessingEnabled: false,
    createPortResourcesOrigin: 'Default',
  };

  it('is made, read, changed and deleted', async () => {
    const { send } = await open();
    expect((await send('GET', path)).status).toBe(404);
    expect((await send('POST', '/integration', body)).status).toBe(201);
    expect((await send('POST', '/integration', body)).status).toBe(409);
    await send('PATCH', path, { version: '1.1.0', arePortResourcesInitialized: true });
    expect(await send('GET', `${path}?isPolling=false&oceanCoreVersion=1`)).toMatchObject({
      status: 200,
      body: {
        integration: { ...body, version: '1.1.0', arePortResourcesInitialized: true, integrationType: 'komodor' },
      },
    });
    expect((await send('GET', `${path}/resync-request`)).body).toEqual({ ok: true, request: {} });
    expect((await send('DELETE', path)).status).toBe(200);
    expect((await send('GET', '/integration')).body.integrations).toEqual([]);
  });

  it.each([
    ['an empty change', '', {}, {}, true],
    ['a change without a body', '', undefined, {}, true],
    ['a new config', '/config', { config: { resources: [] } }, {}, true],
    ['a new config that says not to', '/config', { config: { resources: [] } }, { 'x-skip-resync': 'true' }, false],
    ['another change', '', { version: '2.0.0' }, {}, false],
  ])('asks for a resync by %s', async (_name, part, change, headers, asks) => {
    const { send } = await open();
    await send('POST', '/integration', body);
    expect((await send('PATCH', `${path}${part}`, change, headers)).status).toBe(200);
    const { request } = (await send('GET', `${path}/resync-request`)).body;
    expect(Object.keys(Object(request))).toEqual(asks ? ['updatedAt'] : []);
  });

  it('keeps the state of a resync, with the name of the field as misspelt as it is', async () => {
    const { send } = await open();
    await send('POST', '/integration', body);
    const start = '2026-01-01T00:00:00.000Z';
    const running = {
      status: 'running',
      lastResyncStart: start,
      lastResyncEnd: null,
      nextResync: null,
      intervalInMinuets: 60,
    };
    await send('PATCH', `${path}/resync-state`, running);
    const done = { status: 'completed', lastResyncEnd: start };
    expect((await send('PATCH', `${path}/resync-state`, done)).body).toMatchObject({
      integration: { resyncState: { ...running, ...done, updatedAt: expect.any(String) } },
    });
    expect((await send('PATCH', `${path}/resync-state`, { ...done, intervalInMinutes: 1 })).status).toBe(422);
    expect((await send('PATCH', `${path}/resync-state`, { status: 'ok' })).status).toBe(422);
  });

  it('takes raw examples, logs and metrics at the places it names', async () => {
    const { send, port } = await open();
    const made = await send('POST', '/integration', body);
    await send('POST', `${path}/kinds/komodorService/examples`, { examples: [{ a: 1 }] });
    expect((await send('GET', `${path}/kinds`)).body).toMatchObject({
      data: { komodorService: { examples: [{ data: { a: 1 } }] } },
    });
    expect(made.body).toMatchObject({
      integration: {
        logAttributes: { ingestUrl: `${port.url}/logs/integration/my%20komodor` },
        metricAttributes: { ingestUrl: `${port.url}/metrics/integration/my%20komodor` },
      },
    });
    const authorization = `Bearer ${await signIn(port.url)}`;
    const log = { logs: [{ message: 'hello', level: 'INFO', timestamp: '2026-01-01T00:00:00Z', extra: {} }] };
    const sent = await request(`${port.url}/logs/integration/my%20komodor`, {
      method: 'POST',
      headers: { authorization },
      body: JSON.stringify(log),
    });
    expect(sent.status).toBe(200);
    expect(port.store.ingested).toEqual([{ path: '/logs/integration/my komodor', body: log }]);
  });

  it('belongs to an organization without feature flags or provisioned defaults', async () => {
    const { send } = await open();
    expect((await send('GET', '/organization')).body).toMatchObject({ organization: { featureFlags: [] } });
    expect((await send('GET', '/integration/provision-enabled')).body).toEqual({ ok: true, integrations: [] });
  });
});

describe('a large catalog', () => {
  it('of 20,000 entities is written to, paged and counted', async () => {
    const { send, port } = await open({ initial: { blueprints: BLUEPRINTS } });
    for (let at = 0; at < 20_000; at += 1) {
      port.store.putEntity({ blueprint: 'service', identifier: `s${at}`, properties: { replicas: at } });
    }
    const risks = Array.from({ length: 20 }, (_, index) => ({
      identifier: `r${index}`,
      properties: { severity: 'low' },
      relations: { service: `s${index * 999}` },
    }));
    expect((await send('POST', '/blueprints/risk/entities/bulk?upsert=true', { entities: risks })).status).toBe(200);
    const page = await send('POST', '/blueprints/service/entities/search', { limit: 1000 });
    expect(page.body).toMatchObject({ next: expect.any(String) });
    expect((await send('GET', '/blueprints/service/entities-count')).body.count).toBe(20_000);
  });
});
