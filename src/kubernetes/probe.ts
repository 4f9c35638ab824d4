import type { JsonObject, Kind } from '../core/model.ts';
import type { Place } from '../core/source.ts';
import { parseResourceKind } from './kind-name.ts';
import { wellKnown } from './well-known.ts';

/** Values that no real object has. A property of an entity with such a value keeps that part of a place. */
const NAMESPACE = 'probe-namespace-q7x';
const NAME = 'probe-name-q7x';
const MOMENT = '2026-07-15T12:00:43Z';

const CONDITIONS = [
  { type: 'Ready', status: 'True', reason: 'ProbeReason', message: 'probe message', lastTransitionTime: MOMENT },
  { type: 'Available', status: 'True', reason: 'ProbeReason', message: 'probe message', lastTransitionTime: MOMENT },
];
const CONTAINERS = [
  {
    name: 'probe-container-q7x',
    image: 'registry.example.com/probe/image-q7x:1.2.3',
    imagePullPolicy: 'IfNotPresent',
    ports: [{ containerPort: 8080, protocol: 'TCP' }],
    env: [{ name: 'PROBE', value: 'q7x' }],
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } },
  },
];
const POD_SPEC = {
  containers: CONTAINERS,
  initContainers: CONTAINERS,
  serviceAccountName: 'probe-account-q7x',
  nodeName: 'probe-node-q7x',
  restartPolicy: 'Always',
};
const SELECTOR = { matchLabels: { app: 'probe-app-q7x' } };
const TEMPLATE = { metadata: { labels: { app: 'probe-app-q7x' }, annotations: {} }, spec: POD_SPEC };

const REPLICAS = { spec: { replicas: 2, selector: SELECTOR, template: TEMPLATE } };
const REPLICA_STATUS = {
  observedGeneration: 3,
  conditions: CONDITIONS,
  ...{ replicas: 2, readyReplicas: 2, availableReplicas: 2, updatedReplicas: 2, currentReplicas: 2 },
};
const ENTITY = {
  spec: {
    blueprint: 'probe-blueprint-q7x',
    identifier: 'probe-identifier-q7x',
    properties: { text: 'probe-text-q7x' },
    relations: { target: 'probe-target-q7x' },
  },
};

/** Spec and status by group and resource, as far as usual mappings read them. */
const BODIES: Readonly<Record<string, JsonObject>> = {
  '/pods': {
    spec: POD_SPEC,
    status: {
      phase: 'Running',
      conditions: CONDITIONS,
      ...{ startTime: MOMENT, podIP: '10.0.0.7', hostIP: '10.0.0.1', qosClass: 'Burstable' },
      containerStatuses: [
        {
          ...{ name: 'probe-container-q7x', ready: true, started: true, restartCount: 1 },
          image: 'registry.example.com/probe/image-q7x:1.2.3',
          imageID: 'registry.example.com/probe/image-q7x@sha256:0123456789abcdef',
          state: { running: { startedAt: MOMENT } },
        },
      ],
    },
  },
  '/nodes': {
    spec: {
      ...{ podCIDR: '10.1.0.0/24', providerID: 'probe://node-q7x', unschedulable: false },
      taints: [{ key: 'probe', value: 'q7x', effect: 'NoSchedule' }],
    },
    status: {
      capacity: { cpu: '4', memory: '16Gi', pods: '110' },
      allocatable: { cpu: '4', memory: '15Gi', pods: '110' },
      conditions: CONDITIONS,
      addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
      nodeInfo: {
        ...{ kubeletVersion: 'v1.36.0', osImage: 'Probe Linux', architecture: 'amd64', operatingSystem: 'linux' },
        ...{ containerRuntimeVersion: 'containerd://2.0.0', kernelVersion: '6.1.0' },
      },
    },
  },
  '/namespaces': { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active', conditions: CONDITIONS } },
  'apps/deployments': { ...REPLICAS, status: REPLICA_STATUS },
  'apps/statefulsets': { ...REPLICAS, status: REPLICA_STATUS },
  'apps/replicasets': { ...REPLICAS, status: REPLICA_STATUS },
  'argoproj.io/rollouts': { ...REPLICAS, status: { ...REPLICA_STATUS, phase: 'Healthy' } },
  'apps/daemonsets': {
    spec: { selector: SELECTOR, template: TEMPLATE },
    status: {
      ...{ desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 2, numberReady: 2 },
      ...{ numberAvailable: 2, numberUnavailable: 0, numberMisscheduled: 0 },
      conditions: CONDITIONS,
    },
  },
  'batch/jobs': {
    spec: { parallelism: 1, completions: 1, backoffLimit: 6, template: TEMPLATE },
    status: {
      ...{ startTime: MOMENT, completionTime: MOMENT, succeeded: 1, failed: 1, active: 1 },
      conditions: CONDITIONS,
    },
  },
  'batch/cronjobs': {
    spec: { schedule: '0 3 * * *', suspend: false, jobTemplate: { spec: { template: TEMPLATE } } },
    status: { lastScheduleTime: MOMENT, lastSuccessfulTime: MOMENT, active: [{ name: 'probe-job-q7x' }] },
  },
  'getport.io/entities': ENTITY,
  'getport.io/clusterentities': ENTITY,
};

/** A made-up object of a kind, with a recognisable place, and with that place. */
export function probeOf(kind: Kind): { readonly object: JsonObject; readonly place: Place } {
  const { group, version, resource } = parseResourceKind(kind);
  const known = wellKnown(kind);
  const place: Place = { ...(known.namespaced === false ? {} : { namespace: NAMESPACE }), name: NAME };
  return {
    place,
    object: {
      apiVersion: group === '' ? version : `${group}/${version}`,
      kind: known.kind,
      metadata: {
        ...place,
        uid: '00000000-0000-4000-8000-0000000000aa',
        ...{ resourceVersion: '4711', generation: 3, creationTimestamp: MOMENT },
        labels: { app: 'probe-app-q7x', 'app.kubernetes.io/name': 'probe-app-q7x' },
        annotations: { 'getport.io/title': 'probe-title-q7x' },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'probe-owner-q7x', uid: 'probe-owner', controller: true },
        ],
      },
      ...(BODIES[`${group}/${resource}`] ?? { spec: {}, status: { conditions: CONDITIONS } }),
    },
  };
}
