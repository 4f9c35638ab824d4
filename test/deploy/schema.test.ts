import { describe, expect, it } from 'vitest';
import { type Manifest, parseManifests } from './manifests.ts';
import { hasSchema, knownKinds, learnKinds, mistakesIn } from './schema.ts';

const POD = `
      containers:
        - name: komodor-port
          image: komodor-port-integration
          ports: [{ name: http, containerPort: 8000 }]
          env: [{ name: ROLE, value: all }]
          resources: { limits: { memory: 512Mi, cpu: 1 } }`;
const RIGHT = {
  Deployment: `apiVersion: apps/v1
kind: Deployment
metadata: { name: x, labels: { app: x } }
spec:
  replicas: 1
  selector: { matchLabels: { app: x } }
  template:
    metadata: { labels: { app: x } }
    spec:${POD}`,
  Secret: 'apiVersion: v1\nkind: Secret\nmetadata: { name: x }\ndata: { KEY: c2VjcmV0 }',
  NetworkPolicy: `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: x }
spec: { podSelector: {}, policyTypes: [Ingress], ingress: [{ ports: [{ port: http }] }] }`,
  HelmRelease: `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: x, namespace: komodor-port }
spec:
  interval: 10m
  chart: { spec: { chart: ./chart, sourceRef: { kind: GitRepository, name: x } } }
  values: { anything: { goes: 1 } }`,
  ServiceMonitor: `apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: x }
spec: { selector: {}, endpoints: [{ port: http, interval: 30s }] }`,
  ExternalSecret: `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: x }
spec: { secretStoreRef: { name: x, kind: SecretStore }, data: [{ secretKey: K, remoteRef: { key: k } }] }`,
  Application: `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: x }
spec: { project: default, destination: { name: x }, source: { repoURL: x } }`,
};

function read(yaml: string): Manifest {
  const [manifest] = parseManifests(yaml);
  if (!manifest) throw new Error(`No object in ${yaml}`);
  return manifest;
}

describe('the schemas', () => {
  it.each(knownKinds())('say of an empty %s that it is right, or what it lacks', (kind) => {
    const [, apiVersion = '', name = ''] = /^(.*)\/([^/]*)$/.exec(kind) ?? [];
    const bare = { apiVersion, kind: name, metadata: { name: 'x' } };
    for (const mistake of mistakesIn(bare)) expect(mistake).toMatch(/required|less|fewer|pattern/);
    expect(mistakesIn({ ...bare, bogus: 1 })).toContain(`${name} x: bogus is unknown`);
  });

  it.each(Object.entries(RIGHT))('take a right %s', (_, yaml) => {
    expect(mistakesIn(read(yaml))).toEqual([]);
  });

  it.each([
    ['Deployment', 'image:', 'imagex:', 'containers[0].imagex is unknown'],
    ['Deployment', 'replicas: 1', 'replicas: one', 'spec.replicas must be integer'],
    ['Deployment', 'replicas: 1', 'replica: 1', 'spec.replica is unknown'],
    ['Deployment', 'value: all', 'value: true', 'env[0].value must be string'],
    ['Deployment', '512Mi', '512MB', 'limits.memory must match pattern'],
    ['Deployment', '{ name: ROLE', '{ name: ROLE }, { name: ROLE', 'env has two items of one key'],
    ['Deployment', 'labels: { app: x } }', 'labelz: { app: x } }', 'metadata.labelz is unknown'],
    ['Secret', 'c2VjcmV0', 'not-base-64', 'data.KEY must match format'],
    ['NetworkPolicy', '{ port: http }', '{ port: { name: http } }', 'port must be integer,string'],
    ['NetworkPolicy', '[Ingress]', 'Ingress', 'policyTypes must be array'],
    ['HelmRelease', 'kind: GitRepository', 'kind: GitRepo', 'sourceRef.kind must be equal to one of'],
    ['HelmRelease', 'interval: 10m', 'interval: 10 minutes', 'spec.interval must match pattern'],
    ['HelmRelease', '  interval: 10m', '  retries: 3', 'spec.retries is unknown'],
    ['ServiceMonitor', 'port: http', 'targetPort: { a: b }', 'targetPort must be integer,string'],
    ['ServiceMonitor', 'interval: 30s', 'interval: often', 'interval must match pattern'],
    ['ExternalSecret', 'kind: SecretStore', 'kind: Vault', 'kind must be equal to one of'],
    ['Application', 'project: default, ', '', "must have required property 'project'"],
  ] as const)('refuse a %s with %s -> %s', (kind, right, wrong, words) => {
    const yaml = RIGHT[kind].replace(right, wrong);
    expect(yaml).not.toBe(RIGHT[kind]);
    expect(mistakesIn(read(yaml)).join('\n')).toContain(words);
  });

  it('are there for every kind, or it is said which has none', () => {
    expect(() => mistakesIn({ apiVersion: 'v2', kind: 'Nothing', metadata: { name: 'x' } })).toThrow('v2/Nothing');
  });

  it('come from a CustomResourceDefinition too', () => {
    const crd = read(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: toys.example.org }
spec:
  group: example.org
  scope: Namespaced
  names: { kind: Toy, plural: toys }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { size: { type: integer } } } } } }`);
    expect(mistakesIn(crd)).toEqual([]);
    learnKinds([crd]);
    expect(hasSchema('example.org/v1/Toy')).toBe(true);
    const toy = { apiVersion: 'example.org/v1', kind: 'Toy', metadata: { name: 'bear' } };
    expect(mistakesIn({ ...toy, spec: { size: 1 } })).toEqual([]);
    expect(mistakesIn({ ...toy, spec: { title: 'Bear' } })).toEqual(['Toy bear: spec.title is unknown']);
  });
});
