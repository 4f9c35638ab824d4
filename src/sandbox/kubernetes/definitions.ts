import type { Definition } from './model.ts';

type Given = Pick<Definition, 'resource' | 'kind'> & Partial<Definition>;

const EMPTY_TEMPLATE = { metadata: {}, spec: { containers: null } };

const CORE: readonly Given[] = [
  { resource: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'] },
  {
    resource: 'events',
    kind: 'Event',
    shortNames: ['ev'],
    selectable: selectable('reason', 'type', 'involvedObject.kind', 'involvedObject.name', 'involvedObject.namespace'),
    emptyFields: { involvedObject: {}, source: {}, firstTimestamp: null, lastTimestamp: null, eventTime: null },
  },
  {
    resource: 'namespaces',
    kind: 'Namespace',
    namespaced: false,
    shortNames: ['ns'],
    subresources: ['finalize', 'status'],
    selectable: selectable('status.phase'),
    emptyFields: { spec: {}, status: {} },
  },
  {
    resource: 'nodes',
    kind: 'Node',
    namespaced: false,
    shortNames: ['no'],
    subresources: ['status'],
    selectable: selectable('spec.unschedulable'),
    emptyFields: { spec: {}, status: { daemonEndpoints: { kubeletEndpoint: { Port: 0 } }, nodeInfo: {} } },
  },
  {
    resource: 'pods',
    kind: 'Pod',
    shortNames: ['po'],
    categories: ['all'],
    subresources: ['status'],
    selectable: selectable('spec.nodeName', 'spec.restartPolicy', 'spec.serviceAccountName', 'status.phase'),
    emptyFields: { spec: { containers: null }, status: {} },
  },
  { resource: 'secrets', kind: 'Secret', defaults: { type: 'Opaque' }, selectable: selectable('type') },
  { resource: 'serviceaccounts', kind: 'ServiceAccount', shortNames: ['sa'] },
  {
    resource: 'services',
    kind: 'Service',
    shortNames: ['svc'],
    categories: ['all'],
    subresources: ['status'],
    emptyFields: { spec: {}, status: { loadBalancer: {} } },
  },
];

const APPS: readonly Given[] = [
  { resource: 'controllerrevisions', kind: 'ControllerRevision', emptyFields: { revision: 0 } },
  workload('daemonsets', 'DaemonSet', 'ds', ['status'], {
    spec: { selector: null, template: EMPTY_TEMPLATE, updateStrategy: {} },
    status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  }),
  workload('deployments', 'Deployment', 'deploy', ['scale', 'status'], {
    spec: { replicas: 0, selector: null, template: EMPTY_TEMPLATE, strategy: {} },
    status: {},
  }),
  workload('replicasets', 'ReplicaSet', 'rs', ['scale', 'status'], {
    spec: { replicas: 0, selector: null, template: EMPTY_TEMPLATE },
    status: { replicas: 0 },
  }),
  workload('statefulsets', 'StatefulSet', 'sts', ['scale', 'status'], {
    spec: { replicas: 0, selector: null, template: EMPTY_TEMPLATE, serviceName: '', updateStrategy: {} },
    status: { replicas: 0 },
  }),
];

const BATCH: readonly Given[] = [
  workload('cronjobs', 'CronJob', 'cj', ['status'], {
    spec: {
      schedule: '',
      concurrencyPolicy: '',
      suspend: null,
      jobTemplate: { metadata: {}, spec: { template: EMPTY_TEMPLATE } },
    },
    status: {},
  }),
  {
    resource: 'jobs',
    kind: 'Job',
    categories: ['all'],
    subresources: ['status'],
    selectable: selectable('status.successful'),
    emptyFields: { spec: { template: EMPTY_TEMPLATE }, status: {} },
  },
];

const EVENTS: readonly Given[] = [
  {
    resource: 'events',
    kind: 'Event',
    storedIn: '',
    shortNames: ['ev'],
    selectable: selectable('reason', 'type'),
    emptyFields: { eventTime: null, regarding: {}, deprecatedSource: {} },
  },
];

const PORT_SPEC = {
  required: ['blueprint', 'identifier'],
  known: ['blueprint', 'identifier', 'properties', 'relations'],
  conditions: ['lastTransitionTime', 'reason', 'message', 'type', 'status'],
};

/** Of the operators that people use with the catalog. */
const CUSTOM: readonly Definition[] = [
  ...custom('getport.io', 'v1', [
    {
      resource: 'clusterentities',
      kind: 'ClusterEntity',
      singular: 'clusterentity',
      namespaced: false,
      shortNames: ['cent'],
      subresources: ['status'],
      spec: PORT_SPEC,
    },
    {
      resource: 'entities',
      kind: 'Entity',
      singular: 'entity',
      shortNames: ['ent'],
      subresources: ['status'],
      spec: PORT_SPEC,
    },
  ]),
  ...custom('argoproj.io', 'v1alpha1', [
    { resource: 'applications', kind: 'Application', shortNames: ['app', 'apps'] },
    { resource: 'rollouts', kind: 'Rollout', shortNames: ['ro'], subresources: ['scale', 'status'] },
  ]),
  ...custom('helm.toolkit.fluxcd.io', 'v2', [
    { resource: 'helmreleases', kind: 'HelmRelease', shortNames: ['hr'], subresources: ['status'] },
  ]),
  ...custom('kustomize.toolkit.fluxcd.io', 'v1', [
    { resource: 'kustomizations', kind: 'Kustomization', shortNames: ['ks'], subresources: ['status'] },
  ]),
];

const BUILT_IN: readonly Definition[] = [
  ...builtIn('', 'v1', CORE),
  ...builtIn('apps', 'v1', APPS),
  ...builtIn('events.k8s.io', 'v1', EVENTS),
  ...builtIn('batch', 'v1', BATCH),
];

/** What the server has when nothing else is said. */
export const DEFINITIONS: readonly Definition[] = [...BUILT_IN, ...CUSTOM];

function builtIn(group: string, version: string, given: readonly Given[]): Definition[] {
  return given.map((one) => ({ group, version, ...withDefaults(one), isCustom: false }));
}

/** Definitions of custom resources of one group and version. */
function custom(group: string, version: string, given: readonly Given[]): Definition[] {
  return given.map((one) => ({ group, version, ...withDefaults(one), isCustom: true }));
}

function withDefaults(given: Given) {
  return { singular: given.kind.toLowerCase(), namespaced: true, ...given };
}

function workload(
  resource: string,
  kind: string,
  shortName: string,
  subresources: readonly string[],
  emptyFields: Definition['emptyFields'] & object,
): Given {
  return { resource, kind, shortNames: [shortName], categories: ['all'], subresources, emptyFields };
}

function selectable(...fields: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(fields.map((field) => [field, field.split('.')]));
}
