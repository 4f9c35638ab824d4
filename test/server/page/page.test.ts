import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { startServer } from '../support.ts';
import { builtPage, SCRIPT } from './built-page.ts';

const VIEWS = [
  '/',
  '/timeline',
  '/timeline/',
  '/timeline?status=failed&changed=true',
  '/runs/latest',
  '/runs/a-b-c/held/komodorService',
  '/plan',
  '/plan/latest',
  '/mapping',
  '/catalog',
  '/catalog/komodorService/prod%2Fshop%2Fcart',
  `/catalog/komodorService/${encodeURIComponent('ä'.repeat(1_000))}`,
];

describe('the page', () => {
  it.each(VIEWS)('is at %s, without a token, with a nonce of its own each time', async (url) => {
    const { app } = await startServer({ pageFolder: builtPage() });
    const answers = [await app.inject({ url }), await app.inject({ url })];
    const nonces = answers.map(({ statusCode, headers, body }) => {
      expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-store',
      ]);
      expect(body).toContain('<base href="/"><meta name="komodor-port" content="1.2.3">');
      const nonce = / nonce="([^"]+)"/.exec(body)?.[1] ?? '';
      expect(nonce).toMatch(/^[\w+/]{24}$/);
      expect(body).not.toMatch(/%(BASE|VERSION|NONCE)%/);
      expect(headers['content-security-policy']).toBe(
        `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'`,
      );
      expect(headers).toMatchObject({
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      });
      return nonce;
    });
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  it.each(['/nope', '/runs', '/runs/a/b', '/runs/a/held', '/catalog/a', '/index.html', '/page/index.html', '/v1'])(
    'is not at %s: that is a problem, as before',
    async (url) => {
      const { app } = await startServer({ pageFolder: builtPage() });
      const answer = await app.inject({ url });
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'not_found']);
    },
  );

  it('takes no data with it, and a server without a token keeps its rules for data', async () => {
    const local = { apiToken: undefined, host: '127.0.0.1', pageFolder: builtPage() };
    const { app } = await startServer(local);
    const headers = { host: 'evil.example' };
    expect((await app.inject({ url: '/', headers })).statusCode).toBe(200);
    expect((await app.inject({ url: '/v1/status', headers })).statusCode).toBe(403);
  });

  it('does not use up the limit of reads, and still opens when that is used up', async () => {
    const { app } = await startServer({
      pageFolder: builtPage(),
      limits: { readsPerMinute: 2, pageFilesPerMinute: 3 },
    });
    const asked = async (url: string) => (await app.inject({ url })).statusCode;
    expect([await asked('/'), await asked('/'), await asked('/'), await asked('/')]).toEqual([200, 200, 200, 429]);
    expect([await asked('/openapi.json'), await asked('/openapi.json'), await asked('/openapi.json')]).toEqual([
      200, 200, 429,
    ]);
    expect(await asked('/timeline')).toBe(200);
    expect(await asked('/assets/main-1a2b3c4d.js')).toBe(200);
  });

  it('that was not built says how to build it, and links to what there is', async () => {
    const { app } = await startServer({ pageFolder: '/nowhere' });
    for (const url of ['/', '/runs/latest']) {
      const answer = await app.inject({ url });
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(answer.body).toContain('npm run build');
    }
    expect((await app.inject({ url: '/assets/main-1a2b3c4d.js' })).statusCode).toBe(404);
  });
});

describe('the files of the page', () => {
  it.each([
    ['main-1a2b3c4d.js', 'text/javascript; charset=utf-8', true],
    ['main-Bt_x-a9Z.css', 'text/css; charset=utf-8', true],
    ['mark-5e6f7a8b.svg', 'image/svg+xml', true],
    ['photo-7a8b9c0d.png', 'image/png', false],
    ['nested/deep-9c0d1e2f.js', 'text/javascript; charset=utf-8', true],
  ])('%s is kept by browsers, has its type, and is compressed: %s %s', async (name, type, isCompressed) => {
    const { app } = await startServer({ pageFolder: builtPage() });
    const plain = await app.inject({ url: `/assets/${name}` });
    const small = await app.inject({ url: `/assets/${name}`, headers: { 'accept-encoding': 'gzip, deflate, br' } });
    for (const { statusCode, headers } of [plain, small]) {
      expect([statusCode, headers['content-type'], headers['cache-control'], headers.vary]).toEqual([
        ...[200, type, 'public, max-age=31536000, immutable', 'accept-encoding'],
      ]);
    }
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(small.headers['content-encoding']).toBe(isCompressed ? 'gzip' : undefined);
    expect(isCompressed ? gunzipSync(small.rawPayload) : small.rawPayload).toEqual(plain.rawPayload);
  });

  it('with a name that stays are asked for again after an hour', async () => {
    const { app } = await startServer({ pageFolder: builtPage() });
    expect((await app.inject({ url: '/assets/icon.svg' })).headers['cache-control']).toBe('public, max-age=3600');
  });

  it('are smaller when compressed, and not compressed for who refuses it', async () => {
    const { app } = await startServer({ pageFolder: builtPage() });
    const asked = (encoding: string) =>
      app.inject({ url: '/assets/main-1a2b3c4d.js', headers: { 'accept-encoding': encoding } });
    expect((await asked('gzip')).rawPayload.length).toBeLessThan(SCRIPT.length / 10);
    for (const encoding of ['gzip;q=0', 'br', 'identity, gzip; q=0.0'])
      expect((await asked(encoding)).body).toBe(SCRIPT);
  });

  it.each([
    '/assets/',
    '/assets/nested',
    '/assets/missing.js',
    '/assets/../index.html',
    '/assets/..%2Findex.html',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.js',
    '/assets/..%5c..%5csecret.js',
    '/assets/%252e%252e/secret.js',
    '/assets/nested/../../../secret.js',
    '/assets//etc/passwd',
    '/assets/main-1a2b3c4d.js%00',
    '/assets/constructor',
  ])('are no way to %s', async (url) => {
    const { app } = await startServer({ pageFolder: builtPage() });
    const answer = await app.inject({ url });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not_found']);
  });
});
