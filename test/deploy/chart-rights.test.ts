import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addOnsAt } from '../../src/config/mapping-files.ts';
import { resourceKindName } from '../../src/kubernetes/kind-name.ts';
import { rightsFor } from '../../src/kubernetes/rbac.ts';
import { runCli } from '../cli/run-cli.ts';
import { dataOf, find, podsOf } from './chart.ts';
import { type Manifest, parseManifests, template } from './manifests.ts';
import { describeWith, ROOT } from './tools.ts';

const subjects = z.looseObject({ subjects: z.array(z.looseObject({ name: z.string(), namespace: z.string() })) });
const roles = (manifests: readonly Manifest[]) => manifests.filter(({ kind }) => /^(Cluster)?Role$/.test(kind));
const bindings = (manifests: readonly Manifest[]) => manifests.filter(({ kind }) => kind.endsWith('RoleBinding'));

/** What is allowed, and where: without the names of the objects. */
const rightsIn = (manifests: readonly Manifest[]) =>
  roles(manifests).map(({ kind, metadata: { namespace = '' }, rules }) => ({ kind, namespace, rules }));
const accountsIn = (manifests: readonly Manifest[]) =>
  bindings(manifests).flatMap((binding) => subjects.parse(binding).subjects);

const cluster = (more: object = {}) => ({ kubernetes: { enabled: true, clusterName: 'prod', ...more } });
const extra = (...extraKinds: readonly string[]) => cluster({ rbac: { extraKinds } });
const entry = (kind: string, more: object = {}, selector: object = {}) => ({
  ...{ kind, selector: { query: 'true', ...selector }, ...more },
  port: { entity: { mappings: { identifier: '.metadata.name', blueprint: '"x"' } } },
});

/** What `komodor-port rbac` prints for the mapping that the chart gives the service. */
async function printed(manifests: readonly Manifest[], mounted: boolean, flags: readonly string[] = []) {
  const { ADD_ONS = '', CATALOG_PATH } = dataOf(manifests, 'ConfigMap');
  const folder = mkdtempSync(join(tmpdir(), 'rights-'));
  const files = mounted ? dataOf(manifests, 'ConfigMap', 'komodor-port-mappings') : {};
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const path = mounted ? folder : join(ROOT, 'mappings');
  const env = { ADD_ONS, ...(CATALOG_PATH !== undefined && { CATALOG_PATH }) };
  const { code, stdout, stderr } = await runCli(['rbac', '--mapping', path, ...flags], { env });
  rmSync(folder, { recursive: true });
  expect(code, stderr).toBe(0);
  return parseManifests(stdout);
}

const MAPPINGS: readonly (readonly [string, object, string?])[] = [
  ['no kind of a cluster', { 'a.yaml': { resources: [entry('komodorService')] } }],
  ['one kind', { 'a.yaml': { resources: [entry('v1/pods')] } }],
  [
    'kinds in any spelling, as text and as YAML',
    {
      'a.yaml': { resources: [entry('Apps/V1/Deployment'), entry('networking.k8s.io/v1/networkpolicy')] },
      'b.json': JSON.stringify({ resources: [entry('core/v1/Namespace'), entry('apps/v1/deployments')] }),
    },
  ],
  [
    'namespaces',
    {
      'a.yaml': {
        resources: [
          entry('v1/pods', {}, { namespaces: ['b', 'a'] }),
          entry('v1/pods', {}, { namespaces: 'c' }),
          entry('apps/v1/deployments', {}, { namespaces: ['a'] }),
          entry('apps/v1/deployments', {}, { namespaces: [] }),
          entry('getport.io/v1/entities', {}, { namespaces: ['team-a'] }),
        ],
      },
    },
  ],
  [
    'namespaces, and all of them',
    { 'a.yaml': { resources: [entry('v1/pods', {}, { namespaces: ['a'] }), entry('v1/Namespace')] } },
  ],
  [
    'add-ons that are on and off',
    {
      'a.yaml': { resources: [entry('v1/pods', { addOn: 'one' }), entry('v1/nodes', { addOn: ['one', 'off'] })] },
      'b.yaml': { addOn: 'two', resources: [entry('v1/services', { addOn: 'one' }), entry('v1/secrets')] },
      'c.yaml': { addOn: 'off', resources: [entry('v1/configmaps')] },
      'd.yaml': { resources: [entry('batch/v1/jobs')] },
    },
    'one, two',
  ],
];

