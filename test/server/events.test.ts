import { describe, expect, it } from 'vitest';
import { watch } from './event-reading.ts';
import { bearer, listening, startServer, type TestServer, until } from './support.ts';

async function requestRun(server: TestServer, url: string): Promise<string> {
  const answer = await fetch(`${url}/v1/runs`, { method: 'POST', headers: bearer });
  await until(() => server.runs.length > 0);
  const { href } = JSON.parse(await answer.text());
  return `${url}${href}/events`;
}

describe('GET /v1/runs/:id/events', () => {
  it('tells what is known, then progress, then the report, and ends', async () => {
    const server = await startServer();
    const { url } = await listening(server);
    const address = await requestRun(server, url);
    server.runs[0]?.progress(1);
    const stream = await watch(address);
    expect(stream.answer.headers.get('content-type')).toBe('text/event-stream');
    expect(await stream.read('"items":1')).toContain('event: progress\ndata: {"kind":"komodorService"');
    server.runs[0]?.progress(2);
    await stream.read('"items":2');
    server.runs[0]?.finish();
    const blocks = (await stream.read()).trim().split('\n\n');
    expect(blocks.filter((block) => block.startsWith('event: finished'))).toHaveLength(1);
    const data = blocks.at(-1)?.split('\ndata: ')[1] ?? '';
    expect(JSON.parse(data)).toMatchObject({ status: 'completed', mode: 'resync' });
  });

  it('answers for a finished run with its report alone', async () => {
    const server = await startServer();
    const { url } = await listening(server);
    const address = await requestRun(server, url);
    server.runs[0]?.finish();
    const stream = await watch(address);
    expect(await stream.read()).toMatch(/^retry: 3000\n\nevent: finished\ndata: \{.*\}\n\n$/);
  });

  it('keeps a quiet connection alive', async () => {
    const server = await startServer({ limits: { heartbeatMs: 20, connectionTimeoutMs: 200, timeoutCheckMs: 20 } });
    const { url } = await listening(server);
    const stream = await watch(await requestRun(server, url));
    await stream.read(': heartbeat\n\n'.repeat(20));
    server.runs[0]?.finish();
    expect(await stream.read()).toContain('event: finished');
  });

  it('has room again after watchers have left', async () => {
    const server = await startServer({ limits: { streams: 2 } });
    const { url } = await listening(server);
    const address = await requestRun(server, url);
    const first = await watch(address);
    const second = await watch(address);
    const refused = await watch(address);
    expect([refused.answer.status, refused.answer.headers.get('retry-after')]).toEqual([429, '10']);
    first.leave();
    await expect
      .poll(async () => {
        const again = await watch(address);
        again.leave();
        return again.answer.status;
      })
      .toBe(200);
    second.leave();
  });

  it('does not keep the server from closing', async () => {
    const server = await startServer();
    const { url } = await listening(server);
    const stream = await watch(await requestRun(server, url));
    await stream.read('retry');
    await server.app.close();
    expect(await stream.read()).not.toContain('finished');
  });
});
