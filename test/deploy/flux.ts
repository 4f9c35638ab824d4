import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { substitute } from './flux-substitution.ts';
import { kustomize, type Manifest, parseManifests, template } from './manifests.ts';
import { ROOT } from './tools.ts';

/** What tests of deploy/flux share: how Flux reads the tree, step by step. */

export const FLUX = 'deploy/flux';
export const CHART = 'deploy/helm/komodor-port';
export const CLUSTERS = ['dev', 'prod'] as const;

/** Folders below a folder that have a kustomization.yaml, from the root of the checkout. */
export function kustomizationsIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)kustomization\.yaml$/.test(file))
    .map((file) => join(folder, file, '..'))
    .sort();
}

const referenceSchema = z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string().optional() });

const kustomizationSchema = z.looseObject({
  kind: z.literal('Kustomization'),
  apiVersion: z.string().startsWith('kustomize.toolkit.fluxcd.io/'),
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({
    path: z.string(),
    interval: z.string(),
    retryInterval: z.string(),
    timeout: z.string(),
    prune: z.boolean(),
    wait: z.boolean().optional(),
    sourceRef: referenceSchema,
    dependsOn: z.array(z.object({ name: z.string() })).default([]),
    healthChecks: z.array(referenceSchema.extend({ apiVersion: z.string() })).optional(),
    healthCheckExprs: z.array(z.looseObject({ kind: z.string() })).default([]),
    postBuild: z
      .object({
        substitute: z.record(z.string(), z.string()).default({}),
        substituteFrom: z.array(z.object({ kind: z.string(), name: z.string(), optional: z.boolean() })).default([]),
      })
      .optional(),
  }),
});

/** A Kustomization of Flux. */
export type FluxKustomization = z.infer<typeof kustomizationSchema>;

export function fluxKustomizations(manifests: readonly Manifest[]): readonly FluxKustomization[] {
  return manifests
    .filter(({ apiVersion }) => apiVersion.startsWith('kustomize.toolkit.fluxcd.io/'))
    .map((manifest) => kustomizationSchema.parse(manifest));
}

const dataSchema = z.looseObject({ data: z.record(z.string(), z.string()) });

/** The variables of a cluster: the data of its ConfigMap cluster-settings. */
export function settingsOf(manifests: readonly Manifest[]): Readonly<Record<string, string>> {
  const found = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'cluster-settings');
  return dataSchema.parse(found).data;
}

/** The objects that kustomize-controller applies. `settings` undefined: there is no ConfigMap cluster-settings. */
export async function applied(
  { spec }: FluxKustomization,
  settings?: Readonly<Record<string, string>>,
): Promise<readonly Manifest[]> {
  const variables = { ...(spec.postBuild?.substituteFrom.length ? settings : {}), ...spec.postBuild?.substitute };
  const built = await kustomize(spec.path);
  // Without any variable Flux substitutes nothing, the defaults included.
  return Object.keys(variables).length === 0 ? built : built.map((manifest) => substituted(manifest, variables));
}

/** An object with its variables put in. */
export function substituted(manifest: Manifest, variables: Readonly<Record<string, string>>): Manifest {
  if (manifest.metadata.annotations?.['kustomize.toolkit.fluxcd.io/substitute'] === 'disabled') return manifest;
  const [result] = parseManifests(substitute(stringify(manifest, { version: '1.1', lineWidth: 0 }), variables));
  if (result === undefined) throw new Error(`Nothing is left of ${manifest.kind} ${manifest.metadata.name}`);
  return result;
}

const releaseSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({
    timeout: z.string(),
    releaseName: z.string(),
    chart: z.looseObject({ spec: z.looseObject({ chart: z.string(), sourceRef: referenceSchema }) }).optional(),
    chartRef: referenceSchema.optional(),
    valuesFrom: z
      .array(z.object({ kind: z.literal('ConfigMap'), name: z.string(), valuesKey: z.string() }))
      .default([]),
    upgrade: z.looseObject({ remediation: z.looseObject({ retries: z.number(), strategy: z.string() }) }),
  }),
});

export function releaseOf(manifests: readonly Manifest[]): z.infer<typeof releaseSchema> {
  return releaseSchema.parse(manifests.find(({ kind }) => kind === 'HelmRelease'));
}

/** What helm-controller renders: the values files of `valuesFrom`, in order. */
export async function rendered(manifests: readonly Manifest[], chart?: string): Promise<readonly Manifest[]> {
  const { metadata, spec } = releaseOf(manifests);
  return inFolder(async (folder) => {
    const files = spec.valuesFrom.map(({ name, valuesKey }, index) => {
      const map = manifests.find((each) => each.kind === 'ConfigMap' && each.metadata.name === name);
      const text = dataSchema.parse(map).data[valuesKey];
      if (text === undefined) throw new Error(`${name} has no ${valuesKey}`);
      const file = join(folder, `${index}.yaml`);
      writeFileSync(file, text);
      return file;
    });
    return template({ release: spec.releaseName, namespace: metadata.namespace, chart: chart ?? CHART, files });
  });
}

/** Runs with a folder that is gone afterwards. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'flux-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs with a copy of deploy/, as somebody has it in a repository of their own. */
export async function inCopy<T>(use: (deploy: string) => Promise<T>): Promise<T> {
  return inFolder((folder) => {
    cpSync(join(ROOT, 'deploy'), join(folder, 'deploy'), { recursive: true });
    return use(join(folder, 'deploy'));
  });
}

/** Milliseconds of a duration as Flux writes it: 30s, 5m, 1h, 1m30s. */
export function durationOf(text: string): number {
  const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
  const parts = [...text.matchAll(/(\d+)([smh])/g)];
  if (parts.map(([part]) => part).join('') !== text) throw new Error(`Not a duration: ${text}`);
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? Number.NaN), 0);
}
