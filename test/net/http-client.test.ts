import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpFailure } from '../../src/net/http-failure.ts';
import { listen, portOf } from './local-server.ts';
import { SELF_SIGNED } from './self-signed.ts';
import { client, failureOf, get, SECRET } from './test-client.ts';

describe('a request', () => {
  it('carries headers, repeated query keys, a JSON body and the authorization', async () => {
    const server = await listen(() => ({ json: { ok: true } }));
    const response = await client(`${server.url}/api/v2/`).request({
      ...get,
      method: 'POST',
      query: { a: ['1', '2'], b: false, c: undefined, d: 'ü&=' },
      body: { kind: ['Deployment'] },
      headers: { 'x-more': 'yes' },
      authorize: async () => 'Bearer abcd',
    });
    expect(response.json()).toEqual({ ok: true });
    expect(response.status).toBe(200);
    expect(server.seen).toMatchObject([{ method: 'POST', path: '/api/v2/x', bodyText: '{"kind":["Deployment"]}' }]);
    expect(server.seen[0]?.headers).toMatchObject({
      'x-api-key': SECRET,
      'x-more': 'yes',
      authorization: 'Bearer abcd',
      'content-type': 'application/json',
    });
    expect([...(server.seen[0]?.query ?? [])]).toEqual([
      ['a', '1'],
      ['a', '2'],
      ['b', 'false'],
      ['d', 'ü&='],
    ]);
  });

  it('sends a serialized body byte by byte', async () => {
    const server = await listen(() => ({ status: 204 }));
    const response = await client(server.url).request({ ...get, method: 'PUT', bodyText: '{"b":1, "a":"\u00fc"}' });
    expect(server.seen[0]?.bodyText).toBe('{"b":1, "a":"ü"}');
    expect(response.json()).toBeUndefined();
  });

  it('tries again until it is answered', async () => {
    const server = await listen((_seen, call) => (call < 3 ? { status: 500 } : { json: [1] }));
    expect((await client(server.url).request(get)).json()).toEqual([1]);
    expect(server.seen).toHaveLength(3);
  });

  it('timeout, tried again only where there are attempts to spare', async () => {
    const server = await listen((_seen, call) => (call === 1 ? { json: 1 } : { fault: 'hang' }));
    const http = client(server.url, { timeoutMs: 1_000 });
    await http.request(get);
    expect((await failureOf(http.request({ ...get, attempts: 2 }))).problem).toBe('timeout');
    expect(server.seen).toHaveLength(2);
    expect((await failureOf(http.request({ ...get, attempts: 5 }))).problem).toBe('timeout');
    expect(server.seen).toHaveLength(4);
  });

  it('stops after the attempts it may make', async () => {
    const server = await listen(() => ({ status: 502, text: '<html>Bad gateway</html>' }));
    const failure = await failureOf(client(server.url).request({ ...get, attempts: 2 }));
    expect(failure).toMatchObject({ problem: 'status', status: 502, bodyText: '<html>Bad gateway</html>' });
    expect(server.seen).toHaveLength(2);
  });

  it('does not repeat what may have been done, unless the host only asked for patience', async () => {
    const server = await listen((_seen, call) =>
      call === 1 ? { status: 429, headers: { 'retry-after': '0' } } : { status: 500 },
    );
    const failure = await failureOf(client(server.url).request({ ...get, method: 'POST', repeatable: false }));
    expect(failure.status).toBe(500);
    expect(server.seen).toHaveLength(2);
  });

  it('waits out a rate limit apart from its attempts', async () => {
    const server = await listen((_seen, call) =>
      call <= 3 ? { status: 429, headers: { 'retry-after': '0' } } : { json: 1 },
    );
    await client(server.url).request({ ...get, attempts: 2 });
    expect(server.seen).toHaveLength(4);
  });

  it('asks for the authorization anew before each attempt', async () => {
    const server = await listen((_seen, call) => (call === 1 ? { status: 500 } : { json: 1 }));
    let token = 0;
    async function authorize(): Promise<string> {
      token += 1;
      return `Bearer ${token}`;
    }
    await client(server.url).request({ ...get, authorize });
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2']);
  });

  it('stops when told to', async () => {
    const controller = new AbortController();
    const server = await listen(() => {
      setImmediate(() => controller.abort(new Error('enough')));
      return { fault: 'hang' };
    });
    await expect(client(server.url).request({ ...get, signal: controller.signal })).rejects.toThrow('enough');
    expect(server.seen).toHaveLength(1);
  });
});

