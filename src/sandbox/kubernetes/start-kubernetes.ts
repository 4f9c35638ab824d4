import { gzipSync } from 'node:zlib';
import { FaultBook } from '../fault-book.ts';
import type { Fault, Faults } from '../faults.ts';
import type { SandboxRequest, SandboxResponse, SandboxServer } from '../http.ts';
import { startServer } from '../start-server.ts';
import { answerRequest, pageOf, routeOf, type Server } from './answering.ts';
import { DEFINITIONS } from './definitions.ts';
import { kubeconfigOf } from './kubeconfig.ts';
import type { Features } from './list-options.ts';
import type { Definition, KubernetesObject } from './model.ts';
import { Refusal } from './refusals.ts';
import { Rights, type Rule } from './rights.ts';
import { KubernetesStore } from './store.ts';

export interface KubernetesOptions {
  /** The bearer token that the server takes. */
  readonly token?: string;
  /** Whose token it is. */
  readonly user?: string;
  /** What the token may; everything when absent. */
  readonly rights?: readonly Rule[];
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly objects?: Iterable<KubernetesObject>;
  /** What the server has, in place of the usual resources. */
  readonly definitions?: readonly Definition[];
  /** Both are on when absent. */
  readonly features?: Partial<Features>;
  /** After how many milliseconds the server ends a watch that named no time. Half an hour when absent. */
  readonly watchMaxMs?: number;
  /** Milliseconds from one bookmark to the next. A minute when absent. */
  readonly bookmarkMs?: number;
  readonly faults?: readonly (Fault | string)[];
  /** Decides in place of the faults. */
  readonly schedule?: Faults;
  readonly latencyMs?: number;
  /** Called with each new token. */
  readonly onToken?: (token: string) => void;
}

/** Names one object. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export interface KubernetesStandIn extends SandboxServer {
  /** As `url`. */
  readonly baseUrl: string;
  /** The token that the server takes now. */
  readonly token: string;
  readonly store: KubernetesStore;
  readonly faults: FaultBook;
  /** How many watches are open. */
  readonly watchers: number;
  /** A kubeconfig with the address and the token; JSON, which is YAML too. */
  kubeconfig(): string;
  /** Puts an object in its place; watches are told. @returns it as it is stored */
  put(object: KubernetesObject): KubernetesObject;
  /** Takes an object away; watches are told. @returns it as it was, or undefined when it was not there */
  remove(object: ObjectReference): KubernetesObject | undefined;
  /** Forgets the past: earlier versions and continue tokens are answered with 410. */
  compact(): void;
  /** From now on only this token is good. */
  setToken(token: string): void;
  /** From now on the token may do this; watches that are open go on. */
  setRights(rules: readonly Rule[]): void;
  /** Ends all watches, as a server that restarts. */
  endWatches(): void;
}

/** Starts a stand-in for the API of Kubernetes on 127.0.0.1, strict where the API server is. */
export async function startKubernetes(options: KubernetesOptions = {}): Promise<KubernetesStandIn> {
  const { user = 'system:serviceaccount:komodor-port:komodor-port', token = 'sandbox-token', latencyMs } = options;
  const store = new KubernetesStore(options.definitions ?? DEFINITIONS);
  for (const object of options.objects ?? []) store.put(object);
  const faults = new FaultBook(options.faults);
  const rights = new Rights(user, token, options.rights, options.onToken);
  const server: Server = {
    store,
    rights,
    faults: options.schedule ?? faults,
    features: { streamingLists: true, aggregatedDiscovery: true, ...options.features },
    habits: { bookmarkMs: options.bookmarkMs ?? 60_000, watchMaxMs: options.watchMaxMs ?? 1_800_000 },
    watchers: new Set(),
  };
  const started = await startServer({
    port: options.port ?? 0,
    ...(latencyMs !== undefined && { latencyMs }),
    faults: server.faults,
    routeOf,
    pageOf,
    handler: (request) => compressed(request, refusing(request, server)),
  });
  return {
    ...started,
    baseUrl: started.url,
    store,
    faults,
    get token() {
      return rights.token;
    },
    get watchers() {
      return server.watchers.size;
    },
    kubeconfig: () => kubeconfigOf(started.url, rights.token),
    put: (object) => store.put(object),
    remove: (object) => store.remove(store.definitionOf(object), object.metadata.namespace ?? '', object.metadata.name),
    compact: () => store.compact(),
    setToken: (next) => rights.setToken(next),
    setRights: (rules) => rights.setRules(rules),
    endWatches() {
      for (const watcher of server.watchers) watcher.end();
    },
  };
}

/** The API server compresses what is larger than this, for who accepts it. */
const COMPRESSED_FROM = 128 * 1024;

function compressed({ method, headers }: SandboxRequest, response: SandboxResponse): SandboxResponse {
  const isWanted = method === 'GET' && /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
  if (!isWanted || response.body === undefined) return response;
  const text = JSON.stringify(response.body);
  const { body: _body, ...rest } = response;
  if (text.length < COMPRESSED_FROM) return { ...rest, text };
  const coding = { 'content-encoding': 'gzip', vary: 'Accept-Encoding' };
  return { ...rest, bytes: gzipSync(text, { level: 1 }), headers: { ...response.headers, ...coding } };
}

function refusing(request: SandboxRequest, server: Server): SandboxResponse {
  try {
    return answerRequest(request, server);
  } catch (error) {
    if (error instanceof Refusal) return error.response();
    throw error;
  }
}
