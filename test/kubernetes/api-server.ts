import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createKubernetesApi, type KubernetesApi } from '../../src/kubernetes/api.ts';
import type { Connection } from '../../src/kubernetes/connection.ts';
import { createGovernor } from '../../src/net/governor.ts';
import { makeCertificates } from '../lab/certificates.ts';
import { must } from '../lab/processes.ts';
import { portOf } from '../net/local-server.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse, call: number) => void;

/** A temporary folder for one test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kubernetes-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An authority, with a server's certificate `tls.*` for localhost and 127.0.0.1, and a client's, `client.*`. */
export async function certificatesIn(folder: string): Promise<string> {
  await makeCertificates(folder, ['127.0.0.1']);
  await makeClient(folder, 'client');
  return folder;
}

/** Signs one more certificate of a client with the authority in a folder. */
export async function makeClient(folder: string, name: string): Promise<void> {
  const at = (end: string) => join(folder, `${name}.${end}`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at('key')];
  await must(['openssl', 'req', ...key, '-out', at('csr'), '-subj', `/O=readers/CN=${name}`]);
  const authority = ['-CA', join(folder, 'ca.crt'), '-CAkey', join(folder, 'ca.key'), '-CAcreateserial'];
  await must(['openssl', 'x509', '-req', '-in', at('csr'), ...authority, '-out', at('crt'), '-days', '7']);
}

/** A server over TLS for one test, which asks for a client's certificate. @param insists whether it refuses all others */
export async function startTlsServer(folder: string, answer: Answer, insists = false): Promise<string> {
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const [key, cert, ca] = await Promise.all(['tls.key', 'tls.crt', 'ca.crt'].map(read));
  let calls = 0;
  const server = createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: insists }, (request, response) =>
    answer(request, response, ++calls),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${portOf(server.address())}`;
}

/** A server without TLS for one test. */
export async function startPlainServer(answer: Answer): Promise<string> {
  let calls = 0;
  const server = createPlainServer((request, response) => answer(request, response, ++calls)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${portOf(server.address())}`;
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** The object that the API server answers when it does not do something. */
export function statusBody(code: number, reason: string, message: string, details?: unknown): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
}

/** A connection without TLS and without a token. */
export function plainConnection(baseUrl: string): Connection {
  return { baseUrl, namespace: undefined, origin: 'a test', tls: async () => ({}) };
}

export function apiOf(
  connection: Connection,
  more: { timeoutMs?: number; concurrency?: number; env?: NodeJS.Dict<string> } = {},
): KubernetesApi {
  const governor = createGovernor({ side: 'kubernetes', concurrency: more.concurrency ?? 4 });
  const api = createKubernetesApi({
    connection,
    governor,
    timeoutMs: more.timeoutMs ?? 5000,
    maxResponseBytes: 10_000_000,
    secrets: [],
    userAgent: 'komodor-port/test',
    env: more.env ?? {},
  });
  onTestFinished(() => api.close());
  return api;
}

/** Writes a kubeconfig for a cluster and a user. JSON is YAML too. */
export async function kubeconfig(folder: string, cluster: object, user: object): Promise<string> {
  const path = join(folder, 'kubeconfig');
  const file = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    contexts: [{ name: 'lab', context: { cluster: 'c', user: 'u', namespace: 'team-a' } }],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
  };
  await writeFile(path, JSON.stringify(file));
  return path;
}

export const signal = new AbortController().signal;
