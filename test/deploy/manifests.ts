import { resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ROOT, run } from './tools.ts';

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});

/** A Kubernetes object; only what all of them have is typed, the rest is `unknown`. */
export type Manifest = z.infer<typeof manifestSchema>;

export interface TemplateOptions {
  readonly helm?: 'helm4' | 'helm3';
  /** A folder, from the root of the checkout. */
  readonly chart?: string;
  readonly release?: string;
  readonly namespace?: string;
  readonly values?: object;
  /** Values files, from the root of the checkout; `values` win over them. */
  readonly files?: readonly string[];
  readonly args?: readonly string[];
}

const CHART = 'deploy/helm/komodor-port';

/** The objects in a YAML text of any number of documents. Throws for what is no object of Kubernetes. */
export function parseManifests(yaml: string): readonly Manifest[] {
  const documents = parseAllDocuments(yaml, { version: '1.1' });
  return ('empty' in documents ? [] : documents).flatMap((document) => {
    const [mistake] = document.errors;
    if (mistake) throw mistake;
    const value: unknown = document.toJS();
    return value === null ? [] : [manifestOf(value)];
  });
}

function manifestOf(value: unknown): Manifest {
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(
    `Not an object of Kubernetes: ${z.prettifyError(parsed.error)}\n${JSON.stringify(value).slice(0, 300)}`,
  );
}

/** What `helm template` prints. Throws with Helm's own words. */
async function templateText(options: TemplateOptions = {}): Promise<string> {
  const { helm = 'helm4', chart = CHART, release = 'komodor-port', namespace = 'komodor-port' } = options;
  const { values = {}, files = [], args = [] } = options;
  const fileArgs = files.flatMap((file) => ['--values', file]);
  const { code, stdout, stderr } = await run(
    helm,
    ['template', release, chart, '--namespace', namespace, ...fileArgs, '--values', '-', ...args],
    // As JSON, which is YAML too: stringify writes off without quotes, and Helm reads that as false.
    { stdin: JSON.stringify(values) },
  );
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** `helm template` of our chart, parsed. */
export async function template(options: TemplateOptions = {}): Promise<readonly Manifest[]> {
  return parseManifests(await templateText(options));
}

/** What `kubectl kustomize` makes of a folder, parsed. */
export async function kustomize(folder: string): Promise<readonly Manifest[]> {
  const { code, stdout, stderr } = await run('kubectl', ['kustomize', resolve(ROOT, folder)]);
  if (code !== 0) throw new Error(stderr);
  return parseManifests(stdout);
}
