import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Manifest } from './manifests.ts';
import { ROOT } from './tools.ts';

/** What deploy/ is made of. The folders are read, so that a new file is looked at without a list that names it. */

const CI = 'deploy/helm/komodor-port/ci';

/** Every file of deploy/, from the root of the checkout. */
export const allFiles = readdirSync(join(ROOT, 'deploy'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
  .toSorted();

const yamlFiles = allFiles.filter(
  (path) => path.endsWith('.yaml') && !path.startsWith('deploy/helm/') && !path.startsWith('deploy/ci/'),
);
const kustomized = yamlFiles.filter((path) => path.endsWith('/kustomization.yaml')).map((path) => dirname(path));

/** Folders that kustomize builds by themselves; components are part of one of them. */
export const folders = kustomized.filter((path) => !isComponent(path));

/** Those that somebody adds. A component inside of another one, or outside of `components/`, is built with what has it. */
export const components = kustomized.filter(
  (path) => isComponent(path) && !isComponent(dirname(path)) && path.includes('/components/'),
);

/** Files that no kustomization.yaml is near. */
export const lone = yamlFiles.filter((path) => !kustomized.some((folder) => path.startsWith(`${folder}/`)));

/** The values files that the chart is tried with. */
export const valuesFiles = readdirSync(join(ROOT, CI)).map((name) => join(CI, name));

/** Kinds whose definition cannot be had as a Go module; test/deploy compares their fields with what is documented. */
const WITHOUT_DEFINITION = ['fluxcd.controlplane.io/v1 FluxInstance'];

export function hasDefinition({ apiVersion, kind }: Manifest): boolean {
  return !WITHOUT_DEFINITION.includes(`${apiVersion} ${kind}`);
}

function isComponent(path: string): boolean {
  return kustomized.includes(path) && /^kind: Component$/m.test(read(join(path, 'kustomization.yaml')));
}

/** What a component adds to, from the root of the checkout: the base beside it, or a whole cluster of Flux. */
export function baseOf(component: string): string {
  const [, part] = /^(.*)\/components\/[^/]+$/.exec(component) ?? [];
  return [`${part}/base`, 'deploy/flux/clusters/dev'].find((path) => folders.includes(path)) ?? '';
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** As Flux does it where nothing is set in the cluster: every variable has its default. */
export function withDefaults(manifest: Manifest): Manifest {
  return JSON.parse(JSON.stringify(manifest).replaceAll(/\$\{\w+:=([^}]*)\}/g, '$1'));
}
