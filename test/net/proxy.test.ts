import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Route, routeTo } from '../../src/net/proxy.ts';
import { startProxy, startTlsHost } from './local-proxy.ts';
import { listen } from './local-server.ts';
import { client, failureOf, get } from './test-client.ts';

const VARIABLES = [
  'http_proxy',
  'HTTP_PROXY',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
];
const HOST = 'https://localhost:8443';

beforeEach(() => {
  for (const name of VARIABLES) vi.stubEnv(name, '');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Trusts the throw-away certificate of the tests, as NODE_EXTRA_CA_CERTS would, which is only read at the start. */
function trustEverybody(): void {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
}

describe('a proxy from the environment', () => {
  it('gets the whole request for http, and NO_PROXY goes around it', async () => {
    const proxy = await listen(({ path, headers }) => ({
      json: { path, host: headers.host, credentials: headers['proxy-authorization'] },
    }));
    vi.stubEnv('HTTP_PROXY', proxy.url.replace('//', '//us%2Der:p%40ss@'));
    const http = client('http://komodor.invalid/api');
    const credentials = `Basic ${Buffer.from('us-er:p@ss').toString('base64')}`;
    expect((await http.request(get)).json()).toEqual({ path: '/api/x', host: 'komodor.invalid', credentials });
    vi.stubEnv('NO_PROXY', 'komodor.invalid');
    expect((await failureOf(http.request({ ...get, attempts: 1 }))).problem).toBe('unreachable');
    expect(proxy.seen).toHaveLength(1);
  });

  it('only tunnels https: the certificate is checked end to end', async () => {
    const proxy = await startProxy(await startTlsHost());
    vi.stubEnv('HTTPS_PROXY', `http://${proxy.address}`);
    const failure = await failureOf(client(HOST).request(get));
    expect(proxy.tunnels.map(({ url }) => url)).toEqual(['localhost:8443']);
    expect(failure).toMatchObject({ problem: 'tls' });
    expect(failure.message).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  it.each([
    ['http://', false],
    ['', false],
    ['https://', true],
  ])(
    'tunnels as a proxy %s…, keeps the tunnel, and sends the credentials decoded to the proxy alone',
    async (scheme, tls) => {
      trustEverybody();
      const proxy = await startProxy(await startTlsHost(), { tls });
      vi.stubEnv('https_proxy', `${scheme}us%2Der:p%40ss@${proxy.address}`);
      const http = client(HOST);
      for (let round = 0; round < 3; round += 1) expect((await http.request(get)).json()).toEqual({});
      expect(proxy.tunnels).toHaveLength(1);
      const headers = proxy.tunnels[0]?.headers;
      expect(headers?.['proxy-authorization']).toBe(`Basic ${Buffer.from('us-er:p@ss').toString('base64')}`);
      expect(headers?.['x-api-key']).toBeUndefined();
    },
  );

  it('does not hold up the end when it never answers', async () => {
    const proxy = await startProxy(0, { status: 'hang' });
    vi.stubEnv('https_proxy', `http://${proxy.address}`);
    const failure = await failureOf(client(HOST, { timeoutMs: 200 }).request({ ...get, attempts: 1 }));
    expect(failure.problem).toBe('timeout');
    expect(failure.message).toMatch(/did not answer GET \/x within 0.2 s \(through the proxy 127\.0\.0\.1:\d+\)$/);
  });
});

describe('what is said when there is no way through', () => {
  const REFUSALS: readonly [number | 'reset', string, RegExp][] = [
    [
      407,
      'proxy',
      /^the proxy 127\.0\.0\.1:\d+ wants a user and a password \(407\): put them into https_proxy, percent-encoded/,
    ],
    [
      403,
      'proxy',
      /^the proxy 127\.0\.0\.1:\d+ does not let us through to localhost:8443 \(403 Forbidden\): have the host allowed/,
    ],
    [401, 'proxy', /does not let us through to localhost:8443 \(401 Unauthorized\)/],
    [302, 'proxy', /does not let us through to localhost:8443 \(302 Found\)/],
    [502, 'unreachable', /^the proxy 127\.0\.0\.1:\d+ could not connect to localhost:8443 \(502 Bad Gateway\)/],
    [503, 'unreachable', /could not connect to localhost:8443 \(503 Service Unavailable\)/],
    ['reset', 'unreachable', /^the proxy 127\.0\.0\.1:\d+ cannot be reached \(ECONNRESET\): check https_proxy/],
  ];
  it.each(REFUSALS)('CONNECT answered %s is no answer of the host', async (status, problem, message) => {
    const proxy = await startProxy(0, { status });
    vi.stubEnv('https_proxy', `http://${proxy.address}`);
    const failure = await failureOf(client(HOST).request(get));
    expect(failure).toMatchObject({ problem, status: undefined, isUnreachable: true });
    expect(failure.message).toMatch(message);
    // Who forbids is not asked again; trouble of the moment is, and twice at a host that never answered.
    expect(proxy.tunnels).toHaveLength(problem === 'proxy' ? 1 : 2);
  });

  it('credentials that the proxy does not accept are told from none', async () => {
    const proxy = await startProxy(0, { status: 407 });
    vi.stubEnv('HTTPS_PROXY', `http://user:s3cret@${proxy.address}`);
    const { message } = await failureOf(client(HOST).request(get));
    expect(message).toMatch(/does not accept user and password \(407\): put them into HTTPS_PROXY/);
    expect(message).not.toContain('s3cret');
  });

  it('407 to a request over http is the proxy, not the host', async () => {
    const proxy = await listen(() => ({ status: 407 }));
    vi.stubEnv('http_proxy', proxy.url);
    expect(await failureOf(client('http://komodor.invalid').request(get))).toMatchObject({
      problem: 'proxy',
      status: undefined,
      message: expect.stringMatching(/^the proxy 127\.0\.0\.1:\d+ wants a user and a password/),
    });
  });

  it.each([
    [
      'https://127.0.0.1:1',
      'https_proxy',
      HOST,
      /^the proxy 127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\): check https_proxy/,
    ],
    [
      'http://127.0.0.1:1',
      'http_proxy',
      'http://a.invalid',
      /^the proxy 127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\): check http_proxy/,
    ],
    [
      'socks5://127.0.0.1:1',
      'all_proxy',
      HOST,
      /^all_proxy names no proxy that can be used: socks5:\/\/ proxies are not supported/,
    ],
    ['http://[', 'https_proxy', HOST, /^https_proxy names no proxy that can be used: it is no address/],
  ])('%s in %s', async (value, variable, base, message) => {
    vi.stubEnv(variable, value);
    const failure = await failureOf(client(base).request({ ...get, attempts: 1 }));
    expect(failure.isUnreachable).toBe(true);
    expect(failure.message).toMatch(message);
  });

  it('https to a plain http port is no untrusted certificate, at the host and at the proxy', async () => {
    const plain = await listen(() => ({ json: {} }));
    const address = plain.url.replace('http://', '');
    const host = await failureOf(client(`https://${address}`).request(get));
    expect(host).toMatchObject({ problem: 'tls' });
    expect(host.message).toMatch(
      /^127\.0\.0\.1:\d+ does not speak TLS as we do \(\w+\): KOMODOR_BASE_URL says https:\/\//,
    );
    vi.stubEnv('https_proxy', `https://${address}`);
    const proxy = await failureOf(client(HOST).request(get));
    expect(proxy.message).toMatch(
      /^the proxy 127\.0\.0\.1:\d+ does not speak TLS as we do \(\w+\): https_proxy says https:\/\//,
    );
    expect(`${host.message} ${proxy.message}`).not.toContain('certificate');
  });

  it('a certificate for another host is not one that is not trusted', async () => {
    const port = await startTlsHost();
    const message = async (host: string) => (await failureOf(client(`https://${host}:${port}`).request(get))).message;
    expect(await message('localhost')).toMatch(/is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\).*NODE_EXTRA_CA_CERTS/);
  });
});

describe('routeTo', () => {
  const way = (address: string, env: { readonly [name: string]: string }): string => {
    const route: Route = routeTo(new URL(address), env);
    return route.type === 'proxy' ? `${route.proxy.variable} ${route.proxy.hostname}:${route.proxy.port}` : route.type;
  };

  it.each([
    [{ HTTPS_PROXY: 'http://p:3128' }, 'HTTPS_PROXY p:3128'],
    [{ HTTPS_PROXY: 'p:3128' }, 'HTTPS_PROXY p:3128'],
    [{ HTTPS_PROXY: ' http://p ' }, 'HTTPS_PROXY p:80'],
    [{ HTTPS_PROXY: 'https://p' }, 'HTTPS_PROXY p:443'],
    [{ HTTPS_PROXY: 'http://[::1]:3128/' }, 'HTTPS_PROXY ::1:3128'],
    [{ HTTPS_PROXY: 'http://upper', https_proxy: 'http://lower' }, 'https_proxy lower:80'],
    [{ ALL_PROXY: 'http://all' }, 'ALL_PROXY all:80'],
    [{ ALL_PROXY: 'http://all', HTTPS_PROXY: 'http://own' }, 'HTTPS_PROXY own:80'],
    [{ HTTP_PROXY: 'http://p' }, 'direct'],
    [{ HTTPS_PROXY: '' }, 'direct'],
    [{}, 'direct'],
  ])('%o', (env, expected) => {
    expect(way('https://api.port.io', env)).toBe(expected);
  });

  it.each([
    ['https://api.port.io', '*', true],
    ['https://api.port.io', 'api.port.io', true],
    ['https://api.port.io', 'API.Port.IO', true],
    ['https://api.port.io', 'port.io', true],
    ['https://api.port.io', '.port.io', true],
    ['https://api.port.io', '*.port.io', true],
    ['https://api.port.io', 'api.port.io:443', true],
    ['https://api.port.io', 'localhost, 10.0.0.0/8 port.io', true],
    ['https://api.port.io', 'api.port.io:8443', false],
    ['https://api.port.io', 'ort.io', false],
    ['https://api.port.io', 'us.port.io', false],
    ['https://api.port.io', '', false],
    ['https://10.1.2.3', '10.0.0.0/8', true],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://11.1.2.3', '10.0.0.0/8', false],
    ['https://10.1.2.3', '2.3', false],
    ['https://10.1.2.3', '10.0.0.0/99', false],
    ['https://[fd00::1]', 'fd00::/8', true],
    ['https://[fd00::1]:8443', '[fd00::1]:8443', true],
  ])('%s with NO_PROXY %s: around it %s', (address, list, around) => {
    expect(way(address, { https_proxy: 'http://p', no_proxy: list })).toBe(around ? 'direct' : 'https_proxy p:80');
  });
});
