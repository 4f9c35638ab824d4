import { createRandom } from '../../random.ts';
import type { ServiceKind, WorldService } from '../../world/model.ts';
import type { KubernetesObject } from '../model.ts';
import type { Deployer } from './deployers.ts';
import { managedFields, managedPodFields } from './managed-fields.ts';
import { type PodTemplate, podObject, podSpec } from './pod-objects.ts';
import { ago, nameSuffix, type Setting, uidFor } from './setting.ts';

const API: Readonly<Record<ServiceKind, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Rollout: 'argoproj.io/v1alpha1',
};
const REGISTRIES = [
  'registry.acme.example',
  'ghcr.io/acme',
  '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
] as const;
const HASH_LABEL = { Deployment: 'pod-template-hash', Rollout: 'rollouts-pod-template-hash' } as const;

/** A workload as Komodor tells of it, with its replica set where it has one, and its pods. */
export function* workloadObjects(
  setting: Setting,
  service: WorldService,
  replicas: number,
  deployer: Deployer,
): Generator<KubernetesObject> {
  const { namespace, service: name, kind } = service;
  const random = createRandom(setting.seed, setting.cluster, 'workload', namespace, name);
  const version = service.labels?.['app.kubernetes.io/version'] ?? '1.0.0';
  const image = `${random.pick(REGISTRIES)}/${name}:${version}`;
  const selector = { 'app.kubernetes.io/name': name };
  const podLabels = { ...selector, 'app.kubernetes.io/instance': name, 'app.kubernetes.io/version': version };
  const spec = podSpec(name, image);
  const apiVersion = API[kind];
  const uid = service.uid ?? uidFor(setting, kind, namespace, name);
  const created = ago(setting, random.int(10, 300) * 86_400);
  const template = { metadata: { labels: podLabels }, spec };
  yield {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      uid,
      generation: 4,
      creationTimestamp: created,
      labels: { ...(service.labels ?? selector), ...deployer.labels },
      annotations: { ...service.annotations, ...deployer.annotations },
      managedFields: managedFields(deployer.manager, apiVersion, created),
    },
    spec: workloadSpec(kind, replicas, selector, template),
    status: workloadStatus(setting, service, replicas),
  };
  const hash = nameSuffix([setting.seed, namespace, name, 'template'], 9);
  const age = Math.max(60, setting.now - (service.lastDeploy?.startTime ?? setting.now - 86_400));
  let owner = { apiVersion, kind: String(kind), name, uid };
  let labels: PodTemplate['labels'] = podLabels;
  if (kind === 'Deployment' || kind === 'Rollout') {
    labels = { ...podLabels, [HASH_LABEL[kind]]: hash };
    const set = replicaSet(setting, owner, namespace, hash, labels, spec, replicas);
    yield set;
    owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: set.metadata.name, uid: set.metadata.uid ?? '' };
  }
  const isOrdinal = kind === 'StatefulSet';
  const ofPods = managedPodFields(ago(setting, age));
  for (let at = 0; at < replicas; at += 1) {
    const state =
      service.status === 'unhealthy' && at % 2 === 0 ? (random.chance(0.7) ? 'crashing' : 'pending') : 'running';
    yield podObject(setting, { owner, namespace, labels, spec, state, isOrdinal, managedFields: ofPods, age }, at);
  }
}

function workloadSpec(kind: ServiceKind, replicas: number, matchLabels: object, template: object) {
  const common = { selector: { matchLabels }, template, revisionHistoryLimit: 10 };
  const percent = { maxSurge: '25%', maxUnavailable: '25%' };
  switch (kind) {
    case 'DaemonSet':
      return {
        ...common,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      };
    case 'StatefulSet':
      return {
        ...common,
        replicas,
        serviceName: 'headless',
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      };
    case 'Rollout':
      return { ...common, replicas, strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } } };
    case 'Deployment':
      return {
        ...common,
        replicas,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: percent },
      };
  }
}

function workloadStatus(setting: Setting, { kind, status, service }: WorldService, replicas: number) {
  const isHealthy = status !== 'unhealthy';
  const ready = isHealthy ? replicas : Math.floor(replicas / 2);
  const observedGeneration = 4;
  if (kind === 'DaemonSet') {
    return {
      observedGeneration,
      currentNumberScheduled: replicas,
      desiredNumberScheduled: replicas,
      numberAvailable: ready,
      numberMisscheduled: 0,
      numberReady: ready,
      updatedNumberScheduled: replicas,
    };
  }
  const counts = { replicas, readyReplicas: ready, updatedReplicas: replicas, availableReplicas: ready };
  if (kind === 'StatefulSet') return { observedGeneration, ...counts, currentRevision: `${service}-1` };
  const conditions = [
    {
      type: 'Available',
      status: isHealthy ? 'True' : 'False',
      reason: isHealthy ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: isHealthy ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
      lastTransitionTime: ago(setting, 3_600),
      lastUpdateTime: ago(setting, 3_600),
    },
  ];
  if (kind === 'Rollout')
    return { observedGeneration: '4', ...counts, phase: isHealthy ? 'Healthy' : 'Degraded', conditions };
  return { observedGeneration, ...counts, conditions };
}

function replicaSet(
  setting: Setting,
  owner: PodTemplate['owner'],
  namespace: string,
  hash: string,
  labels: PodTemplate['labels'],
  spec: object,
  replicas: number,
): KubernetesObject {
  const name = `${owner.name}-${hash}`;
  const matchLabels = { 'app.kubernetes.io/name': owner.name, 'pod-template-hash': hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace,
      uid: uidFor(setting, 'ReplicaSet', namespace, name),
      generation: 1,
      creationTimestamp: ago(setting, 86_400),
      labels,
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: { replicas, selector: { matchLabels }, template: { metadata: { labels }, spec } },
    status: { observedGeneration: 1, replicas, readyReplicas: replicas, availableReplicas: replicas },
  };
}
