import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { kustomize, type Manifest } from './manifests.ts';
import { ROOT } from './tools.ts';

const FOLDER = 'deploy/kustomize';

const foldersIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );

export const COMPONENTS = foldersIn(`${FOLDER}/components`);
export const OVERLAYS = foldersIn(`${FOLDER}/overlays`);

/** What stands in a kustomization.yaml of a user, with other files beside it. */
interface Overlay {
  /** What it builds on, from the root of the checkout. */
  readonly base?: string;
  /** Names of components of Kustomize, or their folders from the root of the checkout. */
  readonly components?: readonly string[];
  readonly rest?: object;
  /** What stands in a component of the user, after all others, with files beside it. */
  readonly mine?: object;
  readonly files?: Readonly<Record<string, string>>;
}

/** Builds an overlay as a user would write it, in a folder of its own: the base, components in this order, and the rest. */
export async function buildOverlay({
  base = `${FOLDER}/base`,
  components = [],
  rest = {},
  mine,
  files = {},
}: Overlay = {}): Promise<readonly Manifest[]> {
  const folder = mkdtempSync(join(tmpdir(), 'overlay-'));
  const pathTo = (path: string) => relative(folder, join(ROOT, path));
  try {
    const shipped = components.map((name) => pathTo(name.includes('/') ? name : `${FOLDER}/components/${name}`));
    const kustomization = {
      resources: [pathTo(base)],
      components: mine === undefined ? shipped : [...shipped, 'mine'],
      ...rest,
    };
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    mkdirSync(join(folder, 'mine'));
    const component = { apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component', ...mine };
    writeFileSync(join(folder, 'mine/kustomization.yaml'), JSON.stringify(component));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'mine', name), text);
    return await kustomize(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const nameSchema = z.looseObject({ name: z.string() });
const containerSchema = z.looseObject({
  name: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
  envFrom: z
    .array(z.looseObject({ configMapRef: nameSchema.optional(), secretRef: nameSchema.optional() }))
    .default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
});
const templateSchema = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
  spec: z.looseObject({
    restartPolicy: z.string().optional(),
    containers: z.array(containerSchema).min(1),
    volumes: z.array(z.looseObject({ name: z.string(), configMap: nameSchema.optional() })).default([]),
  }),
});
const withTemplate = z.looseObject({ spec: z.looseObject({ template: templateSchema }) });
const withJobTemplate = z.looseObject({ spec: z.looseObject({ jobTemplate: withTemplate }) });

export type PodTemplate = z.infer<typeof templateSchema>;

/** The pod template of a workload; undefined for what has none. */
export function podTemplateOf(manifest: Manifest): PodTemplate | undefined {
  if (['Deployment', 'StatefulSet', 'Job'].includes(manifest.kind)) return withTemplate.parse(manifest).spec.template;
  if (manifest.kind === 'CronJob') return withJobTemplate.parse(manifest).spec.jobTemplate.spec.template;
  return undefined;
}

/** The one object of this kind and name; throws with what there is instead. */
export function objectOf(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found) return found;
  throw new Error(`No ${kind}/${name} in ${manifests.map((each) => `${each.kind}/${each.metadata.name}`).join(', ')}`);
}

/** The pod template of a workload that must be there. */
export function podOf(manifests: readonly Manifest[], kind: string, name = 'komodor-port'): PodTemplate {
  const template = podTemplateOf(objectOf(manifests, kind, name));
  if (template) return template;
  throw new Error(`${kind}/${name} has no pods`);
}

const dataSchema = z.looseObject({ data: z.record(z.string(), z.string()).default({}) });

/** The ConfigMap whose name begins so, whatever its hash. */
export function configMapOf(manifests: readonly Manifest[], name = 'komodor-port') {
  const withHash = new RegExp(`^${name}(-[a-z0-9]{10})?$`);
  const found = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && withHash.test(metadata.name));
  if (!found) throw new Error(`No ConfigMap ${name}`);
  return { name: found.metadata.name, data: dataSchema.parse(found).data };
}
