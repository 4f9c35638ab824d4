import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { listen, portOf } from './local-server.ts';
import { SELF_SIGNED } from './self-signed.ts';
import { client, failureOf, get } from './test-client.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a proxy from the environment', () => {
  it('gets the whole request for http, and NO_PROXY goes around it', async () => {
    const proxy = await listen(({ path, headers }) => ({ json: { path, host: headers.host } }));
    vi.stubEnv('HTTP_PROXY', proxy.url);
    vi.stubEnv('http_proxy', proxy.url);
    const http = client('http://komodor.invalid/api');
    expect((await http.request(get)).json()).toEqual({ path: '/api/x', host: 'komodor.invalid' });
    vi.stubEnv('NO_PROXY', 'komodor.invalid');
    expect((await failureOf(http.request({ ...get, attempts: 1 }))).problem).toBe('unreachable');
    expect(proxy.seen).toHaveLength(1);
  });

  it('only tunnels https: the certificate is checked end to end', async () => {
    const target = createTlsServer(SELF_SIGNED, (_request, response) => response.end('{}')).listen(0, '127.0.0.1');
    await once(target, 'listening');
    const tunnels: string[] = [];
    const proxy = createServer().listen(0, '127.0.0.1');
    proxy.on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      const upstream = connect(portOf(target.address()), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    await once(proxy, 'listening');
    onTestFinished(() => {
      target.close();
      proxy.close();
    });
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${portOf(proxy.address())}`);
    vi.stubEnv('https_proxy', `http://127.0.0.1:${portOf(proxy.address())}`);
    const failure = await failureOf(client('https://localhost:8443').request(get));
    expect(tunnels).toEqual(['localhost:8443']);
    expect(failure).toMatchObject({ problem: 'tls' });
    expect(failure.message).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
  });
});
