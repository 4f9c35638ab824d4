import type { FastifyPluginAsync } from 'fastify';
import { describe, expect, it } from 'vitest';
import { API_TOKEN, bearer, listening, sendRaw, startServer, WEBHOOK_SECRET } from './support.ts';

const READS = ['/v1/runs', '/v1/runs/x', '/v1/runs/x/events', '/v1/events'];
const CHANGES = [
  ['POST', '/v1/runs'],
  ['POST', '/resync'],
  ['DELETE', '/v1/runs/x'],
] as const;
const WEBHOOKS = ['/webhooks/komodor', '/integration/webhook', '/webhooks/resync'];
const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`me:${password}`).toString('base64')}` });

describe('the API token', () => {
  it.each([
    ['no credentials', {}],
    ['a wrong token', { authorization: 'Bearer wrong' }],
    ['a beginning of it', { authorization: `Bearer ${API_TOKEN.slice(0, -1)}` }],
    ['the webhook secret', { authorization: `Bearer ${WEBHOOK_SECRET}` }],
    ['another scheme', { authorization: `Digest ${API_TOKEN}` }],
  ])('refuses %s with 401 everywhere under /v1 and /resync', async (_name, headers) => {
    const { app, runs } = await startServer();
    for (const [method, url] of [...READS.map((url) => ['GET', url] as const), ...CHANGES]) {
      const answer = await app.inject({ method, url, headers });
      expect([url, answer.statusCode, answer.json().code]).toEqual([url, 401, 'unauthorized']);
      const schemes =
        method === 'GET'
          ? ['Basic realm="komodor-port"', 'Bearer realm="komodor-port"']
          : ['Bearer realm="komodor-port"'];
      expect([answer.headers['www-authenticate']].flat()).toEqual(schemes);
      expect(answer.headers['content-type']).toContain('application/problem+json');
    }
    expect(runs).toHaveLength(0);
  });

  it('lets the right one pass', async () => {
    const { app } = await startServer();
    for (const [method, url] of CHANGES.slice(0, 2)) {
      expect((await app.inject({ method, url, headers: bearer })).statusCode).toBe(202);
    }
    expect((await app.inject({ url: '/v1/runs', headers: bearer })).statusCode).toBe(200);
  });

  it('may be the password of HTTP Basic for what reads, and never for what changes something', async () => {
    const { app, runs } = await startServer();
    const { runId } = (await app.inject({ method: 'POST', url: '/v1/runs', headers: bearer })).json();
    const headers = basic(API_TOKEN);
    for (const url of ['/v1/runs', `/v1/runs/${runId}`]) {
      expect((await app.inject({ url, headers })).statusCode).toBe(200);
      expect((await app.inject({ url, headers: basic(`${API_TOKEN}x`) })).statusCode).toBe(401);
    }
    for (const [method, url] of [...CHANGES, ['DELETE', `/v1/runs/${runId}`] as const]) {
      const answer = await app.inject({ method, url, headers });
      expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, ['Bearer realm="komodor-port"']]);
    }
    expect(runs).toHaveLength(1);
  });

  it('unset, leaves reads open and refuses changes with 403', async () => {
    const { app } = await startServer({ apiToken: undefined });
    expect((await app.inject({ url: '/v1/runs' })).statusCode).toBe(200);
    for (const [method, url] of CHANGES) {
      const answer = await app.inject({ method, url, headers: bearer });
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'token_not_configured']);
    }
  });

  it.each(['127.0.0.1', 'localhost', '::1', '127.8.9.1'])('unset and bound to %s, allows changes', async (host) => {
    const { app } = await startServer({ apiToken: undefined, host });
    expect((await app.inject({ method: 'POST', url: '/v1/runs' })).statusCode).toBe(202);
  });
});

describe('the dashboard', () => {
  const dashboard: FastifyPluginAsync = async (scope) => {
    // As bull-board does.
    scope.setErrorHandler((_error, _request, reply) => reply.code(500).send('its own'));
    scope.get('/', async () => 'queues');
  };

  it('is behind the token, which a browser can send as a password', async () => {
    const { app } = await startServer({ dashboard });
    const refused = await app.inject({ url: '/admin/queues' });
    expect([refused.statusCode, refused.headers['www-authenticate']]).toEqual([
      401,
      ['Basic realm="komodor-port"', 'Bearer realm="komodor-port"'],
    ]);
    expect(refused.json().code).toBe('unauthorized');
    expect((await app.inject({ url: '/admin/queues', headers: basic('wrong') })).statusCode).toBe(401);
    expect((await app.inject({ url: '/admin/queues', headers: basic(API_TOKEN) })).body).toBe('queues');
    expect((await app.inject({ url: '/admin/queues', headers: bearer })).body).toBe('queues');
  });

  it('needs a token to be set, unless bound to loopback', async () => {
    const { app } = await startServer({ dashboard, apiToken: undefined });
    expect((await app.inject({ url: '/admin/queues' })).statusCode).toBe(403);
  });

  it('is not there without Redis', async () => {
    const { app } = await startServer();
    expect((await app.inject({ url: '/admin/queues', headers: bearer })).statusCode).toBe(404);
  });
});

describe('the webhook secret', () => {
  const body = { cluster: 'c', namespace: 'n', resourceName: 'r', resourceKind: 'Deployment' };

  it.each(WEBHOOKS)('guards %s', async (url) => {
    const { app, liveEvents, runs } = await startServer();
    const wrong = [
      {},
      { authorization: 'Bearer wrong' },
      { 'x-webhook-token': 'wrong' },
      { 'x-webhook-token': '' },
      { authorization: `Bearer ${API_TOKEN}` },
    ];
    for (const headers of wrong) {
      const answer = await app.inject({ method: 'POST', url, headers, payload: body });
      expect([answer.statusCode, answer.json().code]).toEqual([401, 'unauthorized']);
    }
    expect(liveEvents).toHaveLength(0);
    expect(runs).toHaveLength(0);
  });

  it.each([
    ['as bearer', '/webhooks/komodor', { authorization: `Bearer ${WEBHOOK_SECRET}` }],
    ['as X-Webhook-Token', '/integration/webhook', { 'x-webhook-token': WEBHOOK_SECRET }],
    ['as last segment', `/webhooks/komodor/${WEBHOOK_SECRET}`, {}],
  ])('is taken %s', async (_name, url, headers) => {
    const { app } = await startServer();
    expect((await app.inject({ method: 'POST', url, headers, payload: body })).statusCode).toBe(202);
  });

  it('may be long and hold unusual characters in the path', async () => {
    const webhookSecret = `${'s/ä?%'.repeat(60)}end`;
    const { app } = await startServer({ webhookSecret });
    const url = `/webhooks/komodor/${encodeURIComponent(webhookSecret)}`;
    expect((await app.inject({ method: 'POST', url, payload: body })).statusCode).toBe(202);
    expect((await app.inject({ method: 'POST', url: `${url}x`, payload: body })).statusCode).toBe(401);
  });

  it('unset, makes every webhook answer 503', async () => {
    const { app } = await startServer({ webhookSecret: undefined });
    for (const url of [...WEBHOOKS, '/webhooks/komodor/', '/webhooks/komodor/x', '/integration/webhook/flux']) {
      const answer = await app.inject({ method: 'POST', url, payload: body });
      expect([url, answer.statusCode, answer.json().code]).toEqual([url, 503, 'webhook_not_configured']);
    }
  });

  it('is checked before the body is read', async () => {
    const server = await startServer();
    const { port } = await listening(server);
    // A body that never comes: only an answer before reading it can arrive.
    const answer = await sendRaw(port, [
      'POST /webhooks/komodor/wrong HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toContain('"code":"unauthorized"');
  });
});
