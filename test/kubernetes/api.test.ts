import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { exactJson } from '../../src/core/exact-json.ts';
import { connectionOf } from '../../src/kubernetes/connection.ts';
import { statusOf } from '../../src/kubernetes/status.ts';
import { startProxy } from '../net/local-proxy.ts';
import { failureOf } from '../net/test-client.ts';
import {
  apiOf,
  certificatesIn,
  json,
  kubeconfig,
  makeClient,
  plainConnection,
  signal,
  startPlainServer,
  startTlsServer,
  statusBody,
  temporaryFolder,
} from './api-server.ts';

const made = mkdtempSync(join(tmpdir(), 'kubernetes-certificates-'));
beforeAll(async () => {
  await certificatesIn(made);
  return () => rm(made, { recursive: true, force: true });
});
const at = (name: string) => join(made, name);

/** Whose certificate a request came with. */
function clientOf({ socket }: IncomingMessage): unknown {
  return socket instanceof TLSSocket && socket.authorized ? socket.getPeerCertificate().subject.CN : undefined;
}

describe('a connection over TLS', () => {
  const trusted = () => ({ 'certificate-authority': at('ca.crt') });

  it('trusts the authority of the kubeconfig, and shows the certificate and token of its user', async () => {
    const url = await startTlsServer(made, (request, response) => {
      json(response, {
        client: clientOf(request),
        authorization: request.headers.authorization,
        agent: request.headers['user-agent'],
      });
    });
    const user = { 'client-certificate': at('client.crt'), 'client-key': at('client.key'), token: 'abc' };
    const path = await kubeconfig(await temporaryFolder(), { server: url, ...trusted() }, user);
    const { body } = await apiOf(await connectionOf(path, {})).get('/version', {}, signal);
    expect(body).toEqual({ client: 'client', authorization: 'Bearer abc', agent: 'komodor-port/test' });
  });

  it.each([
    ['another authority', {}, /is not trusted \(.+\): check that the authority/],
    [
      'a certificate for another name',
      { 'certificate-authority': 'ca', 'tls-server-name': 'other.example' },
      /is for another host \(ERR_TLS_CERT_ALTNAME_INVALID\): check that the server that KUBERNETES names is right/,
    ],
  ])('is refused: %s', async (_name, cluster, message) => {
    const url = await startTlsServer(made, (_request, response) => json(response, {}));
    const authority = 'certificate-authority' in cluster ? trusted() : {};
    const path = await kubeconfig(await temporaryFolder(), { server: url, ...cluster, ...authority }, { token: 'abc' });
    const failure = await failureOf(apiOf(await connectionOf(path, {})).get('/version', {}, signal));
    expect(failure).toMatchObject({ problem: 'tls', message: expect.stringMatching(message) });
  });

  it.each([
    ['for the name that is told', () => ({ ...trusted(), 'tls-server-name': 'kubernetes.default.svc' })],
    ['that is not looked at', () => ({ 'insecure-skip-tls-verify': true })],
  ])('takes a certificate %s', async (_name, cluster) => {
    const url = await startTlsServer(made, (_request, response) => json(response, { ok: true }));
    const path = await kubeconfig(await temporaryFolder(), { server: url, ...cluster() }, { token: 'abc' });
    expect(await apiOf(await connectionOf(path, {})).get('/version', {}, signal)).toEqual({
      body: { ok: true },
      bytes: 11,
    });
  });

  it('is refused in words when the server insists on a certificate that we do not have', async () => {
    const url = await startTlsServer(made, (_request, response) => json(response, {}), true);
    const path = await kubeconfig(await temporaryFolder(), { server: url, ...trusted() }, { token: 'abc' });
    const failure = await failureOf(apiOf(await connectionOf(path, {})).get('/version', {}, signal));
    expect(failure).toMatchObject({ problem: 'tls', message: expect.stringContaining('refuses our certificate') });
  });

  it('goes through the proxy of the environment, but for what is exempt, and trusts the same authority', async () => {
    const url = await startTlsServer(made, (request, response) => json(response, { client: clientOf(request) }));
    const user = { 'client-certificate': at('client.crt'), 'client-key': at('client.key') };
    const connection = await connectionOf(
      await kubeconfig(await temporaryFolder(), { server: url, ...trusted() }, user),
      {},
    );
    const proxy = await startProxy(Number(new URL(url).port));
    const env = { HTTPS_PROXY: `http://${proxy.address}` };
    const through = apiOf(connection, { env });
    expect(await through.get('/version', {}, signal)).toMatchObject({ body: { client: 'client' } });
    for await (const { value } of through.lines('/x', {}, { idleMs: 5000 }, signal))
      expect(value).toEqual({ client: 'client' });
    expect(proxy.tunnels).toHaveLength(1);
    const around = apiOf(connection, { env: { ...env, NO_PROXY: '127.0.0.0/8' } });
    expect(await around.get('/version', {}, signal)).toMatchObject({ body: { client: 'client' } });
    expect(proxy.tunnels).toHaveLength(1);
  });

  it('shows a renewed certificate after 401, while a stream goes on as it was', async () => {
    const folder = await temporaryFolder();
    await makeClient(made, 'renewed');
    for (const end of ['crt', 'key'])
      await writeFile(join(folder, `client.${end}`), await readFile(at(`client.${end}`)));
    let isRevoked = false;
    let goOn = (): unknown => undefined;
    const url = await startTlsServer(made, (request, response) => {
      const client = clientOf(request);
      if (request.url === '/stream') {
        response.write(`{"client":"${client}"}\n`);
        goOn = () => response.end('{"last":true}\n');
      } else if (isRevoked && client === 'client') json(response, statusBody(401, 'Unauthorized', 'no'), 401);
      else json(response, { client });
    });
    const user = { 'client-certificate': 'client.crt', 'client-key': 'client.key' };
    const path = await kubeconfig(folder, { server: url, ...trusted() }, user);
    const api = apiOf(await connectionOf(path, {}));
    const stream = api.lines('/stream', {}, { idleMs: 60_000 }, signal);
    expect(await stream.next()).toMatchObject({ value: { value: { client: 'client' } } });
    expect(await api.get('/version', {}, signal)).toMatchObject({ body: { client: 'client' } });
    for (const end of ['crt', 'key'])
      await writeFile(join(folder, `client.${end}`), await readFile(at(`renewed.${end}`)));
    isRevoked = true;
    expect(await api.get('/version', {}, signal)).toMatchObject({ body: { client: 'renewed' } });
    goOn();
    expect(await stream.next()).toMatchObject({ value: { value: { last: true } } });
    expect(await stream.next()).toMatchObject({ done: true });
  });
});

