import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HttpResponse } from '../../src/net/http-client.ts';
import { portOf } from './local-server.ts';
import { client, failureOf, get } from './test-client.ts';

const JSON_TEXT = JSON.stringify({ name: 'käse', long: 'abcdefghij'.repeat(2000) });

/** A server for one test. */
async function serve(answer: (response: ServerResponse, accepts: string) => void): Promise<string> {
  const server = createServer((request, response) => answer(response, String(request.headers['accept-encoding'])));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${portOf(server.address())}`;
}

function sent(body: Buffer, encoding: string | undefined): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(200, encoding === undefined ? {} : { 'content-encoding': encoding });
    // In pieces that cut characters in two.
    for (let at = 0; at < body.length; at += 11) response.write(body.subarray(at, at + 11));
    response.end();
  };
}

const single = { ...get, attempts: 1, expect: 'json' } as const;

describe('an answer', () => {
  it.each([
    ['undefined', undefined, (body: Buffer) => body],
    ['identity', 'identity', (body: Buffer) => body],
    ['gzip', 'gzip', gzipSync],
    ['GZIP', 'GZIP', gzipSync],
    ['x-gzip', 'x-gzip', gzipSync],
    ['deflate', 'deflate', deflateSync],
    ['deflate without its envelope', 'deflate', deflateRawSync],
    ['br', 'br', brotliCompressSync],
    ['gzip without its checksum', 'gzip', (body: Buffer) => gzipSync(body).subarray(0, -8)],
  ])('is read whatever its encoding: %s', async (_name, encoding, encode) => {
    const url = await serve(sent(encode(Buffer.from(JSON_TEXT)), encoding));
    const response: HttpResponse = await client(url).request(single);
    expect(response.text).toBe(JSON_TEXT);
  });

  it('may be compressed in what we can read, and may begin with the mark of a byte order', async () => {
    let accepted = '';
    const url = await serve((response, accepts) => {
      accepted = accepts;
      response.end(`\ufeff${JSON_TEXT}`);
    });
    expect((await client(url).request(single)).json()).toEqual(JSON.parse(JSON_TEXT));
    expect(accepted).toBe('gzip, deflate, br');
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is too large by what it is when it is no longer compressed: %s', async (encoding, encode) => {
    const url = await serve(sent(encode(Buffer.alloc(5_000_000, '1')), encoding));
    expect((await failureOf(client(url).request(single))).problem).toBe('too_large');
  });

  it.each(['gzip', 'deflate', 'br'])('that is not compressed as it says is malformed: %s', async (encoding) => {
    const url = await serve(sent(Buffer.from(JSON_TEXT), encoding));
    expect((await failureOf(client(url).request(single))).problem).toBe('malformed');
  });

  it.each([
    [204, 'gzip'],
    [200, 'gzip'],
    [200, 'br'],
  ])('%i without a body is empty, although it names an encoding', async (status, encoding) => {
    const url = await serve((response) => response.writeHead(status, { 'content-encoding': encoding }).end());
    expect((await client(url).request({ ...get, attempts: 1 })).text).toBe('');
  });
});

describe('a request', () => {
  it('goes without the characters that HTTP takes in no header', async () => {
    let seen: unknown;
    const server = createServer((request, response) => {
      seen = request.headers['x-more'];
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const http = client(`http://127.0.0.1:${portOf(server.address())}`);
    await http.request({ ...get, headers: { 'x-more': ' a\u2013b\r\nc\u0000d ' } });
    expect(seen).toBe('abcd');
  });

  it('ends in time although nobody takes the connection further', async () => {
    const url = await serve((response) => void response.writeHead(200).flushHeaders());
    const failure = await failureOf(client(url, { timeoutMs: 100 }).request(single));
    expect(failure.problem).toBe('timeout');
  });

  it('ends when the host wants to speak something else', async () => {
    const url = await serve((response) => {
      response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
    });
    expect((await failureOf(client(url).request(single))).problem).toBe('reset');
  });

  it('ends when the client is closed, whether it is sent, waits, or has not begun', async () => {
    const url = await serve(() => undefined);
    const http = client(url);
    const all = Array.from({ length: 9 }, () => http.request(single));
    http.close();
    all.push(http.request(single));
    const ended = await Promise.allSettled(all);
    for (const one of ended) expect(one).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } });
  });
});
