import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildOverlay, objectOf } from './kustomize.ts';
import { type Manifest, parseManifests, template } from './manifests.ts';
import { mistakesIn } from './schema.ts';
import { describeWith, ROOT } from './tools.ts';

const FOLDER = 'deploy/argocd';
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const sourceSchema = z.looseObject({
  repoURL: z.string(),
  targetRevision: z.string(),
  path: z.string().optional(),
  chart: z.string().optional(),
  helm: z.object({ releaseName: z.string(), valuesObject: z.looseObject({}) }).optional(),
  kustomize: z
    .object({
      components: z.array(z.string()).optional(),
      commonAnnotations: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  directory: z.object({ include: z.string() }).optional(),
});
const applicationSpecSchema = z.looseObject({
  project: z.string(),
  destination: z.looseObject({ namespace: z.string(), server: z.string().optional(), name: z.string().optional() }),
  source: sourceSchema,
  syncPolicy: z.looseObject({}),
});
const applicationSchema = z.looseObject({
  kind: z.literal('Application'),
  metadata: z.looseObject({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
  spec: applicationSpecSchema,
});
const applicationSetSchema = z.looseObject({
  spec: z.looseObject({
    generators: z.tuple([z.object({ list: z.object({ elements: z.array(z.record(z.string(), z.string())) }) })]),
    template: z.looseObject({ spec: applicationSpecSchema }),
  }),
});
const projectSchema = z.looseObject({
  spec: z.looseObject({
    sourceRepos: z.array(z.string()),
    destinations: z.array(z.record(z.string(), z.string())),
    clusterResourceWhitelist: z.array(z.object({ group: z.string(), kind: z.string() })),
    namespaceResourceBlacklist: z.array(z.object({ group: z.string(), kind: z.string() })),
  }),
});

type Application = z.infer<typeof applicationSchema>;

const files = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith('.yaml'));
const manifests = files.flatMap((name) => parseManifests(read(`${FOLDER}/${name}`)));
const applications = manifests
  .filter(({ kind }) => kind === 'Application')
  .map((manifest) => applicationSchema.parse(manifest));
const named = (name: string): Application =>
  applicationSchema.parse(applications.find(({ metadata }) => metadata.name === name));
const project = projectSchema.parse(objectOf(manifests, 'AppProject', 'komodor-port')).spec;
const set = applicationSetSchema.parse(objectOf(manifests, 'ApplicationSet', 'komodor-port')).spec;
const generated = set.generators[0].list.elements.map((element) => {
  const text = JSON.stringify(set.template.spec);
  return applicationSpecSchema.parse(
    JSON.parse(text.replaceAll(/\{\{ \.(\w+) \}\}/g, (_, name: string) => z.string().parse(element[name]))),
  );
});
const specs = [...applications.map(({ spec }) => spec), ...generated];

/** What Argo CD makes of a source. */
function render({ path, helm, kustomize = {} }: z.infer<typeof sourceSchema>): Promise<readonly Manifest[]> {
  const folder = z.string().parse(path);
  if (helm) return template({ release: helm.releaseName, values: helm.valuesObject });
  const { components = [], commonAnnotations } = kustomize;
  return buildOverlay({
    base: folder,
    components: components.map((component) => normalize(join(folder, component))),
    rest: commonAnnotations ? { commonAnnotations } : {},
  });
}

const fromGit = specs.filter(({ source }) => source.path !== undefined && source.directory === undefined);

it('every file is what Argo CD takes', () => expect(manifests.flatMap(mistakesIn)).toEqual([]));

describe('each Application', () => {
  it.each(specs.map((spec) => [spec.source.path ?? spec.source.chart, spec] as const))(
    '%s is synced as the page says',
    (_, spec) => {
      const { managedNamespaceMetadata: _labels, ...policy } = spec.syncPolicy;
      expect(policy).toEqual({
        automated: { prune: true, selfHeal: true },
        syncOptions: ['CreateNamespace=true', 'ServerSideApply=true'],
        retry: { limit: 5, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } },
      });
      expect(spec).not.toHaveProperty('ignoreDifferences');
    },
  );

  it('is one that the project allows', () => {
    for (const { project: name, source, destination } of specs) {
      expect(name).toBe('komodor-port');
      expect(project.sourceRepos).toContain(source.repoURL);
      const { namespace, ...where } = destination;
      const cluster = where.name === 'in-cluster' ? { server: 'https://kubernetes.default.svc' } : where;
      expect(project.destinations).toContainEqual({ ...cluster, namespace });
    }
  });

  it('lets the API server say what differs, except that of Applications', () => {
    const compared = applications.filter(({ metadata }) => metadata.name !== 'komodor-port-apps');
    for (const { metadata } of compared)
      expect(metadata.annotations['argocd.argoproj.io/compare-options']).toBe('ServerSideDiff=true');
  });
});

describe('the app of apps', () => {
  const { include = '' } = named('komodor-port-apps').spec.source.directory ?? {};
  const names = (/^\{(.*)\}\.yaml$/.exec(include)?.[1] ?? '').split(',');
  const children = names.map((name) => applicationSchema.parse(parseManifests(read(`${FOLDER}/${name}.yaml`))[0]));

  it('brings definitions, secrets, the service and entities, in this order', () => {
    const wave = ({ metadata }: Application) => Number(metadata.annotations['argocd.argoproj.io/sync-wave']);
    const inOrder = children.toSorted((a, b) => wave(a) - wave(b));
    expect(inOrder.map((child) => [child.metadata.name, wave(child)])).toEqual([
      ['komodor-port-crds', -1],
      ['komodor-port-secrets', 0],
      ['komodor-port', 1],
      ['komodor-port-catalog', 2],
    ]);
  });
});

describeWith(['kubectl', 'helm4'], 'what they bring', () => {
  let rendered: readonly (readonly Manifest[])[];
  beforeAll(async () => {
    rendered = await Promise.all(fromGit.map(({ source }) => render(source)));
  });

  it('is something, from every path', () => {
    for (const each of rendered) expect(each.length).toBeGreaterThan(0);
  });

  it('is allowed by the project: kinds of the cluster are named, and no Secret comes from Git', () => {
    const group = (apiVersion: string) => (apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : '');
    const ofCluster = ['Namespace', 'CustomResourceDefinition', 'ClusterEntity', 'ClusterRole', 'ClusterRoleBinding'];
    const all = rendered.flat().map(({ apiVersion, kind }) => ({ group: group(apiVersion), kind }));
    for (const each of all) {
      expect(project.namespaceResourceBlacklist).not.toContainEqual(each);
      if (ofCluster.includes(each.kind)) expect(project.clusterResourceWhitelist).toContainEqual(each);
    }
  });

  it('is removed only when somebody confirms it, where it is an entity; never, where it is a definition', async () => {
    const options = async (name: string) =>
      (await render(named(name).spec.source)).map(
        ({ metadata }) => metadata.annotations?.['argocd.argoproj.io/sync-options'],
      );
    expect(new Set(await options('komodor-port-catalog'))).toEqual(new Set(['Prune=confirm,Delete=confirm']));
    expect(new Set(await options('komodor-port-crds'))).toEqual(new Set(['Prune=false,Delete=false']));
  });

  it('reads the Secret that the one before it makes', async () => {
    const secrets = await render(named('komodor-port-secrets').spec.source);
    expect(objectOf(secrets, 'ExternalSecret', 'komodor-port').spec).toMatchObject({
      target: { name: 'komodor-port' },
    });
    const service = JSON.stringify(
      objectOf(await render(named('komodor-port').spec.source), 'Deployment', 'komodor-port'),
    );
    expect(service).toContain('"secretRef":{"name":"komodor-port"}');
  });
});

describeWith(['helm4'], 'the hook of the chart', () => {
  /** Argo CD takes these four for its own phases; it runs a Job for each sync, and skips hooks that it does not know. */
  const PHASES: Readonly<Record<string, string>> = {
    'pre-install': 'PreSync',
    'pre-upgrade': 'PreSync',
    'post-install': 'PostSync',
    'post-upgrade': 'PostSync',
  };

  it.each([
    ['a Deployment', { resyncHook: { onInstall: true, onUpgrade: true } }],
    ['a CronJob', { workload: { kind: 'CronJob', cron: { resyncOnUpgrade: true } } }],
  ])('resyncs after each sync, with %s, and makes room for the next one', async (_, values) => {
    const all = await template({ values: { existingSecret: 'komodor-port', ...values } });
    const hooks = all.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] !== undefined);
    const phases = hooks.map(({ kind, metadata }) => [
      kind,
      metadata.name,
      ...new Set((metadata.annotations?.['helm.sh/hook'] ?? '').split(',').map((name) => PHASES[name] ?? 'skipped')),
    ]);
    expect(phases.filter(([, , phase]) => phase !== 'skipped')).toEqual([
      ['Job', 'komodor-port-resync-hook', 'PostSync'],
    ]);
    const job = objectOf(hooks, 'Job', 'komodor-port-resync-hook');
    expect(job.metadata.annotations?.['helm.sh/hook-delete-policy']?.split(',')).toContain('before-hook-creation');
  });
});