describe('a token that is refused', () => {
  async function withTokenFile(accepted: () => string) {
    const folder = await temporaryFolder();
    const file = join(folder, 'token');
    await writeFile(file, 'old-token');
    const seen: (string | undefined)[] = [];
    const url = await startPlainServer((request, response) => {
      seen.push(request.headers.authorization);
      if (request.headers.authorization === `Bearer ${accepted()}`) response.end('{"ok":true}\n');
      else json(response, statusBody(401, 'Unauthorized', 'Unauthorized: old-token'), 401);
    });
    return {
      api: apiOf(await connectionOf(await kubeconfig(folder, { server: url }, { tokenFile: file }), {})),
      seen,
      file,
    };
  }
  const calls = [
    ['get', async (api: ReturnType<typeof apiOf>) => (await api.get('/x', {}, signal)).body],
    ['send', (api: ReturnType<typeof apiOf>) => api.send({ method: 'POST', path: '/x', body: {} }, signal)],
    [
      'lines',
      async (api: ReturnType<typeof apiOf>) => {
        for await (const { value } of api.lines('/x', {}, { idleMs: 1000 }, signal)) return value;
        return undefined;
      },
    ],
  ] as const;

  it.each(calls)('is read anew, and %s is asked once more', async (_name, call) => {
    const { api, seen, file } = await withTokenFile(() => 'new-token');
    await writeFile(file, 'new-token');
    expect(await call(api)).toEqual({ ok: true });
    expect(seen).toEqual(['Bearer old-token', 'Bearer new-token']);
  });

  it.each(calls)('is final for %s when the new one is refused too, and is not in the message', async (_name, call) => {
    const { api, seen } = await withTokenFile(() => 'other');
    const failure = await failureOf(call(api));
    expect(failure).toMatchObject({ status: 401 });
    expect(`${failure.message}${failure.bodyText}${JSON.stringify(failure.answer)}`).not.toContain('old-token');
    expect(seen).toHaveLength(2);
  });
});

