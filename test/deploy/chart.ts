import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Manifest } from './manifests.ts';
import { ROOT, run } from './tools.ts';

/** What tests of the chart look at. Everything else of a manifest stays as it is. */

export const CHART = 'deploy/helm/komodor-port';

/** The chart's version, which is the image's by default. A release changes it, so no test names it. */
export const VERSION = /^version: (.*)$/m.exec(readFileSync(join(ROOT, CHART, 'Chart.yaml'), 'utf8'))?.[1] ?? '';

/** The values files of `ci/`, from the root of the checkout. */
export const CI_FILES = readdirSync(join(ROOT, CHART, 'ci')).map((file) => `${CHART}/ci/${file}`);

const probe = z.looseObject({ httpGet: z.looseObject({ path: z.string() }).optional() });

const variable = z.looseObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.looseObject({ secretKeyRef: z.looseObject({ name: z.string(), key: z.string() }) }).optional(),
});

const source = z.looseObject({
  configMapRef: z.looseObject({ name: z.string() }).optional(),
  secretRef: z.looseObject({ name: z.string() }).optional(),
});

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(variable).default([]),
  envFrom: z.array(source).default([]),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  resources: z.looseObject({}).default({}),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});

const template = z.looseObject({
  metadata: z.looseObject({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.looseObject({
    containers: z.array(container).min(1),
    volumes: z.array(z.looseObject({ name: z.string() })).default([]),
  }),
});

type PodTemplate = z.infer<typeof template>;

const workload = z.looseObject({
  spec: z.looseObject({
    template: template.optional(),
    jobTemplate: z.looseObject({ spec: z.looseObject({ template }) }).optional(),
  }),
});

const data = z.looseObject({
  data: z.record(z.string(), z.string()).default({}),
  stringData: z.record(z.string(), z.string()).default({}),
});

/** The manifest of this kind and name. */
export function find(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.find((one) => one.kind === kind && (name === undefined || one.metadata.name === name));
  if (found) return found;
  const all = manifests.map((one) => `${one.kind}/${one.metadata.name}`).join(', ');
  throw new Error(`No ${kind} ${name ?? ''} in ${all}`);
}

export function kindsOf(manifests: readonly Manifest[]): readonly string[] {
  return manifests.map((one) => `${one.kind}/${one.metadata.name}`).sort();
}

/** The pod template of a Deployment, StatefulSet, Job or CronJob, or of a Pod itself; undefined for what has no pods. */
export function podOf(manifest: Manifest): PodTemplate | undefined {
  if (manifest.kind === 'Pod') return template.parse(manifest);
  const { success, data: parsed } = workload.safeParse(manifest);
  return success ? (parsed.spec.template ?? parsed.spec.jobTemplate?.spec.template) : undefined;
}

/** All pod templates, with the name of their object. */
export function podsOf(manifests: readonly Manifest[]): readonly (readonly [string, PodTemplate])[] {
  return manifests.flatMap((one) => {
    const pod = podOf(one);
    return pod ? [[`${one.kind}/${one.metadata.name}`, pod] as const] : [];
  });
}

/** The first container of the workload of this kind and name. */
export function containerOf(manifests: readonly Manifest[], kind = 'Deployment', name = 'komodor-port') {
  const [first] = podOf(find(manifests, kind, name))?.spec.containers ?? [];
  if (first === undefined) throw new Error(`${kind} ${name} has no container`);
  return first;
}

/** Data of a ConfigMap or Secret. */
export function dataOf(manifests: readonly Manifest[], kind: 'ConfigMap' | 'Secret', name = 'komodor-port') {
  const { data: values, stringData } = data.parse(find(manifests, kind, name));
  return { ...values, ...stringData };
}

/** Variables of a container that have their value in its manifest. */
export function envOf(one: z.infer<typeof container>): { readonly [name: string]: string | undefined } {
  return Object.fromEntries(one.env.map(({ name, value }) => [name, value]));
}

/** What Helm says when it refuses these arguments; throws when it takes them. */
export async function refusal(helm: 'helm4' | 'helm3', ...args: readonly string[]): Promise<string> {
  const { code, stderr } = await run(helm, ['template', 'komodor-port', CHART, ...args]);
  if (code === 0) throw new Error(`Helm takes ${args.join(' ')}`);
  return stderr;
}
