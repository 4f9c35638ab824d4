import { mkdtempSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { connectionOf } from '../../src/kubernetes/connection.ts';
import { certificatesIn, kubeconfig, makeClient, temporaryFolder } from './api-server.ts';

const SECRET = 'top-s3cr3t-value';
const SERVER = 'https://10.0.0.1:6443';

const made = mkdtempSync(join(tmpdir(), 'kubernetes-certificates-'));
beforeAll(async () => {
  await certificatesIn(made);
  return () => rm(made, { recursive: true, force: true });
});
const pem = (name: string) => readFile(join(made, name), 'utf8');
const base64 = async (name: string) => Buffer.from(await pem(name)).toString('base64');

async function problemOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError but ${String(error)}`);
  expect(error.code).toBe('settings_invalid');
  expect(error.message).not.toContain('\n');
  return error.message;
}

describe('a kubeconfig', () => {
  it('gives the server, the namespace, certificates and the token of its context', async () => {
    const folder = await temporaryFolder();
    const cluster = { server: `${SERVER}/k8s/clusters/c-1/`, 'certificate-authority-data': await base64('ca.crt') };
    const connection = await connectionOf(await kubeconfig(folder, cluster, { token: SECRET }), {});
    expect(connection).toMatchObject({ baseUrl: `${SERVER}/k8s/clusters/c-1`, namespace: 'team-a' });
    expect(connection.origin).toBe(`the context lab of ${folder}/kubeconfig`);
    expect(await connection.authorize?.()).toBe(`Bearer ${SECRET}`);
    expect(await connection.tls()).toMatchObject({ ca: await pem('ca.crt'), insecure: false });
    expect(connection.expire).toBeUndefined();
  });

  it('may name files, relative to itself; a file of a token counts before a token', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'pki'));
    for (const name of ['ca.crt', 'client.crt', 'client.key'])
      await writeFile(join(folder, 'pki', name), await pem(name));
    await writeFile(join(folder, 'token'), `${SECRET}\n`);
    const cluster = { server: SERVER, 'certificate-authority': 'pki/ca.crt', 'tls-server-name': 'kubernetes' };
    const user = {
      'client-certificate': 'pki/client.crt',
      'client-key': './pki/client.key',
      tokenFile: 'token',
      token: 'other',
    };
    const connection = await connectionOf(await kubeconfig(folder, cluster, user), {});
    expect(await connection.authorize?.()).toBe(`Bearer ${SECRET}`);
    expect(await connection.tls()).toEqual({
      ca: await pem('ca.crt'),
      cert: await pem('client.crt'),
      key: await pem('client.key'),
      insecure: false,
      serverName: 'kubernetes',
    });
  });

  it('is read when what it does not use is odd', async () => {
    const folder = await temporaryFolder();
    const path = await kubeconfig(folder, { server: SERVER }, { token: SECRET, exec: null });
    const file = JSON.parse(await readFile(path, 'utf8'));
    file.users.push({ name: 'other', user: { exec: { command: 'aws' }, token: 7 } }, { name: 8, user: null });
    await writeFile(path, JSON.stringify({ ...file, preferences: {}, extensions: [1] }));
    expect(await (await connectionOf(path, {})).authorize?.()).toBe(`Bearer ${SECRET}`);
  });

  it.each([
    [
      'exec',
      { exec: { command: 'aws', args: [SECRET] } },
      'users[u].exec runs a program to log in, which this program does not do: make a service account',
    ],
    [
      'auth-provider',
      { 'auth-provider': { name: 'gcp', config: { 'access-token': SECRET } } },
      'users[u].auth-provider is a login that Kubernetes itself has given up',
    ],
    ['username', { username: 'admin', password: SECRET }, 'users[u].username is a login by password'],
    ['as', { token: SECRET, as: 'admin' }, 'users[u].as is a request to act as somebody else'],
    ['as-groups', { token: SECRET, 'as-groups': ['x'] }, 'users[u].as-groups is a request'],
    ['a key alone', { 'client-key-data': 'AAAA' }, 'users[u].client-certificate is missing'],
    ['a certificate alone', { 'client-certificate': 'x.crt' }, 'users[u].client-key is missing'],
    ['a token file that is not there', { tokenFile: 'nowhere' }, 'users[u].tokenFile: '],
    ['a token of two lines', { token: `${SECRET}\nx` }, 'users[u].token holds no token'],
    ['a token of blanks', { token: ' ' }, 'users[u].token holds no token'],
    ['a number for a token', { token: 7 }, 'users[u].token has not the form'],
    [
      'certificates that are none',
      { 'client-certificate-data': 'AAAA', 'client-key-data': 'AAAA' },
      'users[u].client-certificate-data holds no certificate in PEM form',
    ],
    [
      'no base64',
      { 'client-certificate-data': `${SECRET}!`, 'client-key-data': 'AAAA' },
      'users[u].client-certificate-data is no base64',
    ],
  ])('is refused for its user: %s', async (_name, user, problem) => {
    const folder = await temporaryFolder();
    const message = await problemOf(connectionOf(await kubeconfig(folder, { server: SERVER }, user), {}));
    expect(message).toContain(`KUBERNETES: ${folder}/kubeconfig: ${problem}`);
    expect(message).not.toContain(SECRET);
  });

  it.each([
    ['no server', {}, 'clusters[c].server is not set'],
    ['no scheme', { server: 'localhost:8080' }, 'clusters[c].server is no address: it has to begin with https://'],
    ['a password', { server: `https://me:${SECRET}@host` }, 'clusters[c].server has a user or a password in it'],
    ['a query', { server: `https://host/?token=${SECRET}` }, 'clusters[c].server has a query'],
    [
      'a proxy',
      { server: SERVER, 'proxy-url': `http://x:${SECRET}@p` },
      'clusters[c].proxy-url is not read: set HTTPS_PROXY instead',
    ],
    [
      'an authority that is not there',
      { server: SERVER, 'certificate-authority': 'ca.pem' },
      'clusters[c].certificate-authority: ',
    ],
    [
      'an authority that is none',
      { server: SERVER, 'certificate-authority-data': 'AAAA' },
      'clusters[c].certificate-authority-data holds no certificate',
    ],
    [
      'an authority and no check',
      { server: SERVER, 'certificate-authority-data': 'AAAA', 'insecure-skip-tls-verify': true },
      'clusters[c] has both',
    ],
    [
      'a word for a truth',
      { server: SERVER, 'insecure-skip-tls-verify': 'yes' },
      'clusters[c].insecure-skip-tls-verify has not the form',
    ],
  ])('is refused for its cluster: %s', async (_name, cluster, problem) => {
    const folder = await temporaryFolder();
    const message = await problemOf(connectionOf(await kubeconfig(folder, cluster, { token: SECRET }), {}));
    expect(message).toContain(`KUBERNETES: ${folder}/kubeconfig: ${problem}`);
    expect(message).not.toContain(SECRET);
  });

  it.each([
    ['nothing', '', 'is no kubeconfig'],
    ['a list', '[]', 'is no kubeconfig'],
    ['broken YAML', `users:\n  - name: x\n    user: {token: ${SECRET}\n`, 'is no YAML'],
    [
      'no context',
      'contexts: [{name: a}, {name: b}]',
      "current-context is not set: set it to one of the file's contexts (a, b)",
    ],
    [
      'a context that is not there',
      'current-context: x\ncontexts: [{name: a}]',
      'contexts has no x: write one that is there (a), or add it',
    ],
    ['a context without a cluster', 'current-context: a\ncontexts: [{name: a}]', 'contexts[a].cluster is not set'],
    [
      'a cluster that is not there',
      'current-context: a\ncontexts: [{name: a, context: {cluster: c}}]',
      'clusters has no c: write one that is there (it has none)',
    ],
    ['entries that are none', 'current-context: a\nusers: x', 'users has not the form'],
  ])('is refused as a file: %s', async (_name, content, problem) => {
    const path = join(await temporaryFolder(), 'kubeconfig');
    await writeFile(path, content);
    const message = await problemOf(connectionOf(path, {}));
    expect(message).toContain(`KUBERNETES: ${path}`);
    expect(message).toContain(problem);
    expect(message).not.toContain(SECRET);
  });

  it('is refused when it cannot be read, with its path', async () => {
    const folder = await temporaryFolder();
    expect(await problemOf(connectionOf(join(folder, 'none'), {}))).toContain(
      `${folder}/none cannot be read (there is no such file)`,
    );
    expect(await problemOf(connectionOf(folder, {}))).toContain('EISDIR');
  });

  it('is refused when a key is not that of the certificate', async () => {
    await makeClient(made, 'other');
    const folder = await temporaryFolder();
    const user = {
      'client-certificate-data': await base64('client.crt'),
      'client-key-data': await base64('other.key'),
    };
    const message = await problemOf(connectionOf(await kubeconfig(folder, { server: SERVER }, user), {}));
    expect(message).toContain('users[u].client-key-data is not the key of the client certificate');
  });
});

