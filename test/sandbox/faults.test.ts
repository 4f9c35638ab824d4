import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { FaultBook } from '../../src/sandbox/fault-book.ts';
import type { SandboxServer } from '../../src/sandbox/http.ts';
import { parseFault } from '../../src/sandbox/parse-fault.ts';
import { startServer } from '../../src/sandbox/start-server.ts';

describe('parseFault', () => {
  it.each([
    ['services page 3 -> 500 twice', { route: 'services', page: 3, times: 2, action: { type: 'status', status: 500 } }],
    ['services -> ignore-cursor', { route: 'services', action: { type: 'named', name: 'ignore-cursor', args: [] } }],
    ['token -> expires-in 2', { route: 'token', action: { type: 'named', name: 'expires-in', args: ['2'] } }],
    [
      'bulk call 2 -> refuse-item 7 422',
      { route: 'bulk', call: 2, action: { type: 'named', name: 'refuse-item', args: ['7', '422'] } },
    ],
    ['risks from 2 -> hang', { route: 'risks', from: 2, action: { type: 'hang' } }],
    [
      'services call 1 -> 429 retry-after 3',
      { route: 'services', call: 1, action: { type: 'status', status: 429, retryAfter: '3' } },
    ],
    [
      'bulk -> 503 retry-after Wed, 21 Oct 2026 07:28:00 GMT once',
      {
        route: 'bulk',
        times: 1,
        action: { type: 'status', status: 503, retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT' },
      },
    ],
    ['bulk -> reset x2', { route: 'bulk', times: 2, action: { type: 'reset' } }],
    ['  risks   page 2   from 4 ->  slow 20 ', { route: 'risks', page: 2, from: 4, action: { type: 'slow', ms: 20 } }],
    ['bulk -> 429 reset 12', { route: 'bulk', action: { type: 'status', status: 429, rateReset: '12' } }],
    ['* -> cut at 0%', { route: '*', action: { type: 'cut', percent: 0 } }],
    ['* -> break at 99.5%', { route: '*', action: { type: 'break', percent: 99.5 } }],
    ['* -> stall', { route: '*', action: { type: 'stall' } }],
    ['bulk -> lost', { route: 'bulk', action: { type: 'lost', end: 'reset' } }],
    ['bulk -> lost hang once', { route: 'bulk', times: 1, action: { type: 'lost', end: 'hang' } }],
    ['bulk -> lost 504', { route: 'bulk', action: { type: 'lost', end: 504 } }],
    ['* -> garbage 502', { route: '*', action: { type: 'garbage', status: 502 } }],
    ['* -> blank', { route: '*', action: { type: 'blank' } }],
    ['* -> cut', { route: '*', action: { type: 'cut' } }],
    ['clusters -> garbage once', { route: 'clusters', times: 1, action: { type: 'garbage' } }],
  ])('reads %s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  it.each([
    ['', 'is not of the form'],
    ['services', 'is not of the form'],
    ['services ->', 'is not of the form'],
    ['-> hang', 'is not of the form'],
    ['services -> twice', 'not what'],
    ['services every 3 -> hang', 'unknown condition "every"'],
    ['services page -> hang', '"page" needs a whole number'],
    ['services page 0 -> hang', '"page" needs a whole number'],
    ['services -> slow', '"slow" needs a whole number'],
    ['services -> 999', 'no HTTP status'],
    ['services -> 429 after 3', 'only "retry-after VALUE"'],
    ['services -> 429 reset', 'only "retry-after VALUE"'],
    ['services -> cut at', 'only "at N%"'],
    ['services -> stall at 101%', 'only "at N%"'],
    ['services -> lost 99', 'no HTTP status'],
    ['services -> hang 3', 'takes no argument'],
  ])('refuses "%s" and says why', (text, message) => {
    expect(() => parseFault(text)).toThrow(message);
  });
});

describe('FaultBook', () => {
  it('applies a fault to the call, page or following calls that it names', () => {
    const book = new FaultBook(['a call 2 -> 500', 'b page 3 -> hang', 'c from 2 -> reset']);
    expect([book.take('a'), book.take('a'), book.take('a')].map((found) => found?.type)).toEqual([
      undefined,
      'status',
      undefined,
    ]);
    expect([book.take('b', 1), book.take('b', 3), book.take('b')].map((found) => found?.type)).toEqual([
      undefined,
      'hang',
      undefined,
    ]);
    expect([book.take('c'), book.take('c'), book.take('c')].map((found) => found?.type)).toEqual([
      undefined,
      'reset',
      'reset',
    ]);
  });

  it('uses a fault up', () => {
    const book = new FaultBook(['a -> 500 twice']);
    expect([1, 2, 3].map(() => book.take('a')?.type)).toEqual(['status', 'status', undefined]);
  });

  it('tells a named fault to the request it applies to, however often that one asks', () => {
    const book = new FaultBook(['a -> odd 7 once', 'b call 2 -> even']);
    book.take('a');
    expect(book.named('a', 'odd')).toEqual(['7']);
    expect(book.named('a', 'odd')).toEqual(['7']);
    expect(book.named('a', 'other')).toBeUndefined();
    book.take('a');
    expect(book.named('a', 'odd')).toBeUndefined();
    book.take('b');
    expect(book.named('b', 'even')).toBeUndefined();
    book.take('b');
    expect(book.named('b', 'even')).toEqual([]);
  });

  it('lets a transport fault win over a named one', () => {
    const book = new FaultBook(['a -> odd', 'a call 2 -> 502']);
    expect([book.take('a')?.type, book.take('a')?.type]).toEqual(['named', 'status']);
  });

  it('starts anew after clear', () => {
    const book = new FaultBook(['a call 1 -> 500']);
    book.take('a');
    book.clear();
    expect(book.take('a')).toBeUndefined();
    book.clear();
    book.add('a call 1 -> 500');
    expect(book.take('a')?.type).toBe('status');
  });
});

