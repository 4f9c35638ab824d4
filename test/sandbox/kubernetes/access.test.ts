import { describe, expect, it } from 'vitest';
import { object, openKubernetes } from './caller.ts';

const READ_PODS = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'], namespaces: ['shop'] };

describe('access', () => {
  it('needs the token that is good now', async () => {
    const api = await openKubernetes();
    expect(await api.call({ path: '/api/v1/pods', token: 'other' })).toMatchObject({
      status: 401,
      body: { kind: 'Status', message: 'Unauthorized', reason: 'Unauthorized', code: 401 },
    });
    api.standIn.setToken('renewed');
    expect(await api.call({ path: '/api/v1/pods', token: 'sandbox-token' })).toMatchObject({ status: 401 });
    expect(await api.call({ path: '/api/v1/pods' })).toMatchObject({ status: 200 });
    expect(JSON.parse(api.standIn.kubeconfig())).toMatchObject({
      clusters: [{ cluster: { server: api.standIn.baseUrl } }],
      users: [{ user: { token: 'renewed' } }],
    });
  });

  it('is limited by rights, which can be taken back', async () => {
    const api = await openKubernetes({ user: 'system:serviceaccount:x:y', rights: [READ_PODS] });
    expect(await api.call({ path: '/api/v1/namespaces/shop/pods' })).toMatchObject({ status: 200 });
    const refused = async (path: string) => (await api.call({ path })).body;
    expect(await refused('/api/v1/pods')).toMatchObject({
      code: 403,
      message:
        'pods is forbidden: User "system:serviceaccount:x:y" cannot list resource "pods" in API group "" at the cluster scope',
    });
    expect(await refused('/apis/apps/v1/namespaces/shop/deployments?watch=1')).toMatchObject({
      message:
        'deployments.apps is forbidden: User "system:serviceaccount:x:y" cannot watch resource "deployments" in API group "apps" in the namespace "shop"',
    });
    expect(await refused('/apis/nope.io/v1/x')).toMatchObject({ code: 403 });
    api.standIn.setRights([]);
    expect(await refused('/api/v1/namespaces/shop/pods')).toMatchObject({ code: 403 });
  });

  it('can be asked for', async () => {
    const api = await openKubernetes({ rights: [READ_PODS] });
    const review = async (kind: string, spec: unknown) => {
      const path = `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`;
      return api.call({ method: 'POST', path, body: { apiVersion: 'authorization.k8s.io/v1', kind, spec } });
    };
    const may = (verb: string, namespace: string) =>
      review('SelfSubjectAccessReview', { resourceAttributes: { verb, resource: 'pods', group: '', namespace } });
    expect(await may('list', 'shop')).toMatchObject({ status: 201, body: { status: { allowed: true } } });
    expect(await may('list', 'mail')).toMatchObject({ status: 201, body: { status: { allowed: false } } });
    const rules = await review('SelfSubjectRulesReview', { namespace: 'shop' });
    const { namespaces: _namespaces, ...rule } = READ_PODS;
    expect(rules).toMatchObject({ status: 201, body: { status: { resourceRules: [{}, rule], incomplete: false } } });
  });

  it('goes wrong as faults say', async () => {
    const api = await openKubernetes({
      objects: ['a', 'b', 'c'].map((name) => object('v1', 'Pod', `shop/${name}`)),
      faults: [
        'list-pods call 1 -> 429 retry-after 1',
        'list-pods page 2 -> short-page 1',
        'list-pods call 4 -> compact',
        'list-nodes -> revoke once',
        'list-* call 9 -> 500',
      ],
    });
    expect(await api.call({ path: '/api/v1/pods' })).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    const first = await api.list('/api/v1/pods?limit=1');
    const second = await api.list(`/api/v1/pods?limit=2&continue=${first.metadata.continue}`);
    expect(second.items).toHaveLength(1);
    expect(second.metadata.continue).toBeUndefined();
    expect(await api.call({ path: `/api/v1/pods?limit=1&continue=${first.metadata.continue}` })).toMatchObject({
      status: 410,
    });
    expect(await api.call({ path: '/api/v1/nodes', token: 'sandbox-token' })).toMatchObject({ status: 401 });
    api.standIn.faults.add('list-nodes -> forbid once');
    expect(await api.call({ path: '/api/v1/nodes' })).toMatchObject({ status: 403 });
  });
});
