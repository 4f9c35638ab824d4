import { createRandom } from '../../random.ts';
import type { WorldService } from '../../world/model.ts';
import type { KubernetesObject } from '../model.ts';
import { ago, type Setting, uidFor } from './setting.ts';

/** What brought a workload into the cluster, and how the workload says so. */
export interface Deployer {
  readonly manager: string;
  readonly labels: { readonly [key: string]: string };
  readonly annotations: { readonly [key: string]: string };
}

const WAYS = ['kustomize', 'helm-release', 'argocd', 'helm'] as const;
type Way = (typeof WAYS)[number];

const PLURALS = { Rollout: 'argoproj.io' } as const;

/** All of a namespace is deployed in one way. */
function wayOf({ seed, cluster }: Setting, namespace: string): Way {
  return createRandom(seed, cluster, 'deployed', namespace).pick(WAYS);
}

/** Who deployed a service. */
export function deployerOf(setting: Setting, { namespace, service, kind }: WorldService): Deployer {
  switch (wayOf(setting, namespace)) {
    case 'kustomize':
      return {
        manager: 'kustomize-controller',
        labels: {
          'kustomize.toolkit.fluxcd.io/name': namespace,
          'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
        },
        annotations: {},
      };
    case 'helm-release':
      return {
        manager: 'helm-controller',
        labels: { 'helm.toolkit.fluxcd.io/name': service, 'helm.toolkit.fluxcd.io/namespace': namespace },
        annotations: {},
      };
    case 'argocd': {
      const group = kind === 'Rollout' ? PLURALS.Rollout : 'apps';
      return {
        manager: 'argocd-controller',
        labels: {},
        annotations: { 'argocd.argoproj.io/tracking-id': `${namespace}:${group}/${kind}:${namespace}/${service}` },
      };
    }
    case 'helm':
      return { manager: 'helm', labels: {}, annotations: {} };
  }
}

/** The objects of Flux and Argo CD that deploy the services. */
export function* deployerObjects(setting: Setting, services: readonly WorldService[]): Generator<KubernetesObject> {
  const namespaces = new Set(services.map(({ namespace }) => namespace));
  for (const namespace of namespaces) {
    const way = wayOf(setting, namespace);
    if (way === 'kustomize') yield kustomization(setting, namespace);
    if (way === 'argocd') yield application(setting, namespace);
  }
  for (const service of services) {
    if (wayOf(setting, service.namespace) === 'helm-release') yield helmRelease(setting, service);
  }
}

function kustomization(setting: Setting, name: string): KubernetesObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: metadataOf(setting, 'Kustomization', 'flux-system', name),
    spec: {
      interval: '10m',
      path: `./apps/${name}`,
      prune: true,
      targetNamespace: name,
      sourceRef: { kind: 'GitRepository', name: 'platform' },
    },
    status: { ...ready(setting, 'ReconciliationSucceeded'), lastAppliedRevision: revision(setting, name) },
  };
}

function helmRelease(setting: Setting, { namespace, service }: WorldService): KubernetesObject {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: metadataOf(setting, 'HelmRelease', namespace, service),
    spec: {
      interval: '10m',
      chart: { spec: { chart: service, version: '1.x', sourceRef: { kind: 'HelmRepository', name: 'charts' } } },
    },
    status: { ...ready(setting, 'UpgradeSucceeded'), history: [{ name: service, namespace, status: 'deployed' }] },
  };
}

function application(setting: Setting, name: string): KubernetesObject {
  const source = { repoURL: 'https://git.acme.example/platform.git', path: `apps/${name}`, targetRevision: 'main' };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: metadataOf(setting, 'Application', 'argocd', name),
    spec: { project: 'default', source, destination: { server: 'https://kubernetes.default.svc', namespace: name } },
    status: {
      health: { status: 'Healthy' },
      sync: { status: 'Synced', revision: revision(setting, name).replace(/.*:/, '') },
      reconciledAt: ago(setting, 120),
    },
  };
}

function metadataOf(setting: Setting, kind: string, namespace: string, name: string) {
  const uid = uidFor(setting, kind, namespace, name);
  return { name, namespace, uid, generation: 3, creationTimestamp: ago(setting, 200 * 86_400) };
}

function ready(setting: Setting, reason: string) {
  const condition = {
    type: 'Ready',
    status: 'True',
    reason,
    message: 'in sync',
    lastTransitionTime: ago(setting, 600),
  };
  return { observedGeneration: 3, conditions: [condition] };
}

function revision({ seed }: Setting, name: string): string {
  const random = createRandom(seed, 'revision', name);
  return `main@sha1:${`${random.uuid()}${random.uuid()}`.replaceAll('-', '').slice(0, 40)}`;
}
