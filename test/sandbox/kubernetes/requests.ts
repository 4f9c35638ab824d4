import type { Call } from './send.ts';

// What is asked of the real API server and of the stand-in alike. All of it lies in these two namespaces.
export const SHOP = 'stand-in-shop';
export const MAIL = 'stand-in-mail';
export const READER = `system:serviceaccount:${SHOP}:reader`;
/** What the reader may, by a Role in the first namespace. */
export const READER_RULE = { apiGroups: [''], resources: ['secrets'], verbs: ['list', 'watch'] };

export interface Asked extends Omit<Call, 'path'> {
  /** May need the continue token, or the version, of the latest list before it. */
  readonly path: string | ((latest: { readonly token: string; readonly version: string }) => string);
  /** Whose token is sent; the administrator's when absent. */
  readonly as?: 'reader' | 'nobody' | 'stranger';
}

function item(apiVersion: string, kind: string, namespace: string, name: string, app?: string, more: object = {}) {
  return { apiVersion, kind, metadata: { name, namespace, ...(app && { labels: { app } }) }, ...more };
}

const pod = (namespace: string, name: string, app: string) =>
  item('v1', 'Pod', namespace, name, app, {
    // No scheduler has this name, so that nothing happens to it.
    spec: {
      schedulerName: 'nobody',
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'example/app:1.0' }],
    },
  });
const entity = (namespace: string, name: string, spec: object) =>
  item('getport.io/v1', 'Entity', namespace, name, undefined, { spec });
const secret = (namespace: string, name: string, app?: string) => item('v1', 'Secret', namespace, name, app);

/** What is there when the asking begins. */
export const OBJECTS = [
  ...['s1', 's2', 's3', 's4', 's5'].map((name, at) => secret(SHOP, name, at % 2 === 0 ? 'even' : 'odd')),
  secret(MAIL, 'm1', 'even'),
  pod(SHOP, 'p1', 'web'),
  pod(SHOP, 'p2', 'db'),
  pod(MAIL, 'p3', 'web'),
  entity(SHOP, 'e1', { blueprint: 'service', identifier: 'e1' }),
  entity(SHOP, 'e2', { blueprint: 'service', identifier: 'e2', properties: { tier: 1 } }),
];

const secrets = `/api/v1/namespaces/${SHOP}/secrets`;
const pods = `/api/v1/namespaces/${SHOP}/pods`;
const entities = `/apis/getport.io/v1/namespaces/${SHOP}/entities`;
const events = `/api/v1/namespaces/${SHOP}/events`;
const newEvents = `/apis/events.k8s.io/v1/namespaces/${SHOP}/events`;
const STREAM = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1';

function get(...paths: readonly Asked['path'][]): readonly Asked[] {
  return paths.map((path) => ({ path }));
}

function post(path: string, ...bodies: readonly unknown[]): readonly Asked[] {
  return bodies.map((body) => ({ method: 'POST', path, body }));
}

function patch(path: string, type: string, body: unknown): Asked {
  return { method: 'PATCH', path, body, headers: { 'content-type': `application/${type}` } };
}

