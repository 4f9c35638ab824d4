import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { ConnectionParts, Credential } from './connection-parts.ts';
import { unusable } from './credential-files.ts';

const text = z.string().nullish();
const truth = z.boolean().nullish();

const ClusterSchema = z.looseObject({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': truth,
  'tls-server-name': text,
  'proxy-url': text,
});
const UserSchema = z.looseObject({
  token: text,
  tokenFile: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
});
const ContextSchema = z.looseObject({ cluster: text, user: text, namespace: text });

type User = z.infer<typeof UserSchema>;

/** What stands in the entries is looked at only where it is used. */
const entries = z
  .array(z.looseObject({ name: z.coerce.string() }))
  .nullish()
  .transform((list) => list ?? []);
const FileSchema = z.looseObject({ 'current-context': text, clusters: entries, contexts: entries, users: entries });

const USE_A_TOKEN =
  'make a service account for this program, and use its token, or a client certificate (docs/kubernetes.md)';

/** What a user of a kubeconfig may have that is not supported, and what to do instead. */
const REFUSED_OF_USER: readonly (readonly [field: string, why: string])[] = [
  ['exec', `runs a program to log in, which this program does not do: ${USE_A_TOKEN}.`],
  ['auth-provider', `is a login that Kubernetes itself has given up: ${USE_A_TOKEN}.`],
  ['username', `is a login by password, which API servers no longer take: ${USE_A_TOKEN}.`],
  ['password', `is a login by password, which API servers no longer take: ${USE_A_TOKEN}.`],
  ['as', 'is a request to act as somebody else, which is not supported: give that account a token, and use it.'],
  ['as-uid', 'is a request to act as somebody else, which is not supported: give that account a token, and use it.'],
  ['as-groups', 'is a request to act as somebody else, which is not supported: give that account a token, and use it.'],
];

/** The context that a kubeconfig has chosen. @param content the file's text @throws AppError settings_invalid */
export function readKubeconfig(path: string, content: string): ConnectionParts {
  const file = parse(path, content);
  const chosen = file['current-context'];
  if (!chosen) {
    throw unusable(
      `${path}: current-context is not set: set it to one of the file's contexts (${namesIn(file.contexts)}).`,
    );
  }
  const context = entryOf(path, file, 'context', chosen, ContextSchema);
  const atContext = `${path}: contexts[${chosen}]`;
  if (!context.cluster) throw unusable(`${atContext}.cluster is not set: write the name of a cluster of the file.`);
  const cluster = entryOf(path, file, 'cluster', context.cluster, ClusterSchema);
  const user = context.user ? entryOf(path, file, 'user', context.user, UserSchema) : {};
  const atCluster = `${path}: clusters[${context.cluster}]`;
  const atUser = `${path}: users[${context.user}]`;
  for (const [field, why] of REFUSED_OF_USER) if (isGiven(user[field])) throw unusable(`${atUser}.${field} ${why}`);
  if (cluster['proxy-url']) {
    throw unusable(`${atCluster}.proxy-url is not read: set HTTPS_PROXY instead, and remove proxy-url from the file.`);
  }
  const insecure = cluster['insecure-skip-tls-verify'] === true;
  const ca = partOf(path, cluster, atCluster, 'certificate-authority');
  if (insecure && ca) {
    throw unusable(`${atCluster} has both certificate-authority and insecure-skip-tls-verify: remove one of them.`);
  }
  const cert = partOf(path, user, atUser, 'client-certificate');
  const key = partOf(path, user, atUser, 'client-key');
  if ((cert === undefined) !== (key === undefined)) {
    const missing = cert ? 'client-key' : 'client-certificate';
    throw unusable(`${atUser}.${missing} is missing: a client certificate needs its key, and the other way round.`);
  }
  return {
    baseUrl: addressOf(cluster.server, `${atCluster}.server`),
    namespace: context.namespace || undefined,
    origin: `the context ${chosen} of ${path}`,
    insecure,
    serverName: cluster['tls-server-name'] || undefined,
    ca,
    cert,
    key,
    token: tokenOf(path, user, atUser),
  };
}

type File = z.infer<typeof FileSchema>;

function namesIn(list: File['users']): string {
  return list.map(({ name }) => name).join(', ') || 'it has none';
}

/** What the file says under a name. @throws AppError */
function entryOf<T>(
  path: string,
  file: File,
  what: 'cluster' | 'context' | 'user',
  name: string,
  schema: z.ZodType<T>,
): T {
  const list = file[`${what}s`];
  const found = list.find((each) => each.name === name);
  if (found === undefined) {
    throw unusable(`${path}: ${what}s has no ${name}: write one that is there (${namesIn(list)}), or add it.`);
  }
  const parsed = schema.safeParse(found[what] ?? {});
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') || what;
  throw unusable(`${path}: ${what}s[${name}].${field} has not the form that it has in a kubeconfig.`);
}

function parse(path: string, content: string): File {
  const document = parseDocument(content, { prettyErrors: true });
  const [error] = document.errors;
  // The library's message shows the line, on which a token may stand.
  if (error) throw unusable(`${path}: line ${error.linePos?.[0].line ?? '?'} is no YAML (${error.code}).`);
  let value: unknown;
  try {
    value = document.toJS();
  } catch {
    throw unusable(`${path}: it has aliases that cannot be resolved: write the values in their place.`);
  }
  const parsed = FileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const at = parsed.error.issues[0]?.path.join('.');
  throw unusable(
    at
      ? `${path}: ${at} has not the form that it has in a kubeconfig.`
      : `${path} is no kubeconfig: it has to be a mapping with clusters, contexts and users.`,
  );
}

/** Reads `x-data` (base64), or the path in `x`, which is relative to the kubeconfig. */
function partOf(
  path: string,
  owner: Readonly<Record<string, unknown>>,
  at: string,
  field: string,
): Credential | undefined {
  const data = owner[`${field}-data`];
  const file = owner[field];
  const name = `${at}.${field}`;
  if (typeof data === 'string' && data !== '') {
    if (!/^[A-Za-z\d+/\s]+={0,2}\s*$/.test(data)) throw unusable(`${name}-data is no base64.`);
    return { name: `${name}-data`, text: Buffer.from(data, 'base64').toString() };
  }
  return typeof file === 'string' && file !== '' ? { name, file: resolve(dirname(path), file) } : undefined;
}

/** A file takes precedence, as in kubectl. */
function tokenOf(path: string, { token, tokenFile }: User, at: string): Credential | undefined {
  if (tokenFile) return { name: `${at}.tokenFile`, file: resolve(dirname(path), tokenFile) };
  return token ? { name: `${at}.token`, text: token } : undefined;
}

/** The address may hold a password, so that no message shows it. */
function addressOf(server: string | null | undefined, at: string): string {
  if (!server) throw unusable(`${at} is not set: write the address of the API server.`);
  if (!/^https?:\/\//i.test(server) || !URL.canParse(server)) {
    throw unusable(`${at} is no address: it has to begin with https://.`);
  }
  const { origin, pathname, username, password, search, hash } = new URL(server);
  if (username !== '' || password !== '') throw unusable(`${at} has a user or a password in it: ${USE_A_TOKEN}.`);
  if (search !== '' || hash !== '') throw unusable(`${at} has a query or a fragment: remove what begins with ? or #.`);
  return `${origin}${pathname}`.replace(/\/+$/, '');
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}
