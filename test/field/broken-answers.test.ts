import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadSettings } from '../../src/config/settings.ts';
import { AppError } from '../../src/core/errors.ts';
import { createGovernor } from '../../src/net/governor.ts';
import { createHttpClient, type HttpRequest } from '../../src/net/http-client.ts';
import { listen, portOf } from '../net/local-server.ts';
import { failureOf, get, SECRET } from '../net/test-client.ts';

/** As many requests at once as a table has rows. */
function wideClient(baseUrl: string, more: { timeoutMs?: number; maxResponseBytes?: number } = {}) {
  const governor = createGovernor({ side: 'komodor', concurrency: 64, minConcurrency: 64 });
  const limits = { timeoutMs: 5_000, maxResponseBytes: 1_000_000, ...more };
  const http = createHttpClient({
    side: 'komodor',
    baseUrl,
    headers: { 'x-api-key': SECRET },
    governor,
    secrets: [SECRET],
    ...limits,
  });
  onTestFinished(() => http.close());
  return http;
}

/** A server on a free port for the duration of one test. */
async function opened<T extends Server>(server: T): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${portOf(server.address())}`;
}

const STATUSES = [
  ...[300, 304, 305, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418],
  ...[421, 422, 423, 424, 425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 599],
];
/** Which are tried again: where doing it twice does no harm, and where it might. */
const TRIED_AGAIN = { repeatable: [408, 425, 429, 500, 502, 503, 504, 507, 520, 599], once: [429] };

/** A page as Komodor might send it, small enough to be cut at each of its bytes. */
const PAGE = JSON.stringify({
  data: { services: [{ kind: 'Deployment', service: 'café ☕' }] },
  meta: { token: null },
});
const WHOLE = [
  'HTTP/1.1 200 OK',
  'Connection: close',
  'Content-Type: application/json',
  `Content-Length: ${Buffer.byteLength(PAGE)}`,
  '',
  PAGE,
].join('\r\n');

describe('an answer that is not what it should be', () => {
  it('status-by-method-matrix: what is tried again depends on the status and on whether twice does harm, never on the verb', async () => {
    const calls = new Map<string, number>();
    const server = await listen(({ method, path }) => {
      const key = `${method} ${path}`;
      calls.set(key, (calls.get(key) ?? 0) + 1);
      return calls.get(key) === 1 && path !== '/ready' ? { status: Number(path.split('/')[2]) } : { json: 1 };
    });
    const http = wideClient(server.url);
    await http.request({ ...get, path: '/ready' });
    const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
    const requests = STATUSES.flatMap((status) =>
      methods.flatMap((method) =>
        [true, false].map((repeatable): HttpRequest => {
          return { ...get, method, repeatable, path: `/${repeatable ? 'repeatable' : 'once'}/${status}` };
        }),
      ),
    );
    await Promise.allSettled(requests.map((request) => http.request(request)));
    for (const method of methods) {
      for (const [how, expected] of Object.entries(TRIED_AGAIN)) {
        const again = STATUSES.filter((status) => calls.get(`${method} /${how}/${status}`) === 2);
        expect(again, `${method} ${how}`).toEqual(expected);
        expect(STATUSES.filter((status) => !calls.has(`${method} /${how}/${status}`))).toEqual([]);
      }
    }
  });

  it('ocean-0.40.0-cut-at-any-byte: an answer that breaks off, at whichever byte, is asked for again and comes whole', async () => {
    const bytes = Buffer.from(WHOLE);
    const asked = new Map<string, number>();
    const sockets = new Set<Socket>();
    const url = await opened(
      createTcpServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('data', (chunk) => {
          const [, path = ''] = /^GET (\S+)/.exec(String(chunk)) ?? [];
          asked.set(path, (asked.get(path) ?? 0) + 1);
          const isCut = path !== '/ready' && asked.get(path) === 1;
          socket.end(isCut ? bytes.subarray(0, Number(path.slice(1))) : bytes);
        });
      }),
    );
    const http = wideClient(url);
    await http.request({ ...get, path: '/ready' });
    const places = Array.from({ length: bytes.length }, (_, place) => place);
    const answers = await Promise.all(
      places.map((place) => http.request({ ...get, path: `/${place}`, attempts: 2, expect: 'json' })),
    );
    for (const answer of answers) expect(answer.text).toBe(PAGE);
    expect(places.filter((place) => asked.get(`/${place}`) !== 2)).toEqual([]);
    for (const socket of sockets) socket.destroy();
  });

  it('half-a-body-as-whole: a body that was cut and measured again is no answer either, at whichever byte', async () => {
    const body = Buffer.from(PAGE);
    const asked = new Map<string, number>();
    const url = await opened(
      createHttpServer(({ url: path = '' }: IncomingMessage, answer: ServerResponse) => {
        asked.set(path, (asked.get(path) ?? 0) + 1);
        const part = path !== '/ready' && asked.get(path) === 1 ? body.subarray(0, Number(path.slice(1))) : body;
        answer.writeHead(200, { 'content-type': 'application/json', 'content-length': part.length }).end(part);
      }),
    );
    const http = wideClient(url);
    await http.request({ ...get, path: '/ready' });
    const places = Array.from({ length: body.length }, (_, place) => place);
    const answers = await Promise.all(
      places.map((place) => http.request({ ...get, path: `/${place}`, attempts: 2, expect: 'json' })),
    );
    for (const answer of answers) expect(answer.text).toBe(PAGE);
    expect(places.filter((place) => asked.get(`/${place}`) !== 2)).toEqual([]);
  });

  it('gzip-bomb: an answer that grows without end when it is unpacked is given up, and not asked for again', async () => {
    const bomb = gzipSync(Buffer.alloc(40_000_000, ' '));
    let asked = 0;
    const url = await opened(
      createHttpServer((_request, answer) => {
        asked += 1;
        answer.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb);
      }),
    );
    const before = process.memoryUsage().arrayBuffers;
    const failure = await failureOf(wideClient(url).request({ ...get, expect: 'json' }));
    expect(failure.problem).toBe('too_large');
    expect(asked).toBe(1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });

  it('slow-loris: a body that trickles in for ever, and a host that says nothing, end with the deadline', async () => {
    const url = await opened(
      createHttpServer((request, answer) => {
        if (request.url !== '/drip') return;
        answer.writeHead(200);
        const drip = setInterval(() => answer.write(' '), 10);
        answer.on('close', () => clearInterval(drip));
      }),
    );
    const http = wideClient(url, { timeoutMs: 120 });
    for (const path of ['/drip', '/silent']) {
      expect((await failureOf(http.request({ ...get, path, attempts: 1 }))).problem).toBe('timeout');
    }
  });

  it('ocean-0.38.2-request-forgery: an answer cannot send the credentials elsewhere', async () => {
    const elsewhere = await listen(() => ({ json: 1 }));
    const targets = [elsewhere.url, elsewhere.url.replace('http:', ''), 'http://169.254.169.254/latest/meta-data/'];
    const forms = [
      ...targets,
      'http://[::ffff:169.254.169.254]/',
      'file:///etc/passwd',
      '/elsewhere',
      '//evil.example',
    ];
    const server = await listen(({ query }) => ({
      status: Number(query.get('status')),
      headers: {
        location: query.get('to') ?? '',
        refresh: `0; url=${elsewhere.url}`,
        link: `<${elsewhere.url}>; rel=next`,
      },
    }));
    const http = wideClient(server.url);
    let asked = 0;
    for (const status of ['301', '302', '303', '307', '308']) {
      for (const to of forms) {
        for (const method of ['GET', 'POST'] as const) {
          const failure = await failureOf(http.request({ ...get, method, query: { status, to } }));
          expect(failure).toMatchObject({ problem: 'status', status: Number(status) });
          asked += 1;
        }
      }
    }
    expect(server.seen).toHaveLength(asked);
    expect(new Set(server.seen.map(({ path }) => path))).toEqual(new Set(['/x']));
    expect(elsewhere.seen).toEqual([]);
  });

  it.for([
    'file:///etc/passwd',
    'ftp://api.komodor.com',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    'javascript:alert(1)',
    'data:text/plain,x',
    'unix:/var/run/docker.sock',
    'https://user:password@api.komodor.com',
    'https://api.komodor.com@evil.example',
    'https://api.komodor.com/?next=http://evil.example',
    'https://api.komodor.com/#@evil.example',
    '//evil.example',
    'api.komodor.com',
    'http://',
  ])('base-address-with-a-twist: an address that may mean another host is refused at the start: %s', (address) => {
    for (const name of ['KOMODOR_BASE_URL', 'PORT_BASE_URL']) {
      const env = { KOMODOR_API_KEY: 'k', PORT_CLIENT_ID: 'i', PORT_CLIENT_SECRET: 's', [name]: address };
      expect(() => loadSettings(env, { dotenvPath: '/dev/null' })).toThrow(AppError);
      expect(() => loadSettings(env, { dotenvPath: '/dev/null' })).toThrow(name);
    }
  });
});