const accept = (path: string, type: string): Asked => ({ path, headers: { accept: type } });
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const lists: readonly Asked[] = [
  ...get(secrets, `${secrets}?limit=2`, ({ token }) => `${secrets}?limit=2&continue=${token}`),
  ...get(({ token }) => `${secrets}?limit=2&continue=${token}`, `${secrets}?limit=5`, `${secrets}?limit=6`),
  ...get(
    `${secrets}?limit=2&labelSelector=app=even`,
    ({ token }) => `${secrets}?labelSelector=app=even&continue=${token}`,
  ),
  ...get(`${secrets}?limit=2`, ({ token }) => `${secrets}?limit=2&continue=${token}&resourceVersion=5`),
  ...get(`${secrets}?limit=2`, ({ token }) => `${secrets}?limit=2&continue=${token}&resourceVersion=0`),
  ...get(`${secrets}?limit=2`, ({ token }) => `${secrets}?continue=${token}&resourceVersionMatch=Exact`),
  ...get(`${secrets}?limit=2`, ({ token }) => `/api/v1/namespaces/${MAIL}/secrets?continue=${token}`),
  ...get(`${secrets}?continue=a.b`, `${secrets}?continue=abc`, `${secrets}?continue=e30`, `${secrets}?limit=-1`),
  ...get(`${secrets}?limit=`, `${secrets}?limit=abc`, `${secrets}?limit=1.5`, `${secrets}?what=ever`),
  ...get(`${secrets}?resourceVersion=0&limit=2`, `${secrets}?resourceVersion=abc`, `${secrets}?resourceVersion=-1`),
  ...get(secrets, ({ version }) => `${secrets}?resourceVersion=${version}&resourceVersionMatch=Exact&limit=1`),
  ...get(secrets, ({ version }) => `${secrets}?resourceVersion=${version}&limit=2`),
  ...get(secrets, ({ version }) => `${secrets}?resourceVersion=${version}`),
  ...get(`${secrets}?resourceVersionMatch=Exact`, `${secrets}?resourceVersionMatch=Foo&resourceVersion=1`),
  ...get(`${secrets}?resourceVersionMatch=Exact&resourceVersion=0`, `${secrets}?resourceVersion=99999999`),
  ...get(`${secrets}?sendInitialEvents=true`, `${secrets}?sendInitialEvents=no&resourceVersionMatch=Exact`),
  ...get(`${secrets}?labelSelector=app%20in%20(even,x)`, `${secrets}?labelSelector=app%20notin%20(even)`),
  ...get(`${secrets}?labelSelector=app!=even`, `${secrets}?labelSelector=!app`, `${secrets}?labelSelector=app`),
  ...[
    'a=b=c',
    'a in (',
    'a in (b',
    'a in ()',
    'a in b',
    'a foo b',
    'a b',
    'a,,b',
    'a,',
    '=',
    '!',
    'a>x',
    'a in (b c)',
  ].map((selector) => ({ path: `${secrets}?labelSelector=${encodeURIComponent(selector)}` })),
  ...get(`${secrets}?fieldSelector=metadata.name=s2`, `${secrets}?fieldSelector=metadata.name!=s2,metadata.name!=s1`),
  ...get(`${secrets}?fieldSelector=foo`, `${secrets}?fieldSelector=spec.foo=1`, `${pods}?fieldSelector=spec.foo=1`),
  ...get(`${pods}?fieldSelector=status.phase=Pending`, `${pods}?fieldSelector=status.phase!=Pending`),
  ...get(
    `${pods}?fieldSelector=spec.nodeName=`,
    `/api/v1/pods?labelSelector=app=web&fieldSelector=metadata.namespace=${MAIL}`,
  ),
  ...get(`/apis/apps/v1/namespaces/${SHOP}/deployments?fieldSelector=spec.x=y`, `${entities}?fieldSelector=spec.x=y`),
  ...get(entities, `${entities}?limit=1`, ({ token }) => `${entities}?limit=1&continue=${token}`),
  ...get('/api/v1/namespaces/stand-in-nowhere/secrets', `/api/v1/secrets?fieldSelector=metadata.namespace=${SHOP}`),
  ...get(`/api/v1/namespaces?labelSelector=kubernetes.io/metadata.name=${SHOP}`, `/api/v1/namespaces/${SHOP}`),
];

