import { describe, expect, it } from 'vitest';
import { API_TOKEN, bearer, CLIENT_SECRET, hook, listening, sendRaw, startServer, WEBHOOK_SECRET } from './support.ts';

describe('health', () => {
  it('lives', async () => {
    const { app } = await startServer();
    expect((await app.inject({ url: '/health/live' })).json()).toEqual({
      status: 'healthy',
      check: 'live',
      version: '1.2.3',
    });
  });

  it('is ready only when every check is', async () => {
    const good = { name: 'jq', ok: true, detail: 'jq 1.7.1' };
    const bad = { name: 'queue', ok: false, detail: 'Redis is away' };
    const healthy = await startServer({ checks: async () => [good] });
    const answer = await healthy.app.inject({ url: '/health/ready' });
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { status: 'healthy', check: 'ready', version: '1.2.3', checks: [good] },
    ]);
    const ill = await startServer({ checks: async () => [good, bad] });
    const refused = await ill.app.inject({ url: '/health/ready' });
    expect([refused.statusCode, refused.json()]).toMatchObject([503, { status: 'unhealthy', checks: [good, bad] }]);
  });

  it.each([
    ['fail', async () => Promise.reject(new Error('broken')), 'broken'],
    ['never answer', () => new Promise<never>(() => undefined), 'no answer within 0.02 s'],
  ])('is not ready when the checks themselves %s', async (_name, checks, detail) => {
    const { app } = await startServer({ checks, limits: { readinessTimeoutMs: 20 } });
    const answer = await app.inject({ url: '/health/ready' });
    expect([answer.statusCode, answer.json().checks]).toEqual([503, [{ name: 'checks', ok: false, detail }]]);
  });

  it('shares one round of checks among callers at the same time', async () => {
    let rounds = 0;
    const checks = async () => {
      rounds += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return [];
    };
    const { app } = await startServer({ checks });
    await Promise.all(Array.from({ length: 50 }, () => app.inject({ url: '/health/ready' })));
    expect(rounds).toBe(1);
    await app.inject({ url: '/health/ready' });
    expect(rounds).toBe(2);
  });
});

