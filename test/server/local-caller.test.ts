import type { FastifyPluginAsync } from 'fastify';
import { describe, expect, it } from 'vitest';
import { API_TOKEN, bearer, hook, startServer } from './support.ts';

const dashboard: FastifyPluginAsync = async (scope) => void scope.get('/', async () => 'queues');
const LOCAL = { apiToken: undefined, host: '127.0.0.1', dashboard };
const ROUTES = [
  ['GET', '/v1/runs'],
  ['GET', '/v1/runs/x'],
  ['GET', '/v1/runs/x/events'],
  ['GET', '/v1/events'],
  ['GET', '/metrics'],
  ['GET', '/admin/queues'],
  ['POST', '/v1/runs'],
  ['POST', '/resync'],
  ['DELETE', '/v1/runs/x'],
] as const;
const FOREIGN: readonly (readonly [string, { readonly [name: string]: string }])[] = [
  ['a page of another site', { origin: 'https://evil.example' }],
  ['a page without an origin', { origin: 'null' }],
  ['a page of another port', { origin: 'http://localhost:3000' }],
  ['a name that resolves to loopback', { host: 'evil.example' }],
  ['such a name with our port', { host: 'evil.example:8000' }],
  ['a name that begins as ours', { host: 'localhost.evil.example' }],
  ...[
    ['Forwarded', 'for=203.0.113.9'],
    ['Via', '1.1 proxy'],
    ['X-Forwarded-For', '203.0.113.9'],
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Forwarded-For', ''],
    ['X-Forwarded-Host', 'localhost'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Server', 'proxy'],
    ['X-Real-IP', '203.0.113.9'],
    ['X-Client-IP', '203.0.113.9'],
    ['CF-Connecting-IP', '203.0.113.9'],
    ['True-Client-IP', '203.0.113.9'],
  ].map(([name = '', value = '']) => [`a proxy that adds ${name}: ${value}`, { [name]: value }] as const),
];

describe('bound to loopback without a token', () => {
  it.each(FOREIGN)('%s is refused everywhere', async (_name, headers) => {
    const { app, runs } = await startServer(LOCAL);
    for (const [method, url] of ROUTES) {
      const answer = await app.inject({ method, url, headers: { host: 'localhost:8000', ...headers } });
      expect([url, answer.statusCode, answer.json().code]).toEqual([url, 403, 'token_not_configured']);
      expect(answer.json().detail).toMatch(/^API_TOKEN is not set, and the .*\. Set API_TOKEN\.$/);
    }
    expect(runs).toHaveLength(0);
  });

  it.each(['localhost', 'localhost:8000', '127.0.0.1:8000', '[::1]:8000', '[::1]', 'LocalHost'])(
    'a caller who knows us as %s passes',
    async (host) => {
      const { app } = await startServer(LOCAL);
      for (const headers of [{ host }, { host, origin: `http://${host}` }]) {
        expect((await app.inject({ url: '/v1/runs', headers })).statusCode).toBe(200);
        expect((await app.inject({ url: '/metrics', headers })).statusCode).toBe(200);
        expect((await app.inject({ method: 'POST', url: '/v1/runs', headers })).statusCode).toBe(202);
      }
    },
  );

  it('health checks answer everybody, and webhooks whoever knows their secret', async () => {
    const { app } = await startServer(LOCAL);
    for (const [, headers] of FOREIGN) {
      expect((await app.inject({ url: '/health/live', headers })).statusCode).toBe(200);
      const answer = await app.inject({ method: 'POST', url: '/webhooks/resync', headers: { ...hook, ...headers } });
      expect(answer.statusCode).toBe(202);
    }
  });
});

describe('with a token, or bound to other addresses', () => {
  it.each(FOREIGN)('%s is not looked at: the token decides', async (_name, headers) => {
    const withToken = await startServer({ ...LOCAL, apiToken: API_TOKEN });
    expect((await withToken.app.inject({ url: '/v1/runs', headers: { ...headers, ...bearer } })).statusCode).toBe(200);
    const everywhere = await startServer({ apiToken: undefined });
    expect((await everywhere.app.inject({ url: '/v1/runs', headers })).statusCode).toBe(200);
    expect((await everywhere.app.inject({ method: 'POST', url: '/v1/runs', headers })).statusCode).toBe(403);
  });
});

describe('TRUST_PROXY', () => {
  const forwarded = (chain: string) => ({ host: 'localhost', 'x-forwarded-for': chain });
  const cases: readonly (readonly [true | readonly string[], { readonly [name: string]: string }, number])[] = [
    [true, forwarded('127.0.0.1'), 202],
    [true, { ...forwarded('::1'), via: '1.1 proxy' }, 202],
    [true, forwarded('203.0.113.9'), 403],
    [true, forwarded('127.0.0.1, 203.0.113.9'), 403],
    [true, forwarded('203.0.113.9, 127.0.0.1'), 403],
    [true, { ...forwarded('127.0.0.1'), forwarded: 'for=203.0.113.9' }, 403],
    [true, { ...forwarded('127.0.0.1'), 'x-forwarded-host': 'evil.example' }, 403],
    [true, { host: 'localhost', via: '1.1 proxy' }, 403],
    [['127.0.0.0/8', '::1'], forwarded('127.0.0.1'), 202],
    [['127.0.0.1'], forwarded('127.0.0.1, 203.0.113.9'), 403],
    [['10.0.0.1'], forwarded('127.0.0.1'), 403],
  ];

  it.each(cases)('%j with %j: %i', async (trustProxy, headers, status) => {
    const { app } = await startServer({ ...LOCAL, trustProxy });
    expect((await app.inject({ method: 'POST', url: '/v1/runs', headers })).statusCode).toBe(status);
  });

  it.each([
    [false, 429],
    [true, 200],
    [['127.0.0.1'], 200],
    [['10.0.0.1'], 429],
  ])('%j: limits count %s the addresses that a proxy names', async (trustProxy, status) => {
    const { app } = await startServer({ trustProxy, limits: { readsPerMinute: 1 } });
    const ask = (address: string) =>
      app.inject({ url: '/v1/runs', headers: { ...bearer, 'x-forwarded-for': address } });
    expect((await ask('203.0.113.1')).statusCode).toBe(200);
    expect((await ask('203.0.113.2')).statusCode).toBe(status);
  });
});
