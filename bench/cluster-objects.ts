import type { KubernetesObject } from '../src/sandbox/kubernetes/model.ts';

const NODES = 100;
const NAMESPACES = 40;
const MOMENT = '2026-07-15T12:00:43Z';
const CONDITIONS = ['Ready', 'Initialized', 'PodScheduled', 'ContainersReady'].map((type) => ({
  ...{ type, status: 'True', lastProbeTime: null, lastTransitionTime: MOMENT },
}));
/** Of real objects, about half is this. */
const MANAGED_FIELDS = ['kubectl', 'kube-controller-manager', 'kubelet'].map((manager) => ({
  ...{ manager, operation: 'Update', apiVersion: 'v1', time: MOMENT, fieldsType: 'FieldsV1' },
  fieldsV1: {
    'f:metadata': { 'f:labels': { '.': {}, 'f:app': {}, 'f:tier': {} }, 'f:annotations': {} },
    'f:spec': { 'f:containers': { 'k:{"name":"main"}': { '.': {}, 'f:env': {}, 'f:image': {}, 'f:resources': {} } } },
    'f:status': { 'f:conditions': Object.fromEntries(CONDITIONS.map(({ type }) => [`k:{"type":"${type}"}`, {}])) },
  },
}));

/** A cluster with nodes, namespaces, Deployments and their pods, each as large as usual. */
export function* clusterObjects(size: {
  readonly workloads: number;
  readonly podsOfEach: number;
}): Generator<KubernetesObject> {
  for (let at = 0; at < NODES; at += 1) yield object('v1', 'Node', { name: `node-${at}` }, { status: nodeStatus });
  const namespaces = Array.from({ length: NAMESPACES }, (_, at) => `team-${at}`);
  // The cluster itself is known by its namespace kube-system.
  for (const name of ['kube-system', ...namespaces]) yield object('v1', 'Namespace', { name, labels: { name } }, {});
  for (let at = 0; at < size.workloads; at += 1) {
    const namespace = `team-${at % NAMESPACES}`;
    const name = `service-${at}`;
    const spec = { replicas: size.podsOfEach, selector: { matchLabels: { app: name } }, template: template(name) };
    const status = { replicas: size.podsOfEach, readyReplicas: size.podsOfEach, conditions: CONDITIONS };
    yield object('apps/v1', 'Deployment', { namespace, name }, { spec, status });
    for (let pod = 0; pod < size.podsOfEach; pod += 1) yield podOf(namespace, name, pod, at);
  }
}

function podOf(namespace: string, app: string, pod: number, at: number): KubernetesObject {
  const name = `${app}-5d4f7c9b8-${pod}`;
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: `${app}-5d4f7c9b8`,
    uid: `uid-${app}`,
    controller: true,
  };
  return object(
    'v1',
    'Pod',
    { namespace, name, labels: { app, tier: 'backend', 'pod-template-hash': '5d4f7c9b8' }, ownerReferences: [owner] },
    {
      spec: { ...template(app).spec, nodeName: `node-${at % NODES}`, restartPolicy: 'Always' },
      status: {
        ...{ phase: 'Running', startTime: MOMENT, podIP: '10.0.0.7', conditions: CONDITIONS },
        containerStatuses: [{ name: 'main', ready: true, restartCount: pod, image: imageOf(app), state: {} }],
      },
    },
  );
}

const nodeStatus = {
  capacity: { cpu: '16', memory: '64Gi', pods: '110' },
  conditions: CONDITIONS,
  nodeInfo: { kubeletVersion: 'v1.36.0', osImage: 'Linux', architecture: 'amd64', operatingSystem: 'linux' },
};

function template(app: string) {
  const env = Array.from({ length: 20 }, (_, at) => ({ name: `SETTING_${at}`, value: `value of setting ${at}` }));
  const resources = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } };
  return {
    metadata: { labels: { app, tier: 'backend' } },
    spec: { containers: [{ name: 'main', image: imageOf(app), env, resources, ports: [{ containerPort: 8080 }] }] },
  };
}

function imageOf(app: string): string {
  return `registry.example.com/teams/${app}:1.2.3`;
}

function object(
  apiVersion: string,
  kind: string,
  metadata: KubernetesObject['metadata'],
  body: Readonly<Record<string, unknown>>,
): KubernetesObject {
  return { apiVersion, kind, metadata: { ...metadata, managedFields: MANAGED_FIELDS }, ...body };
}
