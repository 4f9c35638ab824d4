import type { FastifyPluginAsync } from 'fastify';
import { describe, expect, it } from 'vitest';
import { createPrefixRemover, prefixOf } from '../../../src/server/prefix.ts';
import { bearer, hook, listening, startServer, WEBHOOK_SECRET } from '../support.ts';
import { builtPage } from './built-page.ts';
import { proxied } from './proxy.ts';

const dashboard: FastifyPluginAsync = async (scope) =>
  void scope.get('/', { schema: { hide: true } }, async () => 'queues');

describe.each([
  ['leaves the prefix', true],
  ['takes the prefix away', false],
])('behind a proxy that %s', (_name, keepsPrefix) => {
  const behindProxy = async () => {
    const server = await startServer({ publicUrl: 'https://host/komodor', pageFolder: builtPage(), dashboard });
    return { ...server, origin: await proxied((await listening(server)).port, keepsPrefix) };
  };

  it.each([
    ['GET', '', {}, 200],
    ['GET', '/', {}, 200],
    ['GET', '?x=1', {}, 200],
    ['GET', '/runs/latest', {}, 200],
    ['GET', '/assets/main-1a2b3c4d.js', {}, 200],
    ['GET', '/v1/runs?limit=1', bearer, 200],
    ['GET', '/v1/runs', {}, 401],
    ['GET', '/docs', {}, 200],
    ['GET', '/docs/', {}, 200],
    ['GET', '/openapi.json', {}, 200],
    ['GET', '/admin/queues', bearer, 200],
    ['GET', '/admin/queues', {}, 401],
    ['GET', '/metrics', {}, 200],
    ['GET', '/health/ready', {}, 200],
    ['POST', '/v1/runs', bearer, 202],
    ['POST', '/webhooks/resync', hook, 202],
    ['POST', `/webhooks/komodor/${WEBHOOK_SECRET}`, {}, 202],
    ['GET', '/nope', {}, 404],
  ] as const)('%s %s %j answers %d', async (method, path, headers, status) => {
    const { origin } = await behindProxy();
    const body = method === 'POST' ? { body: '{}' } : {};
    const answer = await fetch(`${origin}/komodor${path}`, {
      ...{ method, ...body },
      headers: { 'content-type': 'application/json', ...headers },
    });
    expect([answer.status, await answer.text()]).toEqual([status, expect.anything()]);
  });

  it('whatever a page leads to and loads is under the prefix, and there', async () => {
    const { origin } = await behindProxy();
    for (const path of ['', '/', '/timeline', '/runs/latest/held/komodorService', '/docs', '/docs/']) {
      const url = `${origin}/komodor${path}`;
      const page = await (await fetch(url)).text();
      const base = new URL(/<base href="([^"]+)"/.exec(page)?.[1] ?? '', url);
      const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => new URL(link, base));
      expect(links.length).toBeGreaterThan(2);
      for (const link of links) {
        expect(link.href.startsWith(`${origin}/komodor/`), link.href).toBe(true);
        expect([link.href, (await fetch(link)).status]).toEqual([link.href, 200]);
      }
    }
  });

  it('an answer leads to the new run, and the OpenAPI document says where the routes are', async () => {
    const { origin } = await behindProxy();
    const asked = await fetch(`${origin}/komodor/v1/runs`, { method: 'POST', headers: bearer });
    const location = new URL(asked.headers.get('location') ?? '', origin);
    expect((await fetch(location, { headers: bearer })).status).toBe(200);
    const document = await (await fetch(`${origin}/komodor/openapi.json`)).json();
    expect(document).toMatchObject({ servers: [{ url: '/komodor' }] });
  });

  it('a redirect stays under the prefix', async () => {
    const { origin } = await behindProxy();
    const answer = await fetch(`${origin}/komodor/docs/static/index.html`);
    expect([answer.status, answer.url]).toEqual([200, `${origin}/komodor/docs/`]);
  });

  it('no log line holds the secret that was in the address', async () => {
    const { origin, log } = await behindProxy();
    await fetch(`${origin}/komodor/webhooks/komodor/${WEBHOOK_SECRET}`, { method: 'POST' });
    expect(log()).toContain('/webhooks/komodor/:secret');
    expect(log()).not.toContain(WEBHOOK_SECRET);
  });
});

describe('the prefix', () => {
  it.each([
    [undefined, ''],
    ['https://host', ''],
    ['https://host/', ''],
    ['https://host/komodor', '/komodor'],
    ['https://host/a/b', '/a/b'],
    ['https://host//evil.example/x', '/evil.example/x'],
    ['https://host/ä b"<', '/%C3%A4%20b%22%3C'],
  ])('of %j is %j', (publicUrl, prefix) => expect(prefixOf(publicUrl)).toBe(prefix));

  it.each([
    ['/komodor', '/komodor/v1/runs', '/v1/runs'],
    ['/komodor', '/komodor', '/'],
    ['/komodor', '/komodor?a=/b', '/?a=/b'],
    ['/komodor', '/v1/runs', '/v1/runs'],
    ['/komodor', '/komodorx/v1/runs', '/komodorx/v1/runs'],
    ['/komodor', '/komodor/komodor/v1', '/komodor/komodor/v1'],
    ['/a/b', '/a/b/v1/runs', '/v1/runs'],
    ['/v1', '/v1/runs', '/v1/runs'],
    ['/v1', '/v1/v1/runs', '/v1/runs'],
    ['/v1', '/v1', '/'],
    ['', '/komodor/v1/runs', '/komodor/v1/runs'],
  ])('%j makes of %s %s', (prefix, url, expected) => {
    const remover = createPrefixRemover(prefix);
    for (const route of ['/', '/v1/runs', '/v1/status', '/health/ready']) remover.learn(route);
    expect(remover.rewrite(url)).toBe(expected);
  });
});
