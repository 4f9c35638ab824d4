import { describe, expect, it } from 'vitest';
import { kindsReadBy, rbacObjects, rightsFor } from '../../src/kubernetes/rbac.ts';

const everywhere = (kind: string) => ({ kind, namespaces: [] });
const see = { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] };
const rule = (group: string, resources: readonly string[], verbs = ['get', 'list', 'watch']) => ({
  ...{ apiGroups: [group], resources, verbs },
});

describe('the rights that reading kinds needs', () => {
  it('are none when nothing is read', () => expect([...rightsFor([], true)]).toEqual([]));

  it('are get, list and watch of each, by group', () => {
    const kinds = ['v1/pods', 'apps/v1/deployments', 'v1/nodes', 'apps.example.com/v1/apps', 'apps/v1/daemonsets'];
    expect([...rightsFor(kinds.map(everywhere), false)]).toEqual([
      [
        '',
        [rule('', ['nodes', 'pods']), rule('apps', ['daemonsets', 'deployments']), rule('apps.example.com', ['apps'])],
      ],
    ]);
  });

  it('say nothing of versions, and say each thing once', () => {
    const kinds = ['autoscaling/v1/horizontalpodautoscalers', 'autoscaling/v2/horizontalpodautoscalers'].map(
      everywhere,
    );
    expect([...rightsFor([...kinds, ...kinds], false)]).toEqual([
      ['', [rule('autoscaling', ['horizontalpodautoscalers'])]],
    ]);
  });

  it('are those of namespaces, when every entry of a kind names some', () => {
    const kinds = [
      { kind: 'v1/pods', namespaces: ['b', 'a'] },
      { kind: 'v1/pods', namespaces: ['b', 'c'] },
      everywhere('apps/v1/deployments'),
      { kind: 'apps/v1/deployments', namespaces: ['a'] },
    ];
    expect([...rightsFor(kinds, false)]).toEqual([
      ['', [rule('apps', ['deployments'])]],
      ['a', [rule('', ['pods']), see]],
      ['b', [rule('', ['pods']), see]],
      ['c', [rule('', ['pods']), see]],
    ]);
  });

  it('need no other right to see a namespace, where all are read', () => {
    const kinds = [everywhere('v1/namespaces'), { kind: 'v1/pods', namespaces: ['a'] }];
    expect([...rightsFor(kinds, false)]).toEqual([
      ['', [rule('', ['namespaces'])]],
      ['a', [rule('', ['pods'])]],
    ]);
  });

  it('with writing back: the status of entities, and events, where entities are read', () => {
    const kinds = [
      { kind: 'getport.io/v1/entities', namespaces: ['a'] },
      everywhere('getport.io/v1/clusterentities'),
      { kind: 'v1/pods', namespaces: ['b'] },
    ];
    const events = rule('', ['events'], ['create', 'patch']);
    expect([...rightsFor(kinds, true)]).toEqual([
      [
        '',
        [rule('getport.io', ['clusterentities']), rule('getport.io', ['clusterentities/status'], ['patch']), events],
      ],
      ['a', [rule('getport.io', ['entities']), rule('getport.io', ['entities/status'], ['patch']), events, see]],
      ['b', [rule('', ['pods']), see]],
    ]);
  });
});

it('kinds of Komodor need no rights, and a single namespace is one', () => {
  const resources = [
    { kind: 'komodorService', selector: { namespaces: ['x'] } },
    { kind: 'v1/Pod' },
    { kind: 'v1/pods', selector: { namespaces: ' a ' } },
    { kind: 'Apps/V1/Deployment', selector: { namespaces: ['a', 'b'], query: 'of no jq' } },
    { kind: 7 },
    null,
  ];
  expect(kindsReadBy({ resources })).toEqual([
    { kind: 'v1/pods', namespaces: [] },
    { kind: 'v1/pods', namespaces: ['a'] },
    { kind: 'apps/v1/deployments', namespaces: ['a', 'b'] },
  ]);
  for (const config of [{}, { resources: null }, { resources: 'x' }]) expect(kindsReadBy(config)).toEqual([]);
});

describe('the objects', () => {
  const rights = rightsFor([everywhere('v1/nodes'), { kind: 'v1/pods', namespaces: ['a'] }], false);

  it('give the rights to the service account, wherever they are', () => {
    const objects = rbacObjects(rights, { namespace: 'komodor-port', name: 'komodor-port' });
    const subjects = [{ kind: 'ServiceAccount', name: 'komodor-port', namespace: 'komodor-port' }];
    const ref = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: 'komodor-port' });
    expect(objects).toMatchObject([
      { kind: 'ClusterRole', metadata: { name: 'komodor-port' }, rules: [rule('', ['nodes'])] },
      { kind: 'ClusterRoleBinding', metadata: { name: 'komodor-port' }, roleRef: ref('ClusterRole'), subjects },
      { kind: 'Role', metadata: { name: 'komodor-port', namespace: 'a' }, rules: [rule('', ['pods']), see] },
      { kind: 'RoleBinding', metadata: { name: 'komodor-port', namespace: 'a' }, roleRef: ref('Role'), subjects },
    ]);
  });

  it('of two namespaces have two names', () => {
    const names = ['one', 'two'].map((namespace) => JSON.stringify(rbacObjects(rights, { namespace, name: 'x' })[0]));
    expect(names[0]).toContain('"name":"one-x"');
    expect(names[1]).toContain('"name":"two-x"');
  });
});
