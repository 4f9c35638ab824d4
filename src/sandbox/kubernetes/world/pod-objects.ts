import { createRandom } from '../../random.ts';
import type { KubernetesObject } from '../model.ts';
import { nodeName } from './node-objects.ts';
import { ago, nameSuffix, type Setting, uidFor } from './setting.ts';

/** What the pods of one owner have in common; they share these objects, so that many pods need little memory. */
export interface PodTemplate {
  readonly owner: { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly uid: string };
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
  readonly state: 'running' | 'crashing' | 'pending' | 'succeeded' | 'failed';
  readonly isOrdinal: boolean;
  readonly managedFields: readonly unknown[];
  /** Seconds since they began. */
  readonly age: number;
}

/** The containers of a workload. */
export function podSpec(name: string, image: string) {
  return {
    containers: [
      {
        name,
        image,
        imagePullPolicy: 'IfNotPresent',
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        env: [
          { name: 'LOG_LEVEL', value: 'info' },
          { name: 'DATABASE_PASSWORD', valueFrom: { secretKeyRef: { name, key: 'password' } } },
        ],
        resources: { limits: { memory: '512Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
        livenessProbe: { httpGet: { path: '/healthz', port: 'http', scheme: 'HTTP' }, periodSeconds: 10 },
        readinessProbe: { httpGet: { path: '/readyz', port: 'http', scheme: 'HTTP' }, periodSeconds: 10 },
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
      },
    ],
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    serviceAccountName: name,
    terminationGracePeriodSeconds: 30,
  };
}

/** Pod number `at` of an owner. */
export function podObject(setting: Setting, template: PodTemplate, at: number): KubernetesObject {
  const { owner, namespace, labels, spec, state, age } = template;
  const random = createRandom(setting.seed, setting.cluster, 'pod', namespace, owner.name, at);
  const name = template.isOrdinal
    ? `${owner.name}-${at}`
    : `${owner.name}-${nameSuffix([setting.seed, namespace, owner.name, at], 5)}`;
  const started = ago(setting, random.int(0, age));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(!template.isOrdinal && { generateName: `${owner.name}-` }),
      namespace,
      uid: uidFor(setting, 'Pod', namespace, name),
      creationTimestamp: started,
      managedFields: template.managedFields,
      labels: template.isOrdinal ? { ...labels, 'statefulset.kubernetes.io/pod-name': name } : labels,
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: { ...spec, ...(state !== 'pending' && { nodeName: nodeName(random.int(0, setting.nodes - 1)) }) },
    status: podStatus(template, started, `10.${random.int(1, 254)}.${random.int(0, 255)}.${random.int(1, 254)}`),
  };
}

function podStatus({ spec, state }: PodTemplate, startTime: string, podIP: string) {
  if (state === 'pending') {
    const message = '0/3 nodes are available: 3 Insufficient memory.';
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    return { phase: 'Pending', qosClass: 'Burstable', conditions: [{ ...condition, lastTransitionTime: startTime }] };
  }
  const isReady = state === 'running';
  const isOver = state === 'succeeded' || state === 'failed';
  const status = isReady ? 'True' : 'False';
  return {
    phase: isOver ? (state === 'succeeded' ? 'Succeeded' : 'Failed') : 'Running',
    qosClass: 'Burstable',
    podIP,
    startTime,
    conditions: [
      { type: 'Initialized', status: 'True', lastTransitionTime: startTime },
      { type: 'Ready', status, lastTransitionTime: startTime },
      { type: 'ContainersReady', status, lastTransitionTime: startTime },
      { type: 'PodScheduled', status: 'True', lastTransitionTime: startTime },
    ],
    containerStatuses: spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: `${image.split(':')[0]}@sha256:${'0123456789abcdef'.repeat(4)}`,
      ready: isReady,
      restartCount: state === 'crashing' ? 12 : 0,
      started: isReady,
      state: containerState(state, startTime),
    })),
  };
}

function containerState(state: PodTemplate['state'], startedAt: string) {
  switch (state) {
    case 'crashing':
      return { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } };
    case 'succeeded':
      return { terminated: { exitCode: 0, reason: 'Completed', startedAt } };
    case 'failed':
      return { terminated: { exitCode: 1, reason: 'Error', startedAt } };
    default:
      return { running: { startedAt } };
  }
}
