import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHART, containerOf, dataOf, envOf, find, kindsOf, podOf, VERSION } from './chart.ts';
import { template } from './manifests.ts';
import { describeWith, ROOT } from './tools.ts';

const VALUES: object = parse(readFileSync(join(ROOT, CHART, 'values.yaml'), 'utf8'));
const BLOCKS = Object.entries(VALUES).flatMap(([name, value]) => (typeof value === 'object' && value ? [name] : []));

describeWith(['helm4'], 'pods of the chart', () => {
  it.each([
    ['512Mi', '384'],
    ['1Gi', '768'],
    ['1.5Gi', '1152'],
    ['1024M', '732'],
    ['1G', '715'],
    [1073741824, '768'],
    [null, undefined],
    ['half', undefined],
  ])('gives Node.js three quarters of a limit of %s', async (memory, megabytes) => {
    const env = envOf(containerOf(await template({ values: { resources: { limits: { memory } } } })));
    expect(env.NODE_OPTIONS).toBe(megabytes && `--max-old-space-size=${megabytes}`);
  });

  it('leaves NODE_OPTIONS to whoever sets it, by either way', async () => {
    const bySettings = await template({ values: { settings: { NODE_OPTIONS: '--trace-warnings' } } });
    expect(envOf(containerOf(bySettings))).not.toHaveProperty('NODE_OPTIONS');
    expect(dataOf(bySettings, 'ConfigMap')).toMatchObject({ NODE_OPTIONS: '--trace-warnings' });
    const values = { extraEnv: [{ name: 'NODE_OPTIONS', value: '--trace-warnings' }] };
    const { env } = containerOf(await template({ values }));
    expect(env.filter(({ name }) => name === 'NODE_OPTIONS')).toEqual([
      { name: 'NODE_OPTIONS', value: '--trace-warnings' },
    ]);
  });

  it('takes the worker’s own resources, and its share of them', async () => {
    const worker = { enabled: true, replicas: 3, resources: { limits: { memory: '2Gi' } } };
    const manifests = await template({ values: { redis: { enabled: true }, roles: { worker } } });
    expect(find(manifests, 'Deployment', 'komodor-port-worker')).toMatchObject({ spec: { replicas: 3 } });
    const container = containerOf(manifests, 'Deployment', 'komodor-port-worker');
    expect(envOf(container)).toMatchObject({ ROLE: 'worker', NODE_OPTIONS: '--max-old-space-size=1536' });
    expect(envOf(containerOf(manifests))).toMatchObject({ ROLE: 'server', NODE_OPTIONS: '--max-old-space-size=384' });
  });

  it.each([
    ['Recreate', {}],
    ['RollingUpdate', { redis: { enabled: true } }],
    ['RollingUpdate', { redis: { existingSecret: { name: 'r' } } }],
    ['Recreate', { redis: { enabled: true }, workload: { deployment: { rolloutStrategy: 'Recreate' } } }],
    ['RollingUpdate', { workload: { deployment: { rolloutStrategy: { type: 'RollingUpdate' } } } }],
  ])('is replaced by %s with %o', async (type, values) => {
    expect(find(await template({ values }), 'Deployment', 'komodor-port')).toMatchObject({
      spec: { strategy: { type } },
    });
  });

  it.each([
    [{}, `komodor-port-integration:${VERSION}`],
    [{ image: 'own:1' }, 'own:1'],
    [{ imageRegistry: 'r.example.com/p', image: 'own:1' }, 'r.example.com/p/own:1'],
    [{ imageRegistry: 'r.example.com/p/', image: { tag: 7 } }, 'r.example.com/p/komodor-port-integration:7'],
    [{ image: { digest: 'sha256:0' } }, 'komodor-port-integration@sha256:0'],
    [{ image: { tag: '2.0', digest: 'sha256:0' } }, 'komodor-port-integration:2.0@sha256:0'],
  ])('%o is the image %s', async (values, image) => {
    expect(containerOf(await template({ values })).image).toBe(image);
  });

  it.each([
    [
      'a Secret',
      { secret: { name: 'ca', key: 'crt' } },
      { secret: { secretName: 'ca', items: [{ key: 'crt', path: 'ca.crt' }] } },
    ],
    [
      'a ConfigMap',
      { configMap: { name: 'ca' } },
      { configMap: { name: 'ca', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    ],
    [
      'the values',
      { certificate: 'PEM' },
      { configMap: { name: 'komodor-port-ca', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    ],
  ])('trusts a certificate authority from %s', async (_, given, volume) => {
    const manifests = await template({ values: { selfSignedCertificate: { enabled: true, ...given } } });
    expect(envOf(containerOf(manifests))).toMatchObject({ NODE_EXTRA_CA_CERTS: '/etc/komodor-port/ca/ca.crt' });
    expect(podOf(find(manifests, 'Deployment'))?.spec.volumes).toContainEqual({ name: 'ca', ...volume });
    expect(kindsOf(manifests).includes('ConfigMap/komodor-port-ca')).toBe('certificate' in given);
  });

  it('has probes that fit the service, and writes to /tmp and /tmp/ocean only', async () => {
    const container = containerOf(await template());
    expect(container.startupProbe?.httpGet?.path).toBe('/health/live');
    expect(container.livenessProbe?.httpGet?.path).toBe('/health/live');
    expect(container.readinessProbe?.httpGet?.path).toBe('/health/ready');
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/tmp', '/tmp/ocean']);
  });

  it('keeps its probes, resources and security with service.enabled: false, as the stock chart does not', async () => {
    const [on, off] = await Promise.all([template(), template({ values: { service: { enabled: false } } })]);
    expect(containerOf(off)).toEqual(containerOf(on));
  });

  it('makes texts of numbers and switches where Kubernetes takes only texts', async () => {
    const given = { 'example.com/port': 8000, 'example.com/big': 1_000_000, 'example.com/on': true };
    const texts = { 'example.com/port': '8000', 'example.com/big': '1000000', 'example.com/on': 'true' };
    const manifests = await template({
      values: {
        ...{ podAnnotations: given, deploymentAnnotations: given, extraLabels: given, nodeSelector: given },
        ...{ service: { annotations: given }, podServiceAccount: { annotations: given } },
        ingress: { enabled: true, annotations: given },
        extraEnv: [{ name: 'PORT_CONCURRENCY', value: 8 }],
      },
    });
    const deployment = find(manifests, 'Deployment');
    expect(podOf(deployment)).toMatchObject({
      metadata: { annotations: texts, labels: texts },
      spec: { nodeSelector: texts },
    });
    expect(deployment.metadata.annotations).toEqual(texts);
    for (const kind of ['Service', 'ServiceAccount', 'Ingress'])
      expect(find(manifests, kind).metadata).toMatchObject({ annotations: texts, labels: texts });
    expect(envOf(containerOf(manifests))).toMatchObject({ PORT_CONCURRENCY: '8' });
  });

  it.each(BLOCKS)('renders with %s: null, as people switch off a block', async (name) => {
    expect(await template({ args: ['--set', `${name}=null`] })).not.toEqual([]);
  });

  it('lets a user id go away, for OpenShift, and gives one where somebody wants it', async () => {
    const values = { podSecurityContext: { runAsUser: 1234, runAsNonRoot: false } };
    const spec = podOf(find(await template({ values }), 'Deployment'))?.spec;
    expect(spec).toMatchObject({ securityContext: { runAsUser: 1234, runAsNonRoot: false } });
    expect(podOf(find(await template(), 'Deployment'))?.spec).not.toHaveProperty('securityContext.runAsUser');
  });
});
