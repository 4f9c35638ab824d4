import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildOverlay, COMPONENTS, configMapOf, OVERLAYS, objectOf, podOf, podTemplateOf } from './kustomize.ts';
import { kustomize, type Manifest } from './manifests.ts';
import { excessIn, violationsIn } from './pod-security.ts';
import { mistakesIn } from './schema.ts';
import { describeWith, ROOT } from './tools.ts';

const labelsSchema = z.record(z.string(), z.string());
const workloadSchema = z.looseObject({
  spec: z.looseObject({ selector: z.looseObject({ matchLabels: labelsSchema }) }),
});
const serviceSchema = z.looseObject({
  spec: z.looseObject({ selector: labelsSchema, ports: z.array(z.looseObject({ targetPort: z.string() })) }),
});

const has = (labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);

/** What does not fit together in a build: selectors that select nothing, ConfigMaps and ports that are not there. */
function mismatches(manifests: readonly Manifest[]): readonly string[] {
  const templates = manifests.flatMap((manifest) => podTemplateOf(manifest) ?? []);
  const configMaps = manifests.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
  return manifests.flatMap((manifest): readonly string[] => {
    const id = `${manifest.kind}/${manifest.metadata.name}`;
    if (manifest.kind === 'Service') {
      const { selector, ports } = serviceSchema.parse(manifest).spec;
      const chosen = templates.filter(({ metadata }) => has(metadata.labels, selector));
      const names = chosen.flatMap(({ spec }) => spec.containers.flatMap((each) => each.ports.map(({ name }) => name)));
      return ports.filter(({ targetPort }) => !names.includes(targetPort)).map((port) => `${id}: ${port.targetPort}`);
    }
    const template = podTemplateOf(manifest);
    if (!template) return [];
    const used = [
      ...template.spec.containers.flatMap(({ envFrom }) => envFrom.map(({ configMapRef }) => configMapRef?.name)),
      ...template.spec.volumes.map(({ configMap }) => configMap?.name),
    ];
    const absent = used.filter((name) => name !== undefined && !configMaps.includes(name));
    if (!['Deployment', 'StatefulSet'].includes(manifest.kind)) return absent.map((name) => `${id}: ${name}`);
    const { matchLabels } = workloadSchema.parse(manifest).spec.selector;
    const others = manifests.filter((other) => has(podTemplateOf(other)?.metadata.labels ?? {}, matchLabels));
    return [...absent, ...(others.length === 1 ? [] : others.map(({ kind }) => kind))].map((what) => `${id}: ${what}`);
  });
}

const NEEDED: Readonly<Record<string, readonly string[]>> = { split: ['redis'] };

describeWith(['kubectl'], 'each component on the base', () => {
  describe.each(COMPONENTS)('%s', (component) => {
    let manifests: readonly Manifest[];
    beforeAll(async () => {
      manifests = await buildOverlay({ components: [...(NEEDED[component] ?? []), component] });
    });

    it('builds, and its parts fit together', () => expect(mismatches(manifests)).toEqual([]));

    it('is what the API server takes, and what the restricted Pod Security Standard allows', () => {
      expect(manifests.flatMap(mistakesIn)).toEqual([]);
      expect(manifests.flatMap((manifest) => [...violationsIn(manifest), ...excessIn(manifest, manifests)])).toEqual(
        [],
      );
    });

    it('puts everything into the namespace, labelled', () => {
      for (const { kind, metadata } of manifests) {
        if (kind === 'Namespace') continue;
        expect({ name: metadata.name, namespace: metadata.namespace }).toEqual({
          name: metadata.name,
          namespace: 'komodor-port',
        });
        expect(metadata.labels, `${kind}/${metadata.name}`).toMatchObject({
          'app.kubernetes.io/name': 'komodor-port',
          'app.kubernetes.io/instance': 'komodor-port',
          'app.kubernetes.io/component': expect.stringMatching(/./),
          'app.kubernetes.io/part-of': 'komodor-port',
          'app.kubernetes.io/managed-by': 'kustomize',
        });
      }
    });

    it('has no Secret in it', () => expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]));
  });

  it('in another namespace: everything moves, and still fits together', async () => {
    const components = COMPONENTS.filter((name) => name !== 'cronjob');
    const manifests = await buildOverlay({ components: order(components), rest: { namespace: 'elsewhere' } });
    expect(mismatches(manifests)).toEqual([]);
    const namespaces = manifests.map(({ kind, metadata }) =>
      kind === 'Namespace' ? metadata.name : metadata.namespace,
    );
    expect([...new Set(namespaces)]).toEqual(['elsewhere']);
  });
});

/** Those that copy the pod come after those that change it. */
function order(components: readonly string[]): readonly string[] {
  const copying = ['split', 'once-job', 'cronjob'];
  return [
    ...components.filter((name) => !copying.includes(name)),
    ...copying.filter((name) => components.includes(name)),
  ];
}

