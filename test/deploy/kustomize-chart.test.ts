import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { buildOverlay, configMapOf, objectOf, type PodTemplate, podOf } from './kustomize.ts';
import { type Manifest, template } from './manifests.ts';
import { describeWith } from './tools.ts';

/** What has to be in the same Secret in both, and the same kind of store for the settings. */
const SECRET = { existingSecret: 'komodor-port' };

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => a.name.localeCompare(b.name);

/**
 * A pod as both ways of making it have it: without the checksums of the one and the hashes of the other, which both stand for
 * "changed settings, new pods"; variables, volumes and mounts in any order.
 */
function comparable(pod: PodTemplate): unknown {
  const { annotations: _, ...metadata } = pod.metadata;
  const withoutHash = (text: string) => text.replaceAll(/"(komodor-port(?:-[a-z]+)?)-[a-z0-9]{10}"/g, '"$1"');
  const containers = pod.spec.containers.map((container) => ({
    ...container,
    env: container.env.toSorted(byName),
    volumeMounts: mountsOf(container).toSorted((a, b) => a.mountPath.localeCompare(b.mountPath)),
  }));
  return JSON.parse(
    withoutHash(
      JSON.stringify({
        metadata,
        spec: { ...pod.spec, containers, volumes: pod.spec.volumes.toSorted(byName) },
      }),
    ),
  );
}

const mountsSchema = z.looseObject({ volumeMounts: z.array(z.looseObject({ mountPath: z.string() })).default([]) });
const mountsOf = (container: unknown) => mountsSchema.parse(container).volumeMounts;

/** The variables that both give a container, wherever they stand: in the ConfigMap or beside it. */
function variablesOf(manifests: readonly Manifest[], pod: PodTemplate): Readonly<Record<string, string | undefined>> {
  const { env = [], envFrom = [] } = pod.spec.containers[0] ?? {};
  const settings = envFrom.length === 0 ? {} : configMapOf(manifests).data;
  return { ...settings, ...Object.fromEntries(env.map(({ name, value }) => [name, value])) };
}

const withoutEnvironment = (pod: PodTemplate): PodTemplate => ({
  ...pod,
  spec: { ...pod.spec, containers: pod.spec.containers.map((container) => ({ ...container, env: [] })) },
});

interface Pair {
  readonly kind: string;
  readonly name: string;
  readonly inChart?: string;
  readonly components: readonly string[];
  readonly values: object;
}

const REDIS = { redis: { enabled: true } };
const pairs: readonly Pair[] = [
  { kind: 'Deployment', name: 'komodor-port', components: [], values: {} },
  { kind: 'Deployment', name: 'komodor-port', components: ['redis'], values: REDIS },
  {
    kind: 'Deployment',
    name: 'komodor-port',
    components: ['redis', 'split'],
    values: { ...REDIS, roles: { worker: { enabled: true } } },
  },
  {
    kind: 'Deployment',
    name: 'komodor-port-worker',
    components: ['redis', 'split'],
    values: { ...REDIS, roles: { worker: { enabled: true } } },
  },
  {
    kind: 'Deployment',
    name: 'komodor-port',
    components: ['kubernetes', 'catalog-files'],
    values: {
      kubernetes: { enabled: true },
      catalog: { enabled: true, existingConfigMap: 'komodor-port-catalog' },
    },
  },
  { kind: 'StatefulSet', name: 'komodor-port-redis', components: ['redis'], values: REDIS },
  { kind: 'CronJob', name: 'komodor-port-resync', components: ['cronjob'], values: { workload: { kind: 'CronJob' } } },
  {
    kind: 'Job',
    name: 'komodor-port-resync-once',
    inChart: 'komodor-port-resync-hook',
    components: ['once-job'],
    values: { resyncHook: { onInstall: true } },
  },
];

describeWith(['kubectl', 'helm4'], 'the pod of Kustomize is that of the chart', () => {
  it.each(pairs)('$kind/$name with $components', async ({ kind, name, inChart = name, components, values }) => {
    const [built, rendered] = await Promise.all([
      buildOverlay({ components }),
      template({ values: { ...SECRET, ...values } }),
    ]);
    const [ours, charts] = [podOf(built, kind, name), podOf(rendered, kind, inChart)];
    expect(comparable(withoutEnvironment(ours))).toEqual(comparable(withoutEnvironment(charts)));
    expect(variablesOf(built, ours)).toEqual(variablesOf(rendered, charts));
    expect(rolloutOf(objectOf(built, kind, name))).toEqual(rolloutOf(objectOf(rendered, kind, inChart)));
  });
});

const specSchema = z.looseObject({});

/** What a workload says of itself, besides its pods and how long what is done is kept. */
function rolloutOf({ spec }: Manifest): unknown {
  const {
    template: _template,
    jobTemplate: _jobTemplate,
    ttlSecondsAfterFinished: _ttl,
    ...rest
  } = specSchema.parse(spec);
  return rest;
}

describeWith(['kubectl', 'helm4'], 'what stands beside the pods is that of the chart', () => {
  let built: readonly Manifest[];
  let rendered: readonly Manifest[];
  beforeAll(async () => {
    [built, rendered] = await Promise.all([buildOverlay(), template({ values: SECRET })]);
  });

  it.each(['Service', 'ServiceAccount'])('%s', (kind) => {
    const bare = ({ metadata, ...rest }: Manifest) => ({ ...rest, name: metadata.name });
    expect(bare(objectOf(built, kind, 'komodor-port'))).toEqual(bare(objectOf(rendered, kind, 'komodor-port')));
  });

  it.each<[string, readonly string[], string, string, object]>([
    ['redis', ['redis'], 'Service', 'komodor-port-redis', REDIS],
    ['monitoring', ['monitoring'], 'PodMonitor', 'komodor-port', { metrics: { podMonitor: { enabled: true } } }],
    [
      'networkpolicy',
      ['networkpolicy'],
      'NetworkPolicy',
      'komodor-port-redis',
      { ...REDIS, networkPolicy: { enabled: true } },
    ],
  ])('of %s', async (_, components, kind, name, values) => {
    const [own, charts] = await Promise.all([
      buildOverlay({ components }),
      template({ values: { ...SECRET, ...values } }),
    ]);
    expect(objectOf(own, kind, name).spec).toEqual(objectOf(charts, kind, name).spec);
  });

  it('the settings', () => expect(configMapOf(built).data).toEqual(configMapOf(rendered).data));
});
