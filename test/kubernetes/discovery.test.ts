import { describe, expect, it } from 'vitest';
import type { KubernetesApi } from '../../src/kubernetes/api.ts';
import { createDiscovery, type Discovery, discover } from '../../src/kubernetes/discovery.ts';
import { failureOf } from '../net/test-client.ts';
import { apiOf, json, plainConnection, signal, startPlainServer, statusBody } from './api-server.ts';

const READ = ['get', 'list', 'watch'];
/** Group and version -> `plural Kind` of those in a namespace, and of those in none. */
const WORLD: Readonly<Record<string, readonly (readonly [names: string, namespaced: boolean, verbs?: string[]])[]>> = {
  v1: [
    ['pods Pod', true],
    ['nodes Node', false],
    ['endpoints Endpoints', true],
    ['bindings Binding', true, ['create']],
  ],
  'apps/v1': [
    ['deployments Deployment', true],
    ['statefulsets StatefulSet', true],
  ],
  'batch/v1': [['cronjobs CronJob', true]],
  'networking.k8s.io/v1': [['networkpolicies NetworkPolicy', true]],
  'argoproj.io/v1alpha1': [['rollouts Rollout', true]],
  'metrics.k8s.io/v1beta1': [],
};

interface Server {
  readonly api: KubernetesApi;
  readonly discovery: Discovery;
  /** Paths that were asked for. */
  readonly asked: string[];
  readonly time: { now: number };
  readonly world: Record<string, (typeof WORLD)[string]>;
}

function split(groupVersion: string): readonly [group: string, version: string] {
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  return [group, version];
}

function aggregated(world: typeof WORLD, isCore: boolean): object {
  const names = Object.keys(world).filter((name) => !name.includes('/') === isCore);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    items: names.map((name) => {
      const [group, version] = split(name);
      const resources = (world[name] ?? []).map(([words, namespaced, verbs = READ]) => {
        const [resource = '', kind = ''] = words.split(' ');
        return {
          ...{ resource, verbs, scope: namespaced ? 'Namespaced' : 'Cluster' },
          responseKind: { group, version, kind },
          singularResource: kind.toLowerCase(),
          subresources: [{ subresource: 'status', verbs: ['get'] }],
        };
      });
      const freshness = resources.length === 0 ? 'Stale' : 'Current';
      return { metadata: { name: group }, versions: [{ version, freshness, resources }, 'odd'] };
    }),
  };
}

function plain(world: typeof WORLD, path: string): { readonly status: number; readonly body: object } {
  if (path === '/api') return { status: 200, body: { kind: 'APIVersions', versions: ['v1'] } };
  const names = Object.keys(world);
  if (path === '/apis') {
    const groups = names.filter((name) => name.includes('/')).map(split);
    const list = groups.map(([name, version]) => ({
      name,
      versions: [{ groupVersion: `${name}/${version}`, version }],
    }));
    return { status: 200, body: { kind: 'APIGroupList', groups: list } };
  }
  const name = path.replace(/^\/apis?\//, '');
  const found = world[name] ?? [];
  if (found.length === 0) return { status: 503, body: statusBody(503, 'ServiceUnavailable', 'service unavailable') };
  const resources = found.flatMap(([words, namespaced, verbs = READ]) => {
    const [resource = '', kind = ''] = words.split(' ');
    // Servers before 1.27 leave the singular of many resources empty.
    return [
      { name: resource, singularName: '', namespaced, kind, verbs },
      { name: `${resource}/status`, singularName: '', namespaced, kind, verbs: ['get'] },
    ];
  });
  return { status: 200, body: { kind: 'APIResourceList', groupVersion: name, resources } };
}

async function serve(form: 'aggregated' | 'plain'): Promise<Server> {
  const asked: string[] = [];
  const world = { ...WORLD };
  const url = await startPlainServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const isRoot = path === '/api' || path === '/apis';
    if (form === 'aggregated' && isRoot && request.headers.accept?.includes('as=APIGroupDiscoveryList')) {
      json(response, aggregated(world, path === '/api'));
    } else {
      const { status, body } = plain(world, path);
      json(response, body, status);
    }
  });
  const time = { now: 1_000_000 };
  const api = apiOf(plainConnection(url));
  return { api, discovery: createDiscovery(api, () => time.now), asked, time, world };
}

async function problemOf(discovery: Discovery, kind: string): Promise<string> {
  const found = await discovery.find(kind, signal);
  return 'problem' in found ? found.problem : `found ${found.resource.kind}`;
}