/** The folder that a pod has. */
async function serviceAccount(token = SECRET): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'token'), token);
  await writeFile(join(folder, 'ca.crt'), await pem('ca.crt'));
  await writeFile(join(folder, 'namespace'), 'team-a\n');
  return folder;
}

describe('in a pod', () => {
  it.each([
    ['10.96.0.1', '443', 'https://10.96.0.1:443'],
    ['fd00::1', '6443', 'https://[fd00::1]:6443'],
    ['kubernetes.default.svc', undefined, 'https://kubernetes.default.svc:443'],
  ])('the server is %s:%s', async (host, port, baseUrl) => {
    const folder = await serviceAccount();
    const env = {
      KUBERNETES_SERVICE_HOST: host,
      KUBERNETES_SERVICE_PORT: port,
      KUBERNETES_SERVICE_ACCOUNT_PATH: folder,
    };
    const connection = await connectionOf('in-cluster', env);
    expect(connection).toMatchObject({ baseUrl, namespace: 'team-a', origin: 'the service account of this pod' });
    expect(await connection.authorize?.()).toBe(`Bearer ${SECRET}`);
    expect(await connection.tls()).toMatchObject({ ca: await pem('ca.crt') });
  });

  it('a renewed token is used after a minute, and at once when the old one was refused', async () => {
    const folder = await serviceAccount('first');
    const time = { now: 1000 };
    const env = { KUBERNETES_SERVICE_HOST: 'x', KUBERNETES_SERVICE_ACCOUNT_PATH: folder };
    const connection = await connectionOf('in-cluster', env, () => time.now);
    await writeFile(join(folder, 'token'), 'second');
    time.now += 59_000;
    expect(await connection.authorize?.()).toBe('Bearer first');
    time.now += 2000;
    expect(await connection.authorize?.()).toBe('Bearer second');
    await writeFile(join(folder, 'token'), 'third');
    connection.expire?.();
    expect(await connection.authorize?.()).toBe('Bearer third');
    await rename(join(folder, 'token'), join(folder, 'away'));
    connection.expire?.();
    expect(await connection.authorize?.()).toBe('Bearer third');
  });

  it.each([
    [{}, 'in-cluster works only in a pod (KUBERNETES_SERVICE_HOST is not set)'],
    [
      { KUBERNETES_SERVICE_HOST: 'x', KUBERNETES_SERVICE_ACCOUNT_PATH: '/nowhere' },
      '/nowhere/token cannot be read: set automountServiceAccountToken: true',
    ],
  ])('what is missing is told: %j', async (env, problem) => {
    expect(await problemOf(connectionOf('in-cluster', env))).toContain(problem);
  });
});

describe('certificates in files', () => {
  it('are the same object until they change; half of a new pair leaves the old one in use', async () => {
    const folder = await temporaryFolder();
    for (const name of ['client.crt', 'client.key']) await writeFile(join(folder, name), await pem(name));
    await makeClient(made, 'next');
    const user = { 'client-certificate': 'client.crt', 'client-key': 'client.key' };
    const connection = await connectionOf(await kubeconfig(folder, { server: SERVER }, user), {});
    const first = await connection.tls();
    connection.expire?.();
    expect(await connection.tls()).toBe(first);
    await writeFile(join(folder, 'client.crt'), await pem('next.crt'));
    connection.expire?.();
    expect(await connection.tls()).toBe(first);
    await writeFile(join(folder, 'client.key'), await pem('next.key'));
    connection.expire?.();
    expect(await connection.tls()).toMatchObject({ cert: await pem('next.crt'), key: await pem('next.key') });
  });
});