describeWith(['helm4'], 'the rights that the chart gives', () => {
  it('are none, and no pod gets a token, when the cluster is not read', async () => {
    const manifests = await template({
      values: { kubernetes: { writeBack: true, rbac: { extraKinds: ['v1/pods'] } } },
    });
    expect([...roles(manifests), ...bindings(manifests)]).toEqual([]);
    for (const [, { spec }] of podsOf(manifests)) expect(spec).toMatchObject({ automountServiceAccountToken: false });
  });

  it('are for the pods of the service alone, when it is read', async () => {
    const redis = { redis: { enabled: true }, roles: { worker: { enabled: true } }, resyncHook: { onInstall: true } };
    const manifests = await template({ values: { ...extra('v1/pods'), ...redis } });
    const withToken = podsOf(manifests).filter(([, { spec }]) => spec.automountServiceAccountToken === true);
    expect(withToken.map(([name]) => name).toSorted()).toEqual([
      'Deployment/komodor-port',
      'Deployment/komodor-port-worker',
      'Job/komodor-port-resync-hook',
    ]);
  });

  it.each(MAPPINGS)('are what komodor-port rbac prints: %s', async (_, files, addOns = '') => {
    const manifests = await template({ values: { ...cluster(), mapping: { files }, settings: { ADD_ONS: addOns } } });
    const ours = await printed(manifests, true);
    expect(rightsIn(manifests)).toEqual(rightsIn(ours));
    expect(accountsIn(manifests)).toEqual(accountsIn(ours));
  });

  it('with writing back are what it prints with --write-back', async () => {
    const resources = [
      entry('getport.io/v1/entities', {}, { namespaces: ['a'] }),
      entry('getport.io/v1/ClusterEntity'),
    ];
    const values = { ...cluster({ writeBack: true }), mapping: { files: { 'a.yaml': { resources } } } };
    const manifests = await template({ values });
    expect(rightsIn(manifests)).toEqual(rightsIn(await printed(manifests, true, ['--write-back'])));
    expect(JSON.stringify(rightsIn(manifests))).toContain('entities/status');
  });

  it('for entities are none, when they come from a folder', async () => {
    const resources = [entry('getport.io/v1/entities'), entry('getport.io/v1/ClusterEntities'), entry('v1/pods')];
    const catalog = { enabled: true, existingConfigMap: 'mine' };
    const manifests = await template({
      values: { ...cluster(), catalog, mapping: { files: { 'a.yaml': { resources } } } },
    });
    expect(JSON.stringify(rightsIn(manifests))).not.toContain('getport.io');
    expect(rightsIn(manifests)).toEqual(rightsIn(await printed(manifests, true)));
  });

  it.each(['', 'git', 'kubernetes', 'git,kubernetes,kubernetes-pods', 'clusters'])(
    'with the shipped mapping and the add-ons %j are what it prints',
    async (addOns) => {
      const known = addOnsAt(join(ROOT, 'mappings'));
      const on = addOns.split(',').filter((name) => known.includes(name));
      const values = { ...cluster(), settings: { ADD_ONS: on.join(',') } };
      const manifests = await template({ values });
      expect(rightsIn(manifests)).toEqual(rightsIn(await printed(manifests, false)));
    },
  );

  it('with a mapping in a ConfigMap of somebody are those of extraKinds', async () => {
    const values = { ...extra('apps/v1/StatefulSet'), mapping: { existingConfigMap: 'mine' } };
    const resources = ['statefulsets'];
    expect(rightsIn(await template({ values }))).toEqual([
      {
        kind: 'ClusterRole',
        namespace: '',
        rules: [{ apiGroups: ['apps'], resources, verbs: ['get', 'list', 'watch'] }],
      },
    ]);
  });

  it('are not made where somebody else makes them', async () => {
    const values = cluster({ rbac: { create: false, extraKinds: ['v1/pods'] } });
    const manifests = await template({ values });
    expect(roles(manifests)).toEqual([]);
    expect(podsOf(manifests)[0]?.[1].spec).toMatchObject({ automountServiceAccountToken: true });
  });

  it('of two releases have two names, as a ClusterRole is of no namespace', async () => {
    const names = await Promise.all(
      ['one', 'two', 'komodor-port'].map(async (namespace) => {
        const { metadata } = find(await template({ namespace, values: extra('v1/pods') }), 'ClusterRole');
        expect(metadata.namespace).toBeUndefined();
        return metadata.name;
      }),
    );
    expect(names).toEqual(['one-komodor-port', 'two-komodor-port', 'komodor-port']);
  });

  it('are the account’s that the values name', async () => {
    const values = { ...extra('v1/pods'), podServiceAccount: { name: 'catalog' } };
    expect(accountsIn(await template({ values }))).toMatchObject([{ name: 'catalog', namespace: 'komodor-port' }]);
  });

  it.each(['pods', 'v1', 'a/b/c/d', 'apps/v1/', 'v1/pods/log', 'Pod'])('%j is no kind', async (kind) => {
    await expect(template({ values: extra(kind) })).rejects.toThrow(/extraKinds/);
  });
});

const SPELLINGS = [
  ...[
    'v1/Pod',
    'v1/endpoints',
    'core/v1/ConfigMap',
    'V1/NODES',
    ' v1/secrets ',
    'apps/v1/DaemonSet',
    'batch/v1/CronJob',
  ],
  ...['networking.k8s.io/v1/Ingress', 'networking.k8s.io/v1/NetworkPolicy', 'gateway.networking.k8s.io/v1/Gateway'],
  ...['policy/v1/PodDisruptionBudget', 'example.com/v1/Status', 'example.com/v1beta1/Box', 'example.com/v1/Branch'],
  ...['example.com/v1/Mesh', 'example.com/v1/classes', 'kustomize.toolkit.fluxcd.io/v1/Kustomization'],
  ...['argoproj.io/v1alpha1/ApplicationSet', 'getport.io/v1/Entity', 'getport.io/v1/ClusterEntities'],
];

describe('a spelling of a kind', () => {
  describeWith(['helm4'], 'in the chart', () => {
    it('means the same as in the service', async () => {
      const kinds = SPELLINGS.flatMap((text) => resourceKindName(text) ?? []);
      expect(kinds).toHaveLength(SPELLINGS.length);
      const rights = rightsFor(
        kinds.map((kind) => ({ kind, namespaces: [] })),
        false,
      );
      const [role] = rightsIn(await template({ values: extra(...SPELLINGS) }));
      expect(role?.rules).toEqual(rights.get(''));
    });
  });
});
