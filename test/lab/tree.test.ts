import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildOverlay } from '../deploy/kustomize.ts';
import { kustomize, type Manifest, parseManifests, template } from '../deploy/manifests.ts';
import { ROOT } from '../deploy/tools.ts';
import { installDefinitions, whyNoDefinitions } from './definitions.ts';
import { describeLab, Namespace, onCluster } from './lab.ts';

const CI = 'deploy/helm/komodor-port/ci';
const DRY = [
  'apply',
  '--server-side',
  '--dry-run=server',
  '--validate=strict',
  '--force-conflicts',
  '--warnings-as-errors',
];

const files = readdirSync(join(ROOT, 'deploy'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
  .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
  .filter((path) => !path.startsWith('deploy/helm/') && !path.startsWith('deploy/ci/'))
  .toSorted();
const kustomized = files.filter((path) => path.endsWith('/kustomization.yaml')).map((path) => dirname(path));
/** Folders that kustomize builds by themselves; components are part of one of them. */
const folders = kustomized.filter((path) => !isComponent(path));
/** Components inside of another one are built with it, and every cluster of Flux has the one that says where the repository is. */
const components = kustomized.filter(
  (path) => isComponent(path) && !isComponent(dirname(path)) && path !== 'deploy/flux/repository',
);
const lone = files.filter((path) => !kustomized.some((folder) => path.startsWith(`${folder}/`)));
const valuesFiles = readdirSync(join(ROOT, CI)).map((name) => join(CI, name));

/** Kinds whose definition cannot be had as a Go module; test/deploy compares their fields with what is documented. */
const WITHOUT_DEFINITION = ['fluxcd.controlplane.io/v1 FluxInstance'];

function isComponent(path: string): boolean {
  return kustomized.includes(path) && /^kind: Component$/m.test(read(join(path, 'kustomization.yaml')));
}

/** What a component adds to, from the root of the checkout: the base beside it, or a whole cluster of Flux. */
function baseOf(component: string): string {
  const [, part] = /^(.*)\/components\/[^/]+$/.exec(component) ?? [];
  return [`${part}/base`, 'deploy/flux/clusters/dev'].find((path) => folders.includes(path)) ?? '';
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** As Flux does it where nothing is set in the cluster: every variable has its default. */
function substitute(manifest: Manifest): unknown {
  return JSON.parse(JSON.stringify(manifest).replaceAll(/\$\{\w+:=([^}]*)\}/g, '$1'));
}

function namespacesOf(manifests: readonly Manifest[]): readonly string[] {
  const named = manifests.flatMap(({ kind, metadata: { name, namespace } }) => [
    ...(namespace === undefined ? [] : [namespace]),
    ...(kind === 'Namespace' ? [name] : []),
  ]);
  return [...new Set(named)].filter((name) => name !== 'default');
}

/** What the server complains of in these objects, warnings included. The namespaces that they are in have to be there. */
async function complaints(manifests: readonly Manifest[], ...flags: readonly string[]): Promise<string> {
  const known = manifests.filter(({ apiVersion, kind }) => !WITHOUT_DEFINITION.includes(`${apiVersion} ${kind}`));
  if (known.length === 0) return '';
  const list = { apiVersion: 'v1', kind: 'List', items: known.map(substitute) };
  const { code, stdout, stderr } = await onCluster('kubectl', [...DRY, ...flags, '-f', '-'], list);
  if (code === 0) expect(stdout.trim().split('\n')).toHaveLength(known.length);
  return stderr;
}

const describeTree = whyNoDefinitions ? describe.skip : describeLab;

describeTree(`everything in deploy/ on a real API server${whyNoDefinitions ? ` (${whyNoDefinitions})` : ''}`, () => {
  beforeAll(async () => {
    await installDefinitions();
    await Namespace.create('restricted');
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
    const manifests = await template({ values: loose, files: [`${CI}/minimal-values.yaml`], namespace: 'restricted' });
    expect(await complaints(manifests, '--namespace', 'restricted')).toContain('allowPrivilegeEscalation');
    const service = manifests.filter(({ kind }) => kind === 'Service').map((one) => ({ ...one, spec: { prots: [] } }));
    expect(await complaints(service, '--namespace', 'restricted')).toContain('prots');
  });
});