describe('a failure', () => {
  it.each([
    ['Port', { ok: false, error: 'not_found', message: 'no such thing' }, 'not_found', 'no such thing'],
    [
      'Komodor',
      { error: { code: 4004, message: 'bad request', fieldErrors: [{ field: 'kind', message: 'empty' }] } },
      '4004',
      'bad request; kind: empty',
    ],
    ['Komodor in short', { error: 'bad_request' }, 'bad_request', undefined],
    ['the gateway', { Status: 'Forbidden' }, undefined, 'Forbidden'],
    ['nobody', [1], undefined, undefined],
  ])('says what %s said', async (_who, json, errorCode, apiMessage) => {
    const server = await listen(() => ({ status: 400, json }));
    const failure = await failureOf(client(server.url).request({ ...get, query: { token: 'query-token' } }));
    expect(failure).toMatchObject({
      side: 'komodor',
      problem: 'status',
      status: 400,
      method: 'GET',
      path: '/x',
      errorCode,
      apiMessage,
    });
    expect(failure.message).toMatch(/^Komodor answered 400 \(Bad Request\) to GET \/x/);
    expect(failure.message).not.toContain('query-token');
  });

  it('holds no secret, header, query or library error', async () => {
    const server = await listen(({ headers, query }) => ({
      status: 422,
      json: { error: `${headers['x-api-key']}`, message: `${headers.authorization} ${query.get('q')}`, all: headers },
    }));
    const failure = await failureOf(
      client(server.url).request({
        ...get,
        path: `/x/${encodeURIComponent(SECRET)}`,
        query: { q: SECRET },
        authorize: async () => 'Bearer live-token',
      }),
    );
    const everything = JSON.stringify({ ...failure, message: failure.message, stack: failure.stack });
    for (const secret of [SECRET, encodeURIComponent(SECRET), 'live-token', 's3cr3t'])
      expect(everything).not.toContain(secret);
    expect(failure.cause).toBeUndefined();
  });

  it('says how long the host wants us to wait', async () => {
    const server = await listen(() => ({ status: 429, headers: { 'retry-after': '9' } }));
    expect((await failureOf(client(server.url).request({ ...get, attempts: 1 }))).retryAfterMs).toBe(9000);
  });

  it.each([
    // A kept-alive connection that breaks before the answer begins is replaced once, which is no attempt of its own.
    ['reset', { fault: 'reset' }, 4],
    ['reset', { fault: 'cut', json: { long: 'x'.repeat(1000) } }, 3],
    ['malformed', { text: '<html>not JSON</html>' }, 3],
    ['malformed', { text: '' }, 3],
  ] as const)('%s, tried again', async (problem, reply, requests) => {
    const server = await listen((_seen, call) => (call === 1 ? { json: 1 } : reply));
    const http = client(server.url);
    await http.request(get);
    expect((await failureOf(http.request({ ...get, attempts: 2, expect: 'json' }))).problem).toBe(problem);
    expect(server.seen).toHaveLength(requests);
  });

  it('is malformed when a compressed body ends early', async () => {
    const half = gzipSync(JSON.stringify('abcdefghij'.repeat(500))).subarray(0, 20);
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': half.length });
      response.end(half);
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const failure = await failureOf(
      client(`http://127.0.0.1:${portOf(server.address())}`).request({ ...get, attempts: 1, expect: 'json' }),
    );
    expect(failure.problem).toBe('malformed');
  });

  it('is a timeout when the body trickles in for ever', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, 'listening');
    const http = client(`http://127.0.0.1:${portOf(server.address())}`, { timeoutMs: 150 });
    expect((await failureOf(http.request({ ...get, attempts: 1 }))).problem).toBe('timeout');
  });

  it('comes late when nobody expected JSON', async () => {
    const server = await listen(() => ({ text: 'hello' }));
    const response = await client(server.url).request(get);
    expect(response.text).toBe('hello');
    expect(() => response.json()).toThrow(HttpFailure);
  });

  it('names an answer that is too large', async () => {
    const server = await listen(() => ({ json: 'x'.repeat(5000) }));
    const http = client(server.url, { maxResponseBytes: 1000 });
    expect((await failureOf(http.request(get))).problem).toBe('too_large');
    expect(server.seen).toHaveLength(1);
  });

  it('follows no redirect', async () => {
    const other = await listen(() => ({ json: 1 }));
    const server = await listen(() => ({ status: 302, headers: { location: other.url } }));
    const failure = await failureOf(client(server.url).request(get));
    expect(failure).toMatchObject({ problem: 'status', status: 302 });
    expect(failure.message).toContain('KOMODOR_BASE_URL');
    expect(other.seen).toHaveLength(0);
  });

  it('comes within seconds when there is nobody at the address', async () => {
    const failure = await failureOf(client('http://127.0.0.1:1').request(get));
    expect(failure.problem).toBe('unreachable');
    expect(failure.message).toContain('127.0.0.1:1 cannot be reached (ECONNREFUSED)');
  });

  it('names NODE_EXTRA_CA_CERTS for a certificate that nobody signed', async () => {
    const server = createTlsServer(SELF_SIGNED, (_request, response) => response.end('{}')).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const failure = await failureOf(client(`https://127.0.0.1:${portOf(server.address())}`).request(get));
    expect(failure.problem).toBe('tls');
    expect(failure.message).toContain('NODE_EXTRA_CA_CERTS');
  });
});