describeWith(['kubectl'], 'each overlay', () => {
  describe.each(OVERLAYS)('%s', (overlay) => {
    let manifests: readonly Manifest[];
    beforeAll(async () => {
      manifests = await kustomize(`deploy/kustomize/overlays/${overlay}`);
    });

    it('builds, and its parts fit together', () => expect(mismatches(manifests)).toEqual([]));

    it('is what the API server takes, and what the restricted Pod Security Standard allows', () => {
      expect(manifests.flatMap(mistakesIn)).toEqual([]);
      expect(manifests.flatMap((manifest) => [...violationsIn(manifest), ...excessIn(manifest, manifests)])).toEqual(
        [],
      );
    });

    it('has settings of its own, and keeps those of the base', () => {
      expect(configMapOf(manifests).data).toMatchObject({
        INTEGRATION_IDENTIFIER: `komodor-${overlay}`,
        PORT_BASE_URL: 'https://api.port.io',
      });
    });
  });
});

describeWith(['kubectl'], 'a setting', () => {
  const changed = (components: readonly string[]) =>
    buildOverlay({
      components,
      rest: { configMapGenerator: [{ name: 'komodor-port', behavior: 'merge', literals: ['LOG_LEVEL=debug'] }] },
    });

  it.each([
    ['Deployment', 'komodor-port', []],
    ['Deployment', 'komodor-port-worker', ['redis', 'split']],
    ['CronJob', 'komodor-port-resync', ['cronjob']],
    ['Job', 'komodor-port-resync-once', ['once-job']],
  ] as const)('that changes, changes the pod of %s/%s', async (kind, name, components) => {
    const [before, after] = [await buildOverlay({ components }), await changed(components)];
    expect(configMapOf(after).name).not.toBe(configMapOf(before).name);
    const source = (manifests: readonly Manifest[]) =>
      podOf(manifests, kind, name).spec.containers[0]?.envFrom[0]?.configMapRef?.name;
    expect(source(before)).toBe(configMapOf(before).name);
    expect(source(after)).toBe(configMapOf(after).name);
  });

  it('that does not change leaves every byte as it was', async () => {
    expect(await changed(['redis'])).toEqual(await changed(['redis']));
  });

  it('in the Secret goes before one in the ConfigMap', async () => {
    const sources = podOf(await buildOverlay(), 'Deployment').spec.containers[0]?.envFrom ?? [];
    expect(sources.map((source) => Object.keys(source)[0])).toEqual(['configMapRef', 'secretRef']);
  });
});

describeWith(['kubectl'], 'the pods of a component', () => {
  it('split: a server and a worker, which differ by the role only', async () => {
    const manifests = await buildOverlay({ components: ['redis', 'mapping-files', 'split'] });
    const [server, worker] = ['komodor-port', 'komodor-port-worker'].map((name) =>
      podOf(manifests, 'Deployment', name),
    );
    const role = (value: string) => ({ name: 'ROLE', value });
    expect(server?.spec.containers[0]?.env).toContainEqual(role('server'));
    expect(worker?.spec.containers[0]?.env).toContainEqual(role('worker'));
    expect(JSON.stringify(worker?.spec)).toBe(JSON.stringify(server?.spec).replace('"server"', '"worker"'));
  });

  it('cronjob: nothing that only a service needs', async () => {
    const manifests = await buildOverlay({ components: ['mapping-files', 'cronjob'] });
    expect(manifests.map(({ kind }) => kind)).not.toEqual(expect.arrayContaining(['Deployment']));
    expect(manifests.map(({ kind }) => kind)).not.toEqual(expect.arrayContaining(['Service']));
    expect(configMapOf(manifests).data.EVENT_LISTENER).toBe('ONCE');
    const { spec } = podOf(manifests, 'CronJob', 'komodor-port-resync');
    expect(spec.restartPolicy).toBe('Never');
    expect(spec.volumes.map(({ name }) => name)).toContain('mappings');
    expect(Object.keys(spec.containers[0] ?? {}).filter((key) => /Probe$/.test(key))).toEqual([]);
  });

  it('once-job: made anew by Flux and Argo CD, once for each change', async () => {
    const manifests = await buildOverlay({ components: ['once-job'] });
    const job = objectOf(manifests, 'Job', 'komodor-port-resync-once');
    expect(job.metadata.annotations).toMatchObject({
      'kustomize.toolkit.fluxcd.io/force': 'enabled',
      'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
    });
    expect(job.spec).not.toHaveProperty('ttlSecondsAfterFinished');
    const [container] = podOf(manifests, 'Job', 'komodor-port-resync-once').spec.containers;
    expect(container?.env).toContainEqual({ name: 'EVENT_LISTENER', value: 'ONCE' });
  });
});

describe('components/mapping-files', () => {
  it('begins with the shipped mapping', () => {
    const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
    expect(read('deploy/kustomize/components/mapping-files/komodor.yaml')).toBe(read('mappings/komodor.yaml'));
  });
});