describe.each(['aggregated', 'plain'] as const)('what an API server has, in %s form', (form) => {
  it('is asked for with as few requests as the form allows', async () => {
    const { api, asked } = await serve(form);
    const { resources } = await discover(api, Date.now, signal);
    expect(resources.map(({ kind }) => kind).sort()).toEqual([
      'Binding',
      'CronJob',
      'Deployment',
      'Endpoints',
      'NetworkPolicy',
      'Node',
      'Pod',
      'Rollout',
      'StatefulSet',
    ]);
    // A group whose server is down is asked twice.
    expect(asked).toHaveLength(form === 'aggregated' ? 2 : 2 + 6 + 1);
  });

  it.each([
    ['apps/v1/deployments', '/apis/apps/v1/namespaces/team-a/deployments', '/apis/apps/v1/deployments'],
    ['Apps/V1/Deployment', '/apis/apps/v1/namespaces/team-a/deployments', '/apis/apps/v1/deployments'],
    ['v1/Pod', '/api/v1/namespaces/team-a/pods', '/api/v1/pods'],
    ['v1/endpoints', '/api/v1/namespaces/team-a/endpoints', '/api/v1/endpoints'],
    ['v1/nodes', '/api/v1/nodes', '/api/v1/nodes'],
    [
      'networking.k8s.io/v1/NetworkPolicy',
      '/apis/networking.k8s.io/v1/namespaces/team-a/networkpolicies',
      '/apis/networking.k8s.io/v1/networkpolicies',
    ],
  ])('has %s', async (kind, inNamespace, everywhere) => {
    const { discovery } = await serve(form);
    const found = await discovery.find(kind, signal);
    if ('problem' in found) throw new Error(found.problem);
    expect(found.resource).toMatchObject({ verbs: READ });
    expect([found.resource.path('team-a'), found.resource.path()]).toEqual([inNamespace, everywhere]);
  });

  it.each([
    [
      'apps/v1beta2/deployments',
      'the cluster has no apps/v1beta2/deployments: it has v1 of it; write apps/v1/deployments.',
    ],
    [
      'extensions/v1beta1/deployments',
      'the cluster has no extensions/v1beta1/deployments: did you mean apps/v1/deployments?',
    ],
    ['apps/v1/deploymnets', 'the cluster has no apps/v1/deploymnets: did you mean apps/v1/deployments?'],
    ['apps/v1/rollouts', 'the cluster has no apps/v1/rollouts: did you mean argoproj.io/v1alpha1/rollouts?'],
    [
      'argoproj.io/v1alpha1/applications',
      'its argoproj.io group has rollouts. Its definition may not be installed: kubectl get crd applications.argoproj.io',
    ],
    [
      'getport.io/v1/entities',
      'nothing of the group getport.io. Its definition may not be installed: kubectl get crd entities.getport.io',
    ],
    ['batch/v1/widgets', 'its batch group has cronjobs.'],
    ['v1/bindings', 'v1/bindings cannot be listed: the cluster only offers create'],
    ['metrics.k8s.io/v1beta1/pods', 'the cluster cannot say now what metrics.k8s.io/v1beta1 has ('],
    ['pods', 'pods is no resource of a cluster: write group/version/resource'],
  ])('says of %s what there is instead', async (kind, problem) => {
    const { discovery } = await serve(form);
    expect(await problemOf(discovery, kind)).toContain(problem);
  });

  it('is remembered for 10 minutes; what is not there is looked for at once, and then every 10 seconds', async () => {
    const { discovery, asked, time, world } = await serve(form);
    await discovery.find('v1/pods', signal);
    const once = asked.length;
    time.now += 60_000;
    await discovery.find('v1/pods', signal);
    expect(asked).toHaveLength(once);
    world['example.com/v1'] = [['widgets Widget', true]];
    expect(await problemOf(discovery, 'example.com/v1/widgets')).toBe('found Widget');
    const afterwards = asked.length;
    expect(afterwards).toBeGreaterThan(once);
    time.now += 9000;
    expect(await problemOf(discovery, 'example.com/v1/gadgets')).toContain('its example.com group has widgets');
    expect(asked).toHaveLength(afterwards);
    time.now += 2000;
    await problemOf(discovery, 'example.com/v1/gadgets');
    expect(asked.length).toBeGreaterThan(afterwards);
    const later = asked.length;
    time.now += 600_000;
    await discovery.find('v1/pods', signal);
    expect(asked.length).toBeGreaterThan(later);
  });

  it('is asked for once by all who want it at the same time, and goes on when the first of them stops', async () => {
    const { discovery, asked } = await serve(form);
    const stop = new AbortController();
    const first = discovery.find('v1/nodes', stop.signal);
    const others = Promise.all(['v1/pods', 'v1/nodes'].map((kind) => discovery.find(kind, signal)));
    stop.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    expect(await others).toMatchObject([{ resource: { kind: 'Pod' } }, { resource: { kind: 'Node' } }]);
    expect(asked.filter((path) => path === '/apis')).toHaveLength(1);
  });
});

describe('a server that cannot say what it has', () => {
  it.each([
    [401, { status: 401 }],
    [403, { status: 403 }],
    [500, { status: 500 }],
    [404, { status: 404 }],
  ])('is a failure: status %i', async (status, expected) => {
    const url = await startPlainServer((_request, response) => json(response, statusBody(status, 'No', 'no'), status));
    const discovery = createDiscovery(apiOf(plainConnection(url)));
    expect(await failureOf(discovery.find('v1/pods', signal))).toMatchObject(expected);
  });

  it.each(['{"kind":"Other"}', '<html>', '[]'])('is a failure: %s', async (text) => {
    const url = await startPlainServer((_request, response) => response.end(text));
    const discovery = createDiscovery(apiOf(plainConnection(url)));
    expect(await failureOf(discovery.find('v1/pods', signal))).toMatchObject({ problem: 'malformed' });
  });

  it('is asked again the next time', async () => {
    let isDown = true;
    const url = await startPlainServer((request, response) => {
      if (isDown) json(response, statusBody(403, 'Forbidden', 'no'), 403);
      else if (request.url === '/api') json(response, aggregated(WORLD, true));
      else json(response, aggregated(WORLD, false));
    });
    const discovery = createDiscovery(apiOf(plainConnection(url)));
    await failureOf(discovery.find('v1/pods', signal));
    isDown = false;
    expect(await discovery.find('v1/pods', signal)).toMatchObject({ resource: { kind: 'Pod' } });
  });
});
