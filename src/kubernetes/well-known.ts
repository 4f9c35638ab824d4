import type { Kind } from '../core/model.ts';
import { parseResourceKind, resourceKindName } from './kind-name.ts';

/** What is known of a resource without asking a server. */
export interface WellKnown {
  /** As objects name it: `Deployment`. */
  readonly kind: string;
  /** Undefined: only a server can tell. */
  readonly namespaced: boolean | undefined;
  /** Paths of the fields that an object may lack. */
  readonly mayLack: readonly string[];
  /** Kinds that are read before this one: what its objects point at. */
  readonly after: readonly Kind[];
}

const COMMON = ['metadata.labels', 'metadata.annotations', 'metadata.ownerReferences'];
const WORKLOAD = [...COMMON, 'status.conditions'];
const NAMESPACES = ['v1/namespaces'];

/** Resources by group: their kinds. Those of the second list lie in no namespace. */
const KINDS: Readonly<Record<string, readonly [inNamespaces: string, inNone?: string]>> = {
  '': [
    'Pod Service Secret ConfigMap ServiceAccount PersistentVolumeClaim Event ReplicationController ResourceQuota LimitRange',
    'Node Namespace PersistentVolume',
  ],
  apps: ['Deployment StatefulSet DaemonSet ReplicaSet ControllerRevision'],
  batch: ['Job CronJob'],
  autoscaling: ['HorizontalPodAutoscaler'],
  policy: ['PodDisruptionBudget'],
  'networking.k8s.io': ['Ingress NetworkPolicy', 'IngressClass'],
  'rbac.authorization.k8s.io': ['Role RoleBinding', 'ClusterRole ClusterRoleBinding'],
  'storage.k8s.io': ['', 'StorageClass CSIDriver CSINode VolumeAttachment'],
  'apiextensions.k8s.io': ['', 'CustomResourceDefinition'],
  'getport.io': ['Entity', 'ClusterEntity'],
  'argoproj.io': ['Rollout Application ApplicationSet AppProject Workflow CronWorkflow AnalysisRun AnalysisTemplate'],
  'kustomize.toolkit.fluxcd.io': ['Kustomization'],
  'helm.toolkit.fluxcd.io': ['HelmRelease'],
  'source.toolkit.fluxcd.io': ['GitRepository OCIRepository HelmRepository HelmChart Bucket ExternalArtifact'],
  'notification.toolkit.fluxcd.io': ['Alert Provider Receiver'],
  'image.toolkit.fluxcd.io': ['ImageRepository ImagePolicy ImageUpdateAutomation'],
};

/** What objects of a kind may lack besides their spec and status. */
const MAY_LACK: Readonly<Record<string, readonly string[]>> = {
  '/pods': [...WORKLOAD, 'spec.nodeName', 'spec.initContainers', 'status.startTime', 'status.containerStatuses'],
  '/nodes': ['spec.taints', 'spec.unschedulable', 'spec.providerID', 'spec.podCIDR'],
  '/namespaces': ['metadata.annotations', 'status.conditions'],
  'apps/deployments': [
    ...WORKLOAD,
    ...['status.replicas', 'status.readyReplicas', 'status.availableReplicas', 'status.updatedReplicas'],
  ],
  'apps/statefulsets': [...WORKLOAD, 'status.readyReplicas', 'status.availableReplicas', 'status.updatedReplicas'],
  'apps/daemonsets': [...WORKLOAD, 'status.numberAvailable', 'status.updatedNumberScheduled'],
  'apps/replicasets': [...WORKLOAD, 'status.readyReplicas', 'status.availableReplicas'],
  'batch/jobs': [
    ...WORKLOAD,
    ...['status.startTime', 'status.completionTime', 'status.succeeded', 'status.failed', 'status.active'],
  ],
  'batch/cronjobs': [...COMMON, 'status.lastScheduleTime', 'status.lastSuccessfulTime', 'status.active'],
  'getport.io/entities': ['metadata.labels', 'metadata.annotations', 'spec.properties', 'spec.relations'],
  'getport.io/clusterentities': ['metadata.labels', 'metadata.annotations', 'spec.properties', 'spec.relations'],
};

const AFTER: Readonly<Record<string, readonly Kind[]>> = {
  '/pods': [
    ...[...NAMESPACES, 'v1/nodes', 'apps/v1/deployments', 'apps/v1/statefulsets', 'apps/v1/daemonsets'],
    ...['apps/v1/replicasets', 'batch/v1/jobs', 'argoproj.io/v1alpha1/rollouts'],
  ],
};

const KNOWN = new Map<string, Pick<WellKnown, 'kind' | 'namespaced'>>(
  Object.entries(KINDS).flatMap(([group, [inNamespaces, inNone = '']]) => [
    ...entriesOf(group, inNamespaces, true),
    ...entriesOf(group, inNone, false),
  ]),
);

function entriesOf(group: string, kinds: string, namespaced: boolean) {
  return kinds
    .split(' ')
    .filter((kind) => kind !== '')
    .map((kind) => [`${group}/${resourceOf(kind)}`, { kind, namespaced }] as const);
}

function resourceOf(kind: string): string {
  const name = resourceKindName(`v1/${kind}`);
  if (name === undefined) throw new Error(`${kind} is no kind`);
  return parseResourceKind(name).resource;
}

/** What can be told of a kind of the cluster by its name alone. */
export function wellKnown(name: Kind): WellKnown {
  const { group, resource } = parseResourceKind(name);
  const key = `${group}/${resource}`;
  const { kind, namespaced } = KNOWN.get(key) ?? { kind: kindOf(resource), namespaced: undefined };
  return {
    kind,
    namespaced,
    mayLack: MAY_LACK[key] ?? [...COMMON, 'spec', 'status'],
    after: AFTER[key] ?? (namespaced === false ? [] : NAMESPACES),
  };
}

/** A likely kind, for resources that only a server knows: `widgets` -> `Widget`. */
function kindOf(resource: string): string {
  const singular = /ies$/.test(resource)
    ? `${resource.slice(0, -3)}y`
    : resource.replace(/(?<=s|x|ch|sh)es$|(?<!s)s$/, '');
  return singular.charAt(0).toUpperCase() + singular.slice(1);
}
