import type { ContractKind } from './kind.contract.ts';

const template = {
  metadata: { labels: { app: 'contract' } },
  spec: { containers: [{ name: 'main', image: 'registry.example.com/contract:1' }] },
};

/** Built-in and custom kinds, in namespaces and in none. */
export const CONTRACT_KINDS: readonly ContractKind[] = [
  {
    name: 'apps/v1/deployments',
    namespaced: true,
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      // Nothing is to happen to it while it is read.
      spec: { replicas: 0, paused: true, selector: { matchLabels: { app: 'contract' } }, template },
    },
  },
  {
    name: 'getport.io/v1/entities',
    namespaced: true,
    body: { apiVersion: 'getport.io/v1', kind: 'Entity', spec: { blueprint: 'contract', identifier: 'one' } },
  },
  {
    name: 'getport.io/v1/clusterentities',
    namespaced: false,
    body: { apiVersion: 'getport.io/v1', kind: 'ClusterEntity', spec: { blueprint: 'contract', identifier: 'one' } },
  },
  { name: 'v1/nodes', namespaced: false, body: { apiVersion: 'v1', kind: 'Node', spec: { unschedulable: true } } },
  { name: 'v1/namespaces', namespaced: false, body: { apiVersion: 'v1', kind: 'Namespace' } },
];
