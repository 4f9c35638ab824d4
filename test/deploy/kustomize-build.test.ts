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

const NEEDED: Readonly<Record<string, readonly string[]>> = {
  split: ['redis'],
  'git-sync-job': ['git-sync', 'once-job'],
};
/** They are of no namespace. */
const OF_CLUSTER: readonly string[] = ['Namespace', 'ClusterRole', 'ClusterRoleBinding'];

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
          namespace: OF_CLUSTER.includes(kind) ? undefined : 'komodor-port',
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
    // The catalog is one folder, and a CronJob takes the place of the Deployment.
    const components = COMPONENTS.filter((name) => !['cronjob', 'catalog-files'].includes(name));
    const manifests = await buildOverlay({ components: order(components), rest: { namespace: 'elsewhere' } });
    expect(mismatches(manifests)).toEqual([]);
    const namespaces = manifests
      .filter(({ kind }) => !OF_CLUSTER.includes(kind) || kind === 'Namespace')
      .map(({ kind, metadata }) => (kind === 'Namespace' ? metadata.name : metadata.namespace));
    expect([...new Set(namespaces)]).toEqual(['elsewhere']);
    expect(objectOf(manifests, 'ClusterRoleBinding', 'komodor-port')).toMatchObject({
      subjects: [{ kind: 'ServiceAccount', name: 'komodor-port', namespace: 'elsewhere' }],
    });
  });
});

/** Those that copy the pod come after those that change it. */
function order(components: readonly string[]): readonly string[] {
  const copying = ['split', 'once-job', 'cronjob', 'git-sync-job'];
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

describeWith(['kubectl'], 'the catalog of a component', () => {
  const pod = (manifests: readonly Manifest[], kind: string, name: string) => podOf(manifests, kind, name).spec;
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
  const initOf = (spec: object) => names(initSchema.parse(spec).initContainers);

  it('git-sync: a copy beside each pod that stays, and before the resync in each that ends', async () => {
    const components = ['redis', 'git-sync', 'split', 'once-job', 'git-sync-job'];
    const manifests = await buildOverlay({ components });
    for (const name of ['komodor-port', 'komodor-port-worker']) {
      const spec = pod(manifests, 'Deployment', name);
      expect([names(spec.containers), initOf(spec)]).toEqual([['komodor-port', 'git-sync'], []]);
    }
    const job = pod(manifests, 'Job', 'komodor-port-resync-once');
    expect([names(job.containers), initOf(job)]).toEqual([['komodor-port'], ['git-sync']]);
    const cron = await buildOverlay({ components: ['git-sync', 'cronjob', 'git-sync-job'] });
    const of = pod(cron, 'CronJob', 'komodor-port-resync');
    expect([names(of.containers), initOf(of)]).toEqual([['komodor-port'], ['git-sync']]);
    expect(JSON.stringify(of)).toContain('"name":"GITSYNC_ONE_TIME","value":"true"');
  });

  it.each(['once-job', 'cronjob'])('git-sync: %s alone still ends', async (component) => {
    const manifests = await buildOverlay({ components: ['git-sync', component] });
    const [kind, name] =
      component === 'cronjob' ? ['CronJob', 'komodor-port-resync'] : ['Job', 'komodor-port-resync-once'];
    expect(names(pod(manifests, kind, name).containers)).toEqual(['komodor-port']);
  });

  it('git-sync: the repository of the overlay, and new pods when it is another one', async () => {
    const literals = ['GITSYNC_REPO=https://git.example.com/mine'];
    const [before, after] = [
      await buildOverlay({ components: ['git-sync'] }),
      await buildOverlay({ components: ['git-sync'], mine: merged('komodor-port-git-sync', { literals }) }),
    ];
    const { name, data } = configMapOf(after, 'komodor-port-git-sync');
    expect(data).toMatchObject({ GITSYNC_REPO: 'https://git.example.com/mine', GITSYNC_LINK: 'current' });
    expect(name).not.toBe(configMapOf(before, 'komodor-port-git-sync').name);
    expect(JSON.stringify(pod(after, 'Deployment', 'komodor-port'))).toContain(name);
  });

  it('catalog-files: manifests of the overlay, without new pods when one changes', async () => {
    const withFile = (text: string) =>
      buildOverlay({
        components: ['catalog-files'],
        mine: merged('komodor-port-catalog', { files: ['checkout.yaml'] }),
        files: { 'checkout.yaml': text },
      });
    const [a, b] = [await withFile('a'), await withFile('b')];
    expect(configMapOf(b, 'komodor-port-catalog')).toEqual({
      ...{ name: 'komodor-port-catalog', data: { 'checkout.yaml': 'b' } },
    });
    expect(pod(a, 'Deployment', 'komodor-port')).toEqual(pod(b, 'Deployment', 'komodor-port'));
    expect(configMapOf(a).data).toMatchObject({ CATALOG_PATH: '/etc/komodor-port/catalog' });
  });

  it('kubernetes: the way to the API server, where there is a network policy', async () => {
    const built = await buildOverlay({ components: ['networkpolicy', 'kubernetes'] });
    expect(JSON.stringify(objectOf(built, 'NetworkPolicy', 'komodor-port').spec)).toContain('6443');
  });
});

/** A component of the user that merges this into a ConfigMap of another one, as docs/kustomize.md says. */
function merged(name: string, content: object) {
  return { configMapGenerator: [{ name, namespace: 'komodor-port', behavior: 'merge', ...content }] };
}

const initSchema = z.looseObject({ initContainers: z.array(z.looseObject({ name: z.string() })).default([]) });

describeWith(['kubectl'], 'what a component sets', () => {
  it.each([
    ['mapping-files', 'komodor-port-mappings', 'komodor.yaml'],
    ['mapping-files', 'komodor-port-mappings', 'teams.yaml'],
    ['tracing', 'komodor-port', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ])('%s: is another thing in a component of the user: %s %s', async (component, name, key) => {
    const isFile = key.endsWith('.yaml');
    const mine = merged(name, isFile ? { files: [key] } : { literals: [`${key}=mine`] });
    // That of the base has no namespace of its own.
    const generator = name === 'komodor-port' ? { ...mine.configMapGenerator[0], namespace: undefined } : undefined;
    const manifests = await buildOverlay({
      components: [component],
      mine: generator ? { configMapGenerator: [generator] } : mine,
      ...(isFile && { files: { [key]: 'mine' } }),
    });
    expect(configMapOf(manifests, name).data[key]).toBe('mine');
  });
});

describe('components/mapping-files', () => {
  it('begins with the shipped mapping', () => {
    const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
    expect(read('deploy/kustomize/components/mapping-files/komodor.yaml')).toBe(read('mappings/komodor.yaml'));
  });
});
