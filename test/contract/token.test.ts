import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createGovernor } from '../../src/net/governor.ts';
import { createHttpClient } from '../../src/net/http-client.ts';
import { PortApi } from '../../src/port/api.ts';
import { TokenProvider } from '../../src/port/token.ts';
import { startPort } from '../../src/sandbox/port/server.ts';

const CREDENTIALS = { clientId: 'client', clientSecret: 'secret-of-the-test' };
const signal = new AbortController().signal;

async function open(options: { readonly tokenTtlSeconds?: number; readonly faults?: readonly string[] }) {
  const port = await startPort({ ...CREDENTIALS, ...options });
  const governor = createGovernor({ side: 'port', concurrency: 8 });
  const http = createHttpClient({
    side: 'port',
    baseUrl: `${port.url}/v1`,
    timeoutMs: 10_000,
    maxResponseBytes: 1_000_000,
    governor,
    secrets: [],
  });
  const provider = new TokenProvider(http, CREDENTIALS, 'test');
  const api = new PortApi(http, provider, 'test');
  const call = () => api.call({ method: 'GET', path: '/organization' }, z.unknown(), signal);
  const tokens = () => port.log.filter(({ route }) => route === 'token').length;
  const close = async () => {
    http.close();
    await port.close();
  };
  return { port, provider, call, tokens, close };
}

describe("Port's token", () => {
  it('is fetched once for many callers', async () => {
    const { call, tokens, close } = await open({});
    await Promise.all(Array.from({ length: 50 }, call));
    expect(tokens()).toBe(1);
    await close();
  });

  it('may be asked for ahead, and is asked for no second time', async () => {
    const { provider, call, tokens, close } = await open({});
    provider.askAhead();
    await Promise.all(Array.from({ length: 5 }, call));
    await Promise.all(Array.from({ length: 5 }, call));
    expect(tokens()).toBe(1);
    await close();
  });

  it('that was asked for ahead and refused fails the first callers together, and the next ones ask again', async () => {
    const { port, provider, call, tokens, close } = await open({ faults: ['token -> 401 once'] });
    provider.askAhead();
    // Also when the refusal has come before anybody called.
    while (port.log.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const first = await Promise.allSettled(Array.from({ length: 3 }, call));
    expect(first.map((one) => one.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(tokens()).toBe(1);
    await call();
    expect(tokens()).toBe(2);
    await close();
  });

  it('is replaced once when Port takes it back, and nobody notices', async () => {
    const { port, call, tokens, close } = await open({});
    await call();
    port.faults.add('organization -> 401 once');
    await Promise.all(Array.from({ length: 20 }, call));
    expect(tokens()).toBeLessThanOrEqual(3);
    await close();
  });

  it('may be revoked several times in mid-run: each call goes on with each newer one', async () => {
    const { port, call, tokens, close } = await open({});
    await call();
    port.faults.add('organization -> revoke x4');
    await expect(Promise.all(Array.from({ length: 20 }, call))).resolves.toHaveLength(20);
    // One for all callers each time, as far as they hear of it together.
    expect(tokens()).toBeLessThanOrEqual(1 + 4 * 2);
    await close();
  });

  it('may be revoked again just before each replay of one call', async () => {
    const { port, call, close } = await open({});
    for (const n of [1, 2, 3, 4]) port.faults.add(`organization call ${n} -> revoke`);
    await expect(call()).resolves.toBeDefined();
    port.faults.add('organization -> revoke');
    await expect(call()).rejects.toMatchObject({ code: 'port_auth' });
    await close();
  });

  it('may run out while requests wait their turn', async () => {
    const { call, close } = await open({ tokenTtlSeconds: 1, faults: ['organization -> slow 400'] });
    await expect(Promise.all(Array.from({ length: 40 }, call))).resolves.toHaveLength(40);
    await close();
  });

  it('that is refused as soon as it is there ends the run', async () => {
    const { call, close } = await open({ faults: ['organization -> 401'] });
    await expect(call()).rejects.toMatchObject({ code: 'port_auth' });
    await close();
  });
});
