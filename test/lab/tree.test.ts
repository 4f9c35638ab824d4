import { beforeAll, describe, expect, it } from 'vitest';
import { buildOverlay } from '../deploy/kustomize.ts';
import { kustomize, type Manifest, parseManifests, template } from '../deploy/manifests.ts';
import {
  baseOf,
  components,
  folders,
  hasDefinition,
  lone,
  read,
  valuesFiles,
  withDefaults,
} from '../deploy/whole-tree.ts';
import { installDefinitions, whyNoDefinitions } from './definitions.ts';
import { describeLab, Namespace, onCluster } from './lab.ts';

const DRY = [
  'apply',
  '--server-side',
  '--dry-run=server',
  '--validate=strict',
  '--force-conflicts',
  '--warnings-as-errors',
];

function namespacesOf(manifests: readonly Manifest[]): readonly string[] {
  const named = manifests.flatMap(({ kind, metadata: { name, namespace } }) => [
    ...(namespace === undefined ? [] : [namespace]),
    ...(kind === 'Namespace' ? [name] : []),
  ]);
  return [...new Set(named)].filter((name) => name !== 'default');
}

/** What the server complains of in these objects, warnings included. The namespaces that they are in have to be there. */
async function complaints(manifests: readonly Manifest[], ...flags: readonly string[]): Promise<string> {
  const known = manifests.filter(hasDefinition);
  if (known.length === 0) return '';
  const list = { apiVersion: 'v1', kind: 'List', items: known.map(withDefaults) };
  const { code, stdout, stderr } = await onCluster('kubectl', [...DRY, ...flags, '-f', '-'], list);
  if (code === 0) expect(stdout.trim().split('\n')).toHaveLength(known.length);
  return stderr;
}

const describeTree = whyNoDefinitions ? describe.skip : describeLab;

describeTree(`everything in deploy/ on a real API server${whyNoDefinitions ? ` (${whyNoDefinitions})` : ''}`, () => {
  beforeAll(async () => {
    await installDefinitions();
    const restricted = await Namespace.create('restricted');
    // What deploy/helm/komodor-port/ci/everything-values.yaml expects in a cluster.
    const important = {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'important' },
      value: 1000,
    };
    await restricted.must('kubectl', ['apply', '-f', '-'], important);
    const overlays = await Promise.all(
      components.map((path) => buildOverlay({ base: baseOf(path), components: [path] })),
    );
    const kustomizations = await Promise.all(folders.map((folder) => kustomize(folder)));
    const all = [...overlays.flat(), ...kustomizations.flat(), ...lone.flatMap((path) => parseManifests(read(path)))];
    for (const name of namespacesOf(all)) await Namespace.create(name);
  });

  it('is all looked at', () => {
    expect(folders.length).toBeGreaterThan(20);
    expect(lone.length).toBeGreaterThan(5);
    expect(valuesFiles.length).toBeGreaterThan(5);
  });

  it.each(folders)('accepts what kustomize builds of %s', async (folder) => {
    expect(await complaints(await kustomize(folder))).toBe('');
  });

  it.each(components)('accepts %s on what it is made for', async (component) => {
    expect(await complaints(await buildOverlay({ base: baseOf(component), components: [component] }))).toBe('');
  });

  it.each(lone)('accepts %s', async (path) => {
    expect(await complaints(parseManifests(read(path)))).toBe('');
  });

  // With every pod template: hooks, CronJob, Redis and tests included.
  it.each(valuesFiles)('accepts the chart with %s in a namespace with restricted Pod Security', async (file) => {
    const manifests = await template({ files: [file], namespace: 'restricted' });
    expect(await complaints(manifests, '--namespace', 'restricted')).toBe('');
  });

  it('says when a pod is not as restricted as it has to be, and when a field is wrong', async () => {
    const loose = { containerSecurityContext: { allowPrivilegeEscalation: true } };
    const manifests = await template({
      values: loose,
      files: ['deploy/helm/komodor-port/ci/minimal-values.yaml'],
      namespace: 'restricted',
    });
    expect(await complaints(manifests, '--namespace', 'restricted')).toContain('allowPrivilegeEscalation');
    const service = manifests.filter(({ kind }) => kind === 'Service').map((one) => ({ ...one, spec: { prots: [] } }));
    expect(await complaints(service, '--namespace', 'restricted')).toContain('prots');
  });
});
