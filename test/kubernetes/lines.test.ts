import { once, setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { KubernetesApi } from '../../src/kubernetes/api.ts';
import { createKubernetesApi } from '../../src/kubernetes/api.ts';
import { statusOf } from '../../src/kubernetes/status.ts';
import { createGovernor } from '../../src/net/governor.ts';
import { failureOf } from '../net/test-client.ts';
import { apiOf, json, plainConnection, signal, startPlainServer, statusBody } from './api-server.ts';

const PATH = '/api/v1/pods';

async function collect(api: KubernetesApi, idleMs = 5000): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { value } of api.lines(PATH, { watch: true }, { idleMs }, signal)) found.push(value);
  return found;
}

describe('lines of a stream', () => {
  it('are documents, whatever the pieces in which they come', async () => {
    const text = Buffer.from('{"name":"日本"}\n\r\n\n{"n":1}\n{"last":"ü"}');
    const url = await startPlainServer(async (_request, response) => {
      for (const byte of text) {
        response.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    expect(await collect(apiOf(plainConnection(url)))).toEqual([{ name: '日本' }, { n: 1 }, { last: 'ü' }]);
  });

  it('are told with their size, and asked for with the query', async () => {
    const asked: unknown[] = [];
    const url = await startPlainServer((request, response) => {
      asked.push(request.url);
      response.end('{"a":1}\n{}\n');
    });
    const sizes: number[] = [];
    const query = { watch: true, resourceVersion: '7', fieldSelector: undefined };
    for await (const { bytes } of apiOf(plainConnection(url)).lines(PATH, query, { idleMs: 5000 }, signal))
      sizes.push(bytes);
    expect(sizes).toEqual([7, 2]);
    expect(asked).toEqual([`${PATH}?watch=true&resourceVersion=7`]);
  });

  it.each([
    { fault: 'a cut in the middle of a line', send: '{"a":1}\n{"b"', end: 'destroy', problem: 'reset', read: 1 },
    { fault: 'a cut between lines', send: '{"a":1}\n', end: 'destroy', problem: 'reset', read: 1 },
    { fault: 'a clean end in the middle of a line', send: '{"a":1}\n{"b"', end: 'end', problem: 'malformed', read: 1 },
    { fault: 'a line that is no JSON', send: '{"a":1}\n<html>\n', end: 'end', problem: 'malformed', read: 1 },
    { fault: 'nothing for too long', send: '{"a":1}\n', end: 'nothing', problem: 'timeout', read: 1 },
    {
      fault: 'a line without an end',
      send: `{"a":1}\n"${'x'.repeat(17 * 1024 * 1024)}`,
      end: 'nothing',
      problem: 'too_large',
      read: 1,
    },
  ] as const)('fail at $fault, after what came before', async ({ send, end, problem, read }) => {
    const url = await startPlainServer((_request, response) => {
      response.write(send, () => {
        if (end === 'end') response.end();
        if (end === 'destroy') setImmediate(() => response.destroy());
      });
    });
    const found: unknown[] = [];
    const api = apiOf(plainConnection(url));
    const idleMs = end === 'nothing' && problem === 'timeout' ? 50 : 5000;
    const reading = async () => {
      for await (const { value } of api.lines(PATH, {}, { idleMs }, signal)) found.push(value);
    };
    const failure = await failureOf(reading());
    expect(failure).toMatchObject({ side: 'kubernetes', problem, path: PATH });
    expect(failure.message).toMatch(/^the Kubernetes API/);
    expect(found).toHaveLength(read);
  });

  it.each([
    { status: 500, times: 1 },
    { status: 503, times: 2 },
    { status: 429, times: 1 },
  ])('are asked for again after $status', async ({ status, times }) => {
    const url = await startPlainServer((_request, response, call) => {
      if (call <= times) json(response, statusBody(status, 'Busy', 'later'), status, { 'retry-after': '0' });
      else response.end('{"a":1}\n');
    });
    expect(await collect(apiOf(plainConnection(url)))).toEqual([{ a: 1 }]);
  });

  it.each([
    [400, 'BadRequest'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [404, 'NotFound'],
    [410, 'Expired'],
  ])('end with a status %i, which is final and says what the server says', async (status, reason) => {
    let calls = 0;
    const url = await startPlainServer((_request, response) => {
      calls += 1;
      json(response, statusBody(status, reason, `no: ${reason}`), status);
    });
    const failure = await failureOf(collect(apiOf(plainConnection(url))));
    expect(failure).toMatchObject({ problem: 'status', status });
    expect(statusOf(failure)).toMatchObject({ code: status, reason, message: `no: ${reason}` });
    expect(calls).toBe(1);
  });

  it('are asked for again when the connection breaks before there is an answer', async () => {
    const url = await startPlainServer((request, response, call) => {
      if (call === 1) request.socket.destroy();
      else response.end('{"a":1}\n');
    });
    expect(await collect(apiOf(plainConnection(url)))).toEqual([{ a: 1 }]);
  });

  it('wait no longer for the head of an answer than for any answer', async () => {
    const url = await startPlainServer(() => undefined);
    const failure = await failureOf(collect(apiOf(plainConnection(url), { timeoutMs: 50 })));
    expect(failure).toMatchObject({ problem: 'timeout' });
  });

  it('hold none of the requests that may be in flight', async () => {
    const url = await startPlainServer((request, response) => {
      if (request.url?.includes('watch') === true) response.write('{"a":1}\n');
      else json(response, { ok: true });
    });
    const api = apiOf(plainConnection(url), { concurrency: 1 });
    const stream = api.lines(PATH, { watch: true }, { idleMs: 60_000 }, signal);
    expect(await stream.next()).toMatchObject({ value: { value: { a: 1 } } });
    expect(await api.get('/version', {}, signal)).toMatchObject({ body: { ok: true } });
    await stream.return();
  });

  it.each(['waits for a line', 'works on one', 'is closed with the client'])(
    'end at once when the reader %s and stops',
    async (how) => {
      let whenClosed = (): void => undefined;
      const closed = new Promise<void>((resolve) => {
        whenClosed = resolve;
      });
      const url = await startPlainServer((request, response) => {
        request.socket.on('close', () => whenClosed());
        response.write('{"a":1}\n{"b":2}\n');
      });
      const governor = createGovernor({ side: 'kubernetes', concurrency: 1 });
      const common = { timeoutMs: 5000, maxResponseBytes: 1000, secrets: [] };
      const api = createKubernetesApi({ connection: plainConnection(url), governor, ...common });
      const stop = new AbortController();
      const stream = api.lines(PATH, {}, { idleMs: 60_000 }, stop.signal);
      await stream.next();
      if (how === 'works on one') {
        stop.abort(new Error('enough'));
        await expect(stream.next()).rejects.toThrow('enough');
      } else {
        await stream.next();
        const waiting = stream.next();
        setImmediate(() => (how === 'waits for a line' ? stop.abort(new Error('enough')) : api.close()));
        await expect(waiting).rejects.toThrow(how === 'waits for a line' ? 'enough' : 'closed');
      }
      await closed;
      api.close();
    },
  );

  it('make the server wait for a reader that is slow', async () => {
    const line = `{"x":"${'y'.repeat(64 * 1024)}"}\n`;
    let written = 0;
    const gone = new AbortController();
    setMaxListeners(0, gone.signal);
    const url = await startPlainServer(async (_request, response) => {
      response.on('close', () => gone.abort());
      for (; written < 2000 && !response.destroyed; written += 1) {
        if (!response.write(line)) await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
      }
    });
    const stream = apiOf(plainConnection(url)).lines(PATH, {}, { idleMs: 60_000 }, signal);
    await stream.next();
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(written).toBeLessThan(500);
    await stream.return();
  });
});
