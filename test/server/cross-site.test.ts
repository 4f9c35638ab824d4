import type { FastifyPluginAsync } from 'fastify';
import { describe, expect, it } from 'vitest';
import { API_TOKEN, bearer, openApiDocument, startServer } from './support.ts';

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;
const { paths } = await openApiDocument();
/** Every route that changes or computes something. */
const CHANGES = Object.entries(paths).flatMap(([path, operations]) =>
  METHODS.filter((method) => method.toLowerCase() in operations).map((method) => ({
    method,
    url: path.replace(/\{\w+\}/g, 'x'),
  })),
);
const READS = Object.entries(paths)
  .filter(([path, operations]) => 'get' in operations && !path.endsWith('/events'))
  .map(([path]) => path.replace(/\{\w+\}/g, 'x'));
const dashboard: FastifyPluginAsync = async (scope) =>
  void scope.get('/', { schema: { hide: true } }, async () => 'queues');

const KNOWN_PASSWORD = { authorization: `Basic ${Buffer.from(`me:${API_TOKEN}`).toString('base64')}` };
const CROSS_SITE = { origin: 'https://evil.example', referer: 'https://evil.example/', 'sec-fetch-site': 'cross-site' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const TEXT = { 'content-type': 'text/plain' };

/** What another site can have a visitor's browser send without asking us first. */
const ATTACKS = [
  ['a form', { ...CROSS_SITE, ...FORM }, 'mode=resync'],
  ['a form that sends JSON as text', { ...CROSS_SITE, ...TEXT }, '{"mode":"resync"}'],
  ['a form without a body', CROSS_SITE, ''],
  ['a page in a sandboxed frame', { ...CROSS_SITE, ...TEXT, origin: 'null' }, '{}'],
] as const;

describe('another site', () => {
  it('is looked at on every route that changes something', () => expect(CHANGES.length).toBeGreaterThan(8));

  it.each(ATTACKS)('changes nothing by %s, with the password that a browser knows', async (_name, headers, payload) => {
    const { app, runs, liveEvents } = await startServer({ dashboard, limits: { failuresPerMinute: 1_000 } });
    for (const { method, url } of CHANGES) {
      const answer = await app.inject({ method, url, headers: { ...headers, ...KNOWN_PASSWORD }, payload });
      expect([method, url, answer.statusCode]).toEqual([method, url, 401]);
    }
    expect([runs.length, liveEvents.length]).toEqual([0, 0]);
  });

  it.each(ATTACKS)(
    'changes nothing by %s at a server on this machine without a token',
    async (_name, headers, payload) => {
      const local = { apiToken: undefined, webhookSecret: undefined, host: '127.0.0.1', dashboard };
      const { app, runs } = await startServer(local);
      for (const { method, url } of CHANGES) {
        const answer = await app.inject({ method, url, headers: { host: 'localhost:8000', ...headers }, payload });
        // Without their secret, webhooks are not there (503); without a signature, Port's is not either.
        expect([method, url, [403, 503].includes(answer.statusCode)]).toEqual([method, url, true]);
      }
      expect(runs).toHaveLength(0);
    },
  );

  it('is not allowed to ask with the header that a token needs, nor to read an answer', async () => {
    const { app } = await startServer({ dashboard });
    const asking = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
    for (const { url } of [...CHANGES, ...READS.map((url) => ({ url })), { url: '/' }, { url: '/admin/queues' }]) {
      for (const [method, headers] of [
        ['OPTIONS', asking],
        ['GET', bearer],
      ] as const) {
        if (method === 'GET' && !READS.includes(url)) continue;
        const answer = await app.inject({ method, url, headers: { ...CROSS_SITE, ...headers } });
        expect([url, Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))]).toEqual([
          url,
          [],
        ]);
        if (method === 'OPTIONS') expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      }
    }
  });

  it('may show nothing of ours in a frame', async () => {
    const { app } = await startServer({ dashboard });
    const pages = ['/', '/timeline', '/runs/x', '/docs', '/docs/static/oauth2-redirect.html', '/admin/queues', '/nope'];
    for (const url of [...READS, ...pages, '/assets/nope.js', '/openapi.json']) {
      for (const headers of [bearer, {}]) {
        const answer = await app.inject({ url, headers });
        expect([url, answer.headers['x-frame-options']]).toEqual([url, 'DENY']);
        expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
      }
    }
  });
});