const watches: readonly Asked[] = [
  ...get(
    `${pods}?${STREAM}&allowWatchBookmarks=true`,
    `${pods}?${STREAM}`,
    `${entities}?${STREAM}&allowWatchBookmarks=1`,
  ),
  ...get(`${secrets}?${STREAM}&allowWatchBookmarks=true&labelSelector=app=odd`),
  ...get(`${pods}?watch=1&timeoutSeconds=1`, `${pods}?watch=yes&timeoutSeconds=1&resourceVersion=0`),
  ...get(secrets, ({ version }) => `${secrets}?watch=1&timeoutSeconds=1&resourceVersion=${version}`),
  ...get(`${pods}?watch=1&sendInitialEvents=true`, `${pods}?watch=1&resourceVersionMatch=NotOlderThan`),
  ...get(`${pods}?watch=1&sendInitialEvents=true&resourceVersionMatch=Exact&resourceVersion=1`),
  ...get(`${pods}?watch=1&resourceVersion=abc`, `${pods}?watch=1&continue=abc`, `${pods}?watch=1&timeoutSeconds=abc`),
  ...get(`${pods}?watch=false`, `${pods}/p1?watch=1&timeoutSeconds=1`),
];

const places: readonly Asked[] = [
  ...get(
    `${pods}/p1`,
    `${pods}/nope`,
    `${entities}/e1`,
    `${entities}/nope`,
    `${entities}/e1/status`,
    `${secrets}/s1/status`,
  ),
  ...get(
    '/api/v1/nope',
    `/api/v1/namespaces/${SHOP}/nope`,
    '/apis/apps/v1/nope',
    '/apis/nope.io/v1/x',
    '/apis/nope.io',
  ),
  ...get(
    '/apis/nope.io/v1',
    '/apis/apps/v2',
    '/apis/apps/v2/deployments',
    '/api/v2',
    '/nope',
    '/healthz',
    '/readyz',
    '/livez',
  ),
  ...get('/apis/getport.io/v2/entities', '/apis/getport.io/v1/nope', `/api/v1/nodes/${SHOP}`, '/api/v1/pods/p1'),
  ...get(
    '/api',
    '/apis/getport.io',
    '/apis/getport.io/v1',
    '/apis/apps',
    '/apis/apps/v1',
    '/apis/batch',
    '/apis/batch/v1',
  ),
  ...get('/apis/events.k8s.io/v1', '/api/v1'),
  ...['/api', '/apis'].map((path) => accept(path, `${AGGREGATED},application/json`)),
  accept('/apis', AGGREGATED.replace('v=v2', 'v=v9')),
  ...['text/html', 'application/xml, */*', 'application/json;q=0.5', 'application/*'].map((type) =>
    accept(secrets, type),
  ),
  ...['PUT', 'POST'].map((method) => ({ method, path: method === 'PUT' ? secrets : `${secrets}/s1`, body: {} })),
  ...['POST', 'PUT'].map((method) => ({ method, path: '/version', body: {} })),
  ...post('/api/v1/secrets', {}),
  { method: 'PUT', path: `${secrets}/s1/status`, body: {} },
];