describe('requests', () => {
  it.each([429, 500, 503, 504])('are sent again after %i', async (status) => {
    const url = await startPlainServer((_request, response, call) => {
      if (call === 1) json(response, statusBody(status, 'Busy', 'later'), status, { 'retry-after': '0' });
      else json(response, { ok: true });
    });
    expect(await apiOf(plainConnection(url)).get('/x', {}, signal)).toMatchObject({ body: { ok: true } });
  });

  it.each([400, 401, 403, 404, 409, 410, 422])('are not sent again after %i', async (status) => {
    let calls = 0;
    const url = await startPlainServer((_request, response) => {
      calls += 1;
      json(response, statusBody(status, 'Refused', 'no'), status);
    });
    expect(await failureOf(apiOf(plainConnection(url)).get('/x', {}, signal))).toMatchObject({ status });
    expect(calls).toBe(1);
  });

  it.each([
    ['PATCH', 2],
    ['POST', 1],
  ] as const)('that change something are sent again when that does no harm: %s', async (method, expected) => {
    const seen: unknown[] = [];
    const url = await startPlainServer(async (request, response, call) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      seen.push([request.headers['content-type'], Buffer.concat(pieces).toString()]);
      if (call === 1) request.socket.destroy();
      else json(response, { ok: true });
    });
    const api = apiOf(plainConnection(url));
    const contentType = 'application/apply-patch+yaml';
    const sent = api.send({ method, path: '/x', body: { a: 1 }, contentType }, signal).catch(() => 'failed');
    expect(await sent).toEqual(expected === 2 ? { ok: true } : 'failed');
    expect(seen).toEqual(Array.from({ length: expected }, () => [contentType, '{"a":1}']));
  });

  it('keep every digit of a number', async () => {
    const url = await startPlainServer((_request, response) => response.end('{"n":9007199254740993}'));
    const { body } = await apiOf(plainConnection(url)).get('/x', {}, signal);
    expect(exactJson(Object(body))).toBe('{"n":9007199254740993}');
  });
});

describe('what the server says of a failure', () => {
  const details = { retryAfterSeconds: 3, causes: [{ reason: 'FieldValueInvalid', message: 'bad', field: 'spec.x' }] };
  const body = statusBody(422, 'Invalid', 'it is invalid', details);
  const status = { code: 422, reason: 'Invalid', message: 'it is invalid', ...details };

  it('is its Status', async () => {
    const url = await startPlainServer((_request, response) => json(response, body, 422));
    expect(statusOf(await failureOf(apiOf(plainConnection(url)).get('/x', {}, signal)))).toEqual(status);
  });

  it('is its Status in an event of a watch, too', () => {
    expect(statusOf({ type: 'ERROR', object: body })).toEqual(status);
    expect(statusOf(body)).toEqual(status);
    expect(statusOf({ kind: 'Status', code: 410 })).toEqual({ code: 410, reason: '', message: '', causes: [] });
  });

  it.each([undefined, null, 'x', {}, new Error('x'), { type: 'ADDED', object: body }, { kind: 'Pod' }])(
    'is not in %j',
    (value) => {
      expect(statusOf(value)).toBeUndefined();
    },
  );

  it('is nothing when a proxy answered', async () => {
    const url = await startPlainServer((_request, response) => response.writeHead(403).end('<html>blocked</html>'));
    expect(statusOf(await failureOf(apiOf(plainConnection(url)).get('/x', {}, signal)))).toBeUndefined();
  });
});