describe('pages', () => {
  it.each(['/metrics', '/metrics/'])('gives metrics at %s', async (url) => {
    const { app } = await startServer();
    const answer = await app.inject({ url });
    expect([answer.headers['content-type'], answer.body]).toEqual([
      'text/plain; version=0.0.4; charset=utf-8',
      'up 1\n',
    ]);
  });

  it('links only to what is there', async () => {
    const { app } = await startServer({ pageFolder: '/nowhere' });
    const page = await app.inject({ url: '/' });
    const links = [...page.body.matchAll(/href="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(links).toEqual(expect.arrayContaining(['/docs', '/metrics', '/v1/runs']));
    for (const url of links) expect((await app.inject({ url, headers: bearer })).statusCode).toBe(200);
  });
});

describe('answers', () => {
  it('carry security headers and a request id', async () => {
    const { app } = await startServer();
    for (const url of ['/', '/v1/runs', '/nope', '/docs', '/docs/static/swagger-ui.css', '/metrics', '/assets/nope']) {
      const answer = await app.inject({ url, headers: { 'x-request-id': 'abc-1' } });
      expect(answer.headers).toMatchObject({
        'x-request-id': 'abc-1',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(answer.headers['content-security-policy']).toMatch(/default-src '(self|none)'.*frame-ancestors 'none'/);
      expect(answer.headers['content-security-policy']).not.toMatch(/upgrade-insecure-requests|https?:/);
    }
    const own = await app.inject({ url: '/nope', headers: { 'x-request-id': 'a b\u0007' } });
    expect(own.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(own.json().requestId).toBe(own.headers['x-request-id']);
  });

  it.each([
    ['an unknown address', 'GET', '/nope', 404, 'not_found'],
    ['a method that an address does not have', 'PUT', '/v1/runs', 404, 'not_found'],
    ['an address that cannot be decoded', 'GET', '/v1/runs/%zz', 400, 'bad_request'],
    ['a path parameter without end', 'GET', `/v1/runs/${'x'.repeat(2_000)}`, 400, 'bad_request'],
    ['a run id that is too long', 'GET', `/v1/runs/${'x'.repeat(300)}`, 400, 'invalid_request'],
  ] as const)('to %s are problems', async (_name, method, url, status, code) => {
    const { app } = await startServer();
    const answer = await app.inject({ method, url, headers: bearer });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('tell nobody what went wrong inside, but log it', async () => {
    const { app, log } = await startServer({ metrics: async () => Promise.reject(new Error('inner detail')) });
    const answer = await app.inject({ url: '/metrics' });
    expect([answer.statusCode, answer.json().code]).toEqual([500, 'internal']);
    expect(answer.body).not.toContain('inner detail');
    expect(log()).toContain('inner detail');
    expect(log()).toContain(answer.json().requestId);
  });
});

describe('the log', () => {
  it('never holds a secret or a signature, wherever it was sent', async () => {
    const { app, log } = await startServer();
    const canaries = {
      authorization: 'Bearer canary-1',
      'x-webhook-token': 'canary-2',
      'x-signature': 'sha256=canary3',
    };
    const signed = { 'x-port-signature': 'v1,canary4', 'x-port-timestamp': String(Date.now()) };
    for (const headers of [bearer, hook, canaries, signed]) {
      for (const url of [
        `/webhooks/komodor/${WEBHOOK_SECRET}`,
        '/webhooks/komodor/canary-5',
        '/webhooks/komodr/canary-6',
        '/webhooks/komodor/canary-7/%zz',
        '/v1/runs?token=canary-8',
        '/integration/webhook/flux',
        '/resync',
      ]) {
        for (const method of ['GET', 'POST'] as const)
          await app.inject({ method, url, headers, payload: '{"x":"canary-9"' });
      }
    }
    expect(log()).toContain('/webhooks/komodor/:secret');
    expect(log()).not.toMatch(/canary/);
    for (const secret of [API_TOKEN, WEBHOOK_SECRET, CLIENT_SECRET]) expect(log()).not.toContain(secret);
  });
});

describe('limits', () => {
  it.each([
    ['reads', { readsPerMinute: 3 }, { method: 'GET', url: '/v1/runs', headers: bearer }],
    ['changes', { changesPerMinute: 3 }, { method: 'POST', url: '/v1/runs', headers: bearer }],
    ['webhooks', { webhooksPerMinute: 3 }, { method: 'POST', url: '/webhooks/komodor', headers: hook, payload: {} }],
    ['wrong credentials', { failuresPerMinute: 3 }, { method: 'GET', url: '/v1/runs' }],
    ['unknown addresses', { failuresPerMinute: 3 }, { method: 'GET', url: '/nope' }],
  ] as const)('hold back too many %s', async (_name, limits, request) => {
    const { app } = await startServer({ limits });
    const answers = [];
    for (let index = 0; index < 5; index += 1) answers.push(await app.inject(request));
    expect(answers.map((answer) => answer.statusCode === 429)).toEqual([false, false, false, true, true]);
    const last = answers[4];
    expect(last?.json().code).toBe('too_many_requests');
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('spare health checks and metrics', async () => {
    const { app } = await startServer({ limits: { readsPerMinute: 1 } });
    for (let index = 0; index < 5; index += 1) {
      for (const url of ['/health/live', '/health/ready', '/metrics']) {
        expect((await app.inject({ url })).statusCode).toBe(200);
      }
    }
  });

  it('do not lock out the right token after wrong ones', async () => {
    const { app } = await startServer({ limits: { failuresPerMinute: 1 } });
    for (let index = 0; index < 3; index += 1) await app.inject({ url: '/v1/runs' });
    expect((await app.inject({ url: '/v1/runs', headers: bearer })).statusCode).toBe(200);
  });
});

describe('connections', () => {
  const limits = { headersTimeoutMs: 100, requestTimeoutMs: 200, timeoutCheckMs: 20 };
  const start = `POST /v1/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${API_TOKEN}\r\nContent-Type: application/json\r\n`;

  it.each([
    ['headers that come drop by drop', [...start].slice(0, 50), 10],
    ['a body that never ends', [`${start}Content-Length: 9999\r\n\r\n`, '{'], 10],
  ])('are closed on %s', async (_name, pieces, pauseMs) => {
    const server = await startServer({ limits });
    const { port } = await listening(server);
    const answer = await sendRaw(port, pieces, pauseMs);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"request_timeout"');
    expect(server.runs).toHaveLength(0);
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n', '400', 'bad_request'],
    ['headers without end', `${start}X: ${'x'.repeat(100_000)}\r\n\r\n`, '431', 'headers_too_large'],
    ['two lengths', `${start}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`, '400', 'bad_request'],
    [
      'a length and chunks',
      `${start}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      '400',
      'bad_request',
    ],
  ])('get a problem for %s', async (_name, bytes, status, code) => {
    const server = await startServer({ limits });
    const { port } = await listening(server);
    const answer = await sendRaw(port, [bytes]);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain('Content-Type: application/problem+json');
    expect(answer).toContain(`"code":"${code}"`);
    expect(server.runs).toHaveLength(0);
  });

  it('do not keep the server from closing', async () => {
    const server = await startServer({ limits: { closeGraceMs: 50 } });
    const { port } = await listening(server);
    const slow = sendRaw(port, [`${start}Content-Length: 9999\r\n\r\n`, '{', ' ', ' '], 20);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.app.close();
    expect(await slow).not.toContain('202');
  });

  it('cannot be opened twice on one port, which is said in plain words', async () => {
    const { port } = await listening(await startServer());
    const { listen } = await import('../../src/server/server.ts');
    await expect(listen((await startServer()).app, '127.0.0.1', port)).rejects.toThrow(/HTTP_PORT \d+: .*EADDRINUSE/);
  });
});