const refusedAccess: readonly Asked[] = [
  ...(['stranger', 'nobody', 'reader'] as const).flatMap((as) =>
    ['/version', '/api', '/apis/apps/v1', '/healthz', '/nope', pods, `${pods}/p1`, secrets, `${secrets}/s1`].map(
      (path) => ({
        as,
        path,
      }),
    ),
  ),
  ...[
    '/api/v1/secrets',
    '/apis/apps/v1/deployments?watch=1',
    '/apis/nope.io/v1/x',
    `/api/v1/nodes/x`,
    `${entities}/e1/status`,
  ].map((path): Asked => ({ as: 'reader', path })),
  ...[`/api/v1/namespaces/${SHOP}`, '/api/v1/namespaces', `${pods}?fieldSelector=metadata.name=p1`].map(
    (path): Asked => ({ as: 'reader', path }),
  ),
  ...['POST', 'PATCH', 'PUT', 'DELETE'].map(
    (method): Asked => ({ as: 'reader', method, path: method === 'POST' ? events : `${events}/x`, body: {} }),
  ),
  { as: 'reader', method: 'DELETE', path: secrets },
  ...['list', 'get'].map(
    (verb): Asked => ({
      as: 'reader',
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: { spec: { resourceAttributes: { namespace: SHOP, verb, group: '', resource: 'secrets' } } },
    }),
  ),
  { as: 'reader', method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', body: { spec: {} } },
  { as: 'reader', method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', body: { spec: {} } },
];

const named = (name: string, more: object = {}) => ({ metadata: { name }, ...more });
const involved = (kind: string, namespace?: string) => ({
  kind,
  apiVersion: 'getport.io/v1',
  name: 'e1',
  ...(namespace && { namespace }),
});
const told = { reason: 'Synced', type: 'Normal' };
const TIME = '2026-11-27T14:10:38Z';
const condition = { type: 'Synced', status: 'True', reason: 'Synced', message: 'as in Port', lastTransitionTime: TIME };

const writes: readonly Asked[] = [
  ...post(secrets, {}, 'nope', '', named('C_1'), named('s1'), { apiVersion: 'v1', kind: 'Secret' }),
  ...post(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', namespace: MAIL } }),
  { ...post(secrets, named('x'))[0], path: secrets, headers: { 'content-type': 'text/plain' } },
  ...post('/api/v1/namespaces/stand-in-nowhere/secrets', named('x')),
  ...post(`${secrets}?dryRun=Foo`, named('x')),
  ...post(
    entities,
    entity(SHOP, 'bad', { identifier: 'x' }),
    entity(SHOP, 'e3', { blueprint: 'b', identifier: 'x', title: 't' }),
  ),
  ...post(
    `${entities}?fieldValidation=Strict`,
    entity(SHOP, 'e4', { blueprint: 'b', identifier: 'x', title: 't', icon: 'i' }),
  ),
  patch(`${entities}/e3`, 'merge-patch+json', { metadata: { labels: { a: 'b' } }, spec: { properties: { x: 1 } } }),
  patch(`${entities}/e3`, 'merge-patch+json', { metadata: { labels: { a: null } } }),
  patch(`${entities}/e3`, 'merge-patch+json', { status: { observedGeneration: 1 } }),
  patch(`${entities}/e3/status`, 'merge-patch+json', {
    status: { observedGeneration: 2, conditions: [condition] },
    spec: { blueprint: 'z' },
  }),
  patch(`${entities}/e3/status`, 'merge-patch+json', { status: { conditions: [{ type: 'Synced', status: 'True' }] } }),
  patch(`${entities}/e3/status?fieldManager=m&force=true`, 'apply-patch+yaml', {
    ...entity(SHOP, 'e3', {}),
    spec: undefined,
    status: { conditions: [{ ...condition, reason: 'Again' }] },
  }),
  patch(`${entities}/nope/status`, 'merge-patch+json', { status: {} }),
  patch(`${entities}/nope`, 'merge-patch+json', {}),
  patch(`${entities}/e3`, 'merge-patch+json', 'nope'),
  patch(`${entities}/e3`, 'merge-patch+json', { metadata: { resourceVersion: '5' } }),
  patch(`${entities}/e3`, 'strategic-merge-patch+json', {}),
  patch(`${entities}/e3`, 'json', {}),
  patch(`${secrets}/s1`, 'json', {}),
  patch(`${entities}/e3`, 'apply-patch+yaml', entity(SHOP, 'e3', {})),
  patch(`${entities}/e5?fieldManager=m`, 'apply-patch+yaml', entity(SHOP, 'e5', { blueprint: 'b', identifier: 'e5' })),
  patch(
    `${entities}/e5?fieldManager=m`,
    'apply-patch+yaml',
    entity(SHOP, 'e5', { blueprint: 'b', identifier: 'e5', title: 't' }),
  ),
  { method: 'DELETE', path: `${entities}/e5` },
  { method: 'DELETE', path: `${entities}/e5` },
  { method: 'DELETE', path: `${entities}/e3` },
  ...post(events, {
    ...named('ev1', told),
    involvedObject: involved('Entity', SHOP),
    message: 'hi',
    source: { component: 'komodor-port' },
    firstTimestamp: TIME,
    lastTimestamp: TIME,
    count: 1,
  }),
  ...post(events, { ...named('ev2', told), involvedObject: involved('Entity', MAIL) }),
  ...post(events, { ...named('ev2', told), involvedObject: involved('ClusterEntity') }),
  patch(`${events}/ev1`, 'merge-patch+json', { count: 2, lastTimestamp: '2026-11-27T15:10:38Z' }),
  ...post(newEvents, {
    ...named('ev4', told),
    regarding: involved('Entity', SHOP),
    note: 'hi',
    reportingController: 'komodor-port',
    reportingInstance: 'p',
    action: 'Sync',
    eventTime: '2026-11-27T14:10:38.000000Z',
  }),
  ...post(newEvents, { ...named('ev5'), regarding: involved('Entity', SHOP), note: 'hi', type: 'Odd' }),
  ...get(
    `${events}/ev4`,
    `${newEvents}/ev1`,
    `${events}?fieldSelector=involvedObject.name=e1`,
    `${events}?fieldSelector=foo=e1`,
  ),
  { method: 'DELETE', path: `${events}/ev1` },
];

const e6 = entity(SHOP, 'e6', { blueprint: 'b', identifier: 'e6' });
/** What a watch from before all these changes tells of them. */
const episode: readonly Asked[] = [
  ...get(entities),
  ...post(entities, e6),
  patch(`${entities}/e6`, 'merge-patch+json', { metadata: { labels: { app: 'web' } } }),
  patch(`${entities}/e6`, 'merge-patch+json', { metadata: { labels: { app: 'web' } } }),
  patch(`${entities}/e6/status`, 'merge-patch+json', { status: { observedGeneration: 1 } }),
  patch(`${entities}/e6`, 'merge-patch+json', { spec: { properties: { tier: 2 } } }),
  patch(`${entities}/e6`, 'merge-patch+json', { metadata: { labels: { app: 'db' } } }),
  patch(`${entities}/e6`, 'merge-patch+json', {
    metadata: { finalizers: ['example.com/hold'], labels: { app: 'web' } },
  }),
  { method: 'DELETE', path: `${entities}/e6`, body: { propagationPolicy: 'Background' } },
  patch(`${entities}/e6`, 'merge-patch+json', { metadata: { finalizers: null } }),
  ...get(`${entities}/e6`),
  ...get(
    ...['', '&labelSelector=app=web', '&fieldSelector=metadata.name=e6', '&fieldSelector=metadata.name=e1'].map(
      (more): Asked['path'] =>
        ({ version }) =>
          `${entities}?watch=1&timeoutSeconds=1&resourceVersion=${version}${more}`,
    ),
  ),
  ...get(({ version }) => `${entities}?watch=1&timeoutSeconds=3&allowWatchBookmarks=true&resourceVersion=${version}`),
  ...get(
    secrets,
    ({ version }) => `${secrets}?watch=1&timeoutSeconds=3&allowWatchBookmarks=true&resourceVersion=${version}`,
  ),
  { method: 'PUT', path: `${entities}/e1`, body: { ...entity(SHOP, 'e1', { blueprint: 'b' }) } },
  { method: 'PUT', path: `${entities}/e1`, body: { ...entity(SHOP, 'e1', { blueprint: 'b', identifier: 'e1' }) } },
  ...post(`${secrets}?dryRun=All`, named('dry')),
  ...get(`${secrets}/dry`),
];

/** In this order: later ones see what earlier ones wrote. */
export const REQUESTS: readonly Asked[] = [...lists, ...watches, ...places, ...refusedAccess, ...writes, ...episode];