describe('startServer', () => {
  let server: SandboxServer | undefined;
  const handled: string[] = [];
  afterEach(async () => {
    handled.length = 0;
    await server?.close();
  });

  async function start(...faults: string[]): Promise<string> {
    server = await startServer({
      handler: (request) => {
        handled.push(request.path);
        return { status: 200, body: { path: request.path, body: request.body ?? null } };
      },
      routeOf: (request) => request.segments[0] ?? 'root',
      pageOf: (request) => Number(request.query.get('page') ?? 1),
      faults: new FaultBook(faults),
      maxBodyBytes: 20,
    });
    return server.url;
  }

  it('decodes each segment on its own, parses the body and keeps a log', async () => {
    const url = await start();
    const answer = await fetch(`${url}/a/x%2Fy/%C3%BC?q=1`, { method: 'PUT', body: '{"a":"ü"}' });
    expect(await answer.json()).toEqual({ path: '/a/x/y/ü', body: { a: 'ü' } });
    expect(server?.log).toEqual([
      { method: 'PUT', path: '/a/x/y/ü', route: 'a', status: 200, query: 'q=1', bodyBytes: 10 },
    ]);
    expect(await (await fetch(`${url}/a`, { method: 'POST', body: 'no json' })).json()).toEqual({
      path: '/a',
      body: null,
    });
    expect((await fetch(`${url}/a`, { method: 'POST', body: 'x'.repeat(21) })).status).toBe(413);
  });

  it('answers with statuses and garbage, page by page', async () => {
    const url = await start('a page 2 -> 429 retry-after 3', 'b -> garbage');
    expect((await fetch(`${url}/a?page=1`)).status).toBe(200);
    const limited = await fetch(`${url}/a?page=2`);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3']);
    const garbage = await fetch(`${url}/b`);
    expect(garbage.status).toBe(200);
    await expect(garbage.json()).rejects.toThrow();
  });

  it('cuts an answer in half so that only its JSON shows it', async () => {
    const url = await start('a -> cut once');
    const cut = await fetch(`${url}/a`);
    const text = await cut.text();
    const whole = await (await fetch(`${url}/a`)).text();
    expect(cut.headers.get('content-length')).toBe(String(text.length));
    expect(text).toBe(whole.slice(0, Math.floor(whole.length / 2)));
  });

  it('resets connections, and hangs until the client has had enough', async () => {
    const url = await start('a -> reset', 'b -> hang');
    const code = await new Promise<unknown>((resolve) => {
      httpRequest(`${url}/a`)
        .on('error', (error) => resolve('code' in error ? error.code : error))
        .end();
    });
    expect(code).toBe('ECONNRESET');
    await expect(fetch(`${url}/b`, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
    expect(server?.log.map(({ status }) => status)).toEqual([0, 0]);
  });

  it('promises more than it sends, up to the last byte, and breaks off or falls silent', async () => {
    const url = await start('a -> break at 0%', 'b -> break at 100%', 'c -> stall at 50%');
    for (const route of ['a', 'b']) {
      const answer = await fetch(`${url}/${route}`);
      expect(answer.status).toBe(200);
      await expect(answer.text()).rejects.toThrow();
    }
    const stalled = await fetch(`${url}/c`, { signal: AbortSignal.timeout(50) });
    expect(stalled.status).toBe(200);
    await expect(stalled.text()).rejects.toThrow();
  });

  it('does what was asked although the answer is lost', async () => {
    const url = await start('a -> lost', 'b -> lost hang', 'c -> lost 504');
    await expect(fetch(`${url}/a`)).rejects.toThrow();
    await expect(fetch(`${url}/b`, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
    expect((await fetch(`${url}/c`)).status).toBe(504);
    expect(handled).toEqual(['/a', '/b', '/c']);
  });

  it('answers with web pages, with nothing, and with a limit that ends when it says', async () => {
    const url = await start('a -> garbage 502', 'b -> blank', 'c -> 429 reset 12');
    const page = await fetch(`${url}/a`);
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html']);
    expect(await (await fetch(`${url}/b`)).text()).toBe('');
    expect((await fetch(`${url}/c`)).headers.get('x-ratelimit-reset')).toBe('12');
  });

  it('drops at one door only those who came through it', async () => {
    const url = await start('a -> hang');
    const door = await server?.openDoor();
    const waiting = fetch(`${door?.url}/a`);
    const gone = expect(waiting).rejects.toThrow();
    expect((await fetch(`${url}/b`)).status).toBe(200);
    await door?.close();
    await gone;
    await expect(fetch(`${door?.url}/b`)).rejects.toThrow();
    expect((await fetch(`${url}/b`)).status).toBe(200);
  });
});
