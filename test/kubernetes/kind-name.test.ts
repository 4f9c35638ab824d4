import { describe, expect, it } from 'vitest';
import { kindOfObjects, parseResourceKind, resourceKindName } from '../../src/kubernetes/kind-name.ts';

describe('the name of a kind of the cluster', () => {
  it.each([
    ['Apps/V1/Deployment', 'apps/v1/deployments'],
    ['apps/v1/deployments', 'apps/v1/deployments'],
    ['apps/v1/deployment', 'apps/v1/deployments'],
    ['apps/v1/Deployments', 'apps/v1/deployments'],
    [' v1/Pod ', 'v1/pods'],
    ['core/v1/pods', 'v1/pods'],
    ['/v1/pods', 'v1/pods'],
    ['v1/endpoints', 'v1/endpoints'],
    ['v1/Endpoints', 'v1/endpoints'],
    ['networking.k8s.io/v1/Ingress', 'networking.k8s.io/v1/ingresses'],
    ['networking.k8s.io/v1/ingresses', 'networking.k8s.io/v1/ingresses'],
    ['networking.k8s.io/v1/NetworkPolicy', 'networking.k8s.io/v1/networkpolicies'],
    ['gateway.networking.k8s.io/v1/Gateway', 'gateway.networking.k8s.io/v1/gateways'],
    ['storage.k8s.io/v1/StorageClass', 'storage.k8s.io/v1/storageclasses'],
    ['monitoring.coreos.com/v1/Prometheus', 'monitoring.coreos.com/v1/prometheuses'],
    ['getport.io/v1/Entity', 'getport.io/v1/entities'],
    ['getport.io/v1/ClusterEntity', 'getport.io/v1/clusterentities'],
    ['argoproj.io/v1alpha1/rollouts', 'argoproj.io/v1alpha1/rollouts'],
    ['kustomize.toolkit.fluxcd.io/v1/Kustomization', 'kustomize.toolkit.fluxcd.io/v1/kustomizations'],
  ])('of %j is %s, and is its own name', (text, kind) => {
    expect(resourceKindName(text)).toBe(kind);
    expect(resourceKindName(kind)).toBe(kind);
  });

  it.each([
    'komodorService',
    'pods',
    'apps/deployments',
    'apps/v1/',
    'apps//deployments',
    'a/b/c/d',
    'v1/pods/log',
    'apps/v1/de ployments',
    'apps/v1/../secrets',
    'apps/v1/?x=1',
    '-apps/v1/deployments',
    `apps/v1/${'a'.repeat(300)}`,
    '',
  ])('is not %j', (text) => expect(resourceKindName(text)).toBeUndefined());

  it('has parts', () => {
    expect(parseResourceKind('apps/v1/deployments')).toEqual({ group: 'apps', version: 'v1', resource: 'deployments' });
    expect(parseResourceKind('v1/pods')).toEqual({ group: '', version: 'v1', resource: 'pods' });
    expect(() => parseResourceKind('komodorService')).toThrow('komodorService is no kind of a cluster');
  });
});

describe('objects that say what they are', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment' };

  it.each([
    ['one object', deployment, 'apps/v1/deployments'],
    ['an array', [pod, pod], 'v1/pods'],
    ['a List', { apiVersion: 'v1', kind: 'List', items: [deployment] }, 'apps/v1/deployments'],
    ['a typed list', { apiVersion: 'v1', kind: 'PodList', items: [{ metadata: {} }] }, 'v1/pods'],
    ['a List of several kinds', { apiVersion: 'v1', kind: 'List', items: [pod, deployment] }, undefined],
    ['an empty typed list', { apiVersion: 'apps/v1', kind: 'DeploymentList', items: [] }, 'apps/v1/deployments'],
    ['an empty List', { apiVersion: 'v1', kind: 'List', items: [] }, undefined],
    ['an answer of another system', { data: { services: [] } }, undefined],
    ['a text', 'Pod', undefined],
    ['null', null, undefined],
  ])('%s', (_name, document, kind) => expect(kindOfObjects(document)).toBe(kind));
});
