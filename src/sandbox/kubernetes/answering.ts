import type { Faults } from '../faults.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { pageOfToken } from './continue-token.ts';
import { discover } from './discovery.ts';
import { asShown } from './events.ts';
import { type Features, readListOptions } from './list-options.ts';
import { type ListRequest, list } from './listing.ts';
import type { Definition } from './model.ts';
import { methodNotAllowed, NO_SUCH_PATH, noSuchObject, noSuchResource, Refusal } from './refusals.ts';
import { type RequestInfo, requestInfo } from './request-info.ts';
import { review } from './reviews.ts';
import type { Rights } from './rights.ts';
import type { KubernetesStore } from './store.ts';
import { bentStream } from './stream-faults.ts';
import { type Watchers, type WatchHabits, watch } from './watching.ts';
import { write } from './writing.ts';

/** All that an answer depends on. */
export interface Server {
  readonly store: KubernetesStore;
  readonly rights: Rights;
  readonly faults: Faults;
  readonly features: Features;
  readonly habits: WatchHabits;
  readonly watchers: Watchers;
}

/** The name of a request's route in faults and in the log: `list-pods`, `watch-pods`, `discovery`. */
export function routeOf(request: SandboxRequest): string {
  const info = requestInfo(request);
  if (info === undefined) return /^\/apis?(\/|$)/.test(request.path) ? 'discovery' : 'server';
  return `${info.verb}-${info.resource}`;
}

/** Which page of a list is asked for. */
export function pageOf({ query }: SandboxRequest): number {
  return pageOfToken(query.get('continue') ?? '');
}

/** Answers as the API server does, in its order: who asks, what may they, is it there, is it well said. */
export function answerRequest(request: SandboxRequest, server: Server): SandboxResponse {
  const { store, rights } = server;
  bendServer(request, server);
  const user = rights.userOf(request);
  const asked = requestInfo(request);
  if (asked === undefined) {
    rights.checkPath(user, request.method, request.path);
    return answerPath(request, server);
  }
  rights.check(user, asked);
  const reviewed = review(request, asked, rights);
  if (reviewed !== undefined) return reviewed;
  const definition = store.find(asked.group, asked.version, asked.resource);
  if (definition === undefined) {
    return notThere(asked.group, store);
  }
  mustHaveSubresource(definition, asked, store);
  mustBeAcceptable(request);
  return answerResource(
    request,
    { ...asked, namespace: definition.namespaced ? asked.namespace : '' },
    definition,
    server,
  );
}

function answerResource(
  request: SandboxRequest,
  info: RequestInfo,
  definition: Definition,
  server: Server,
): SandboxResponse {
  const { store, features, faults } = server;
  if (info.verb === 'get') return get(store, definition, info);
  if (info.verb !== 'list' && info.verb !== 'watch') return write(store, definition, info, request);
  const options = readListOptions(request.query, definition, features);
  const shortPage = faults.named(routeOf(request), 'short-page')?.[0];
  const wanted: ListRequest = {
    definition,
    namespace: info.namespace,
    options,
    ...(shortPage !== undefined && { shortPage: Number(shortPage) }),
  };
  if (!options.isWatch) return list(store, wanted);
  return watch(store, wanted, server.habits, server.watchers, (stream) => bentStream(stream, faults, routeOf(request)));
}

/** Faults that change the server just before it answers. */
function bendServer(request: SandboxRequest, { faults, rights, store }: Server): void {
  const route = routeOf(request);
  if (faults.named(route, 'revoke') !== undefined) rights.setToken(`${rights.token}-renewed`);
  if (faults.named(route, 'forbid') !== undefined) rights.setRules([]);
  if (faults.named(route, 'compact') !== undefined) store.compact();
}

function answerPath(request: SandboxRequest, { store, features }: Server): SandboxResponse {
  const { method, path } = request;
  if (['/healthz', '/livez', '/readyz'].includes(path)) {
    return { status: 200, text: 'ok', headers: { 'content-type': 'text/plain; charset=utf-8' } };
  }
  const found = path === '/version' ? version() : discover(request, store.definitions, features);
  if (found !== undefined && method !== 'GET') throw methodNotAllowed();
  const [root, group = ''] = request.segments;
  if (found === undefined && (root === 'api' || root === 'apis')) return notThere(root === 'api' ? '' : group, store);
  return found ?? NO_SUCH_PATH;
}

/** The groups of the server itself are answered for by another part of it than all the others. */
function notThere(group: string, store: KubernetesStore): SandboxResponse {
  const isOwn = store.definitions.some((one) => one.group === group && !one.isCustom);
  if (isOwn) throw noSuchResource();
  return NO_SUCH_PATH;
}

function version(): SandboxResponse {
  const body = {
    major: '1',
    minor: '36',
    emulationMajor: '1',
    emulationMinor: '36',
    minCompatibilityMajor: '1',
    minCompatibilityMinor: '35',
    gitVersion: 'v1.36.3',
    gitCommit: 'sandbox',
    gitTreeState: 'clean',
    buildDate: '2026-08-12T00:00:00Z',
    goVersion: 'go1.26.8',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
  return { status: 200, body, headers: { 'content-type': 'application/json' } };
}

function get(store: KubernetesStore, definition: Definition, info: RequestInfo): SandboxResponse {
  const found = store.get(definition, info.namespace, info.name);
  if (found === undefined) throw noSuchObject(definition.group, definition.resource, info.name);
  return { status: 200, body: asShown(found, definition), headers: { 'content-type': 'application/json' } };
}

/** A built-in resource has other paths or none; a custom one says that the object is not there. */
function mustHaveSubresource(definition: Definition, info: RequestInfo, store: KubernetesStore): void {
  const { subresources = [], isCustom, group, resource, namespaced } = definition;
  // A namespace is told by its own name; other objects without a namespace are not found in one.
  if (!namespaced && info.namespace !== '' && resource !== 'namespaces') throw noSuchResource();
  if (namespaced && info.isOne && info.namespace === '') throw noSuchResource();
  if (info.subresource === '' || subresources.includes(info.subresource)) return;
  if (isCustom && store.get(definition, info.namespace, info.name) !== undefined) {
    throw noSuchObject(group, resource, info.name);
  }
  throw noSuchResource();
}

const SENT = ['application/json', '*/*', ''];

/** Tables and protobuf the stand-in does not make; who accepts nothing else is refused. */
function mustBeAcceptable({ headers }: SandboxRequest): void {
  const types = (headers.accept ?? '').split(',').map((part) => part.trim());
  if (types.some((type) => !type.includes('as=') && SENT.includes(type.split(';')[0] ?? ''))) return;
  const available =
    'application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, ' +
    'application/vnd.kubernetes.protobuf;stream=watch';
  throw new Refusal(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${available}`, {});
}
