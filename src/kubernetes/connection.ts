import { join } from 'node:path';
import type { TlsSettings } from '../net/connections.ts';
import type { ConnectionParts, Credential } from './connection-parts.ts';
import { checkCertificates, checkKey, Renewed, readSmallFile, unusable } from './credential-files.ts';
import { readKubeconfig } from './kubeconfig.ts';

/** How the API server of a cluster is reached, and as whom. */
export interface Connection {
  readonly baseUrl: string;
  /** The namespace that the pod or the context is in. */
  readonly namespace: string | undefined;
  /** Where it comes from, for messages: `the service account of this pod`, `the context lab of /etc/kubeconfig`. */
  readonly origin: string;
  /** The same object until a certificate has changed. */
  tls(): Promise<TlsSettings>;
  /** The header `Authorization`, where a token is used. A token in a file is read anew when it is a minute old. */
  readonly authorize?: () => Promise<string>;
  /** Has the files of tokens and certificates read anew at once. Undefined: there are none, so that nothing can change. */
  readonly expire?: () => void;
}

/** Where Kubernetes puts the token of a pod. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The connection that the setting KUBERNETES names: `in-cluster`, or the path of a kubeconfig. Everything that it needs is
 * read once, so that a mistake is told at the start.
 * @throws AppError settings_invalid
 */
export async function connectionOf(
  setting: string,
  env: NodeJS.Dict<string>,
  now: () => number = Date.now,
): Promise<Connection> {
  const parts = setting === 'in-cluster' ? await inCluster(env) : await fromKubeconfig(setting);
  const connection = connect(parts, now);
  await connection.tls();
  await connection.authorize?.();
  return connection;
}

/** @param env KUBERNETES_SERVICE_ACCOUNT_PATH is where the token lies, if not where Kubernetes puts it */
async function inCluster(env: NodeJS.Dict<string>): Promise<ConnectionParts> {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (host === '') {
    throw unusable(
      'in-cluster works only in a pod (KUBERNETES_SERVICE_HOST is not set): set it to the path of a kubeconfig outside of one.',
    );
  }
  const folder = env.KUBERNETES_SERVICE_ACCOUNT_PATH || SERVICE_ACCOUNT;
  const token = join(folder, 'token');
  const part = (name: string, file: string): Credential => ({
    name: `${name} of the service account`,
    file: join(folder, file),
  });
  const namespace = await readSmallFile('namespace', join(folder, 'namespace')).catch(() => '');
  await readSmallFile('the token of the service account', token).catch((error: unknown) => {
    throw unusable(
      `in-cluster needs the token of a service account, and ${token} cannot be read: set automountServiceAccountToken: true for the pod.`,
      error,
    );
  });
  return {
    baseUrl: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: namespace.trim() || undefined,
    origin: 'the service account of this pod',
    insecure: false,
    serverName: undefined,
    ca: part('ca.crt', 'ca.crt'),
    cert: undefined,
    key: undefined,
    token: part('token', 'token'),
  };
}

async function fromKubeconfig(path: string): Promise<ConnectionParts> {
  return readKubeconfig(path, await readSmallFile('the kubeconfig', path));
}

function connect(parts: ConnectionParts, now: () => number): Connection {
  const { ca, cert, key, token, insecure, serverName } = parts;
  const named = [ca, cert, key].filter((part) => part !== undefined);
  const tls = new Renewed<TlsSettings>(
    named,
    (texts) => {
      const text = (part: Credential | undefined) => (part === undefined ? undefined : texts[named.indexOf(part)]);
      const found = { ca: text(ca), cert: text(cert), key: text(key) };
      check(parts, found);
      return { ...found, insecure, serverName };
    },
    now,
  );
  const header = token && new Renewed([token], ([text = '']) => authorizationOf(token, text), now);
  const renewed = [tls, ...(header ? [header] : [])].filter(({ canChange }) => canChange);
  return {
    baseUrl: parts.baseUrl,
    namespace: parts.namespace,
    origin: parts.origin,
    tls: () => tls.get(),
    ...(header ? { authorize: () => header.get() } : {}),
    ...(renewed.length === 0
      ? {}
      : {
          expire() {
            for (const each of renewed) each.expire();
          },
        }),
  };
}

/** Says which certificate or key cannot be used; Node's own messages do not. */
function check(parts: ConnectionParts, { ca, cert, key }: Pick<TlsSettings, 'ca' | 'cert' | 'key'>): void {
  if (parts.ca && ca !== undefined) checkCertificates(parts.ca.name, ca);
  const [certificate] = parts.cert && cert !== undefined ? checkCertificates(parts.cert.name, cert) : [];
  if (parts.key && key !== undefined) checkKey(parts.key.name, key, certificate);
}

function authorizationOf({ name }: Credential, text: string): string {
  const token = text.trim();
  // A token with a line break or a blank would be no header, and Node's message would show it.
  if (!/^[\x21-\x7e]+$/.test(token)) throw unusable(`${name} holds no token: it is empty, or has more than one line.`);
  return `Bearer ${token}`;
}
