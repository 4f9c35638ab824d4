import { describe, expect, it } from 'vitest';
import { loadMappingFiles } from '../../src/config/mapping-files.ts';
import { createJqRunner } from '../../src/mapping/jq-runner.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import { resolveJq } from '../../src/mapping/resolve-jq.ts';
import { entitiesOf, failuresOf } from './map-items.ts';
import { OF_CLUSTERS, optionsFor } from './shipped-add-ons.ts';

const { mapping, problems } = loadMappingFiles('mappings', optionsFor(OF_CLUSTERS));
const entries = mapping.entries.filter(({ kind }) => kind.includes('/'));
const jq = await resolveJq().then(createJqRunner);

/** What every object of a kind has, and no more. */
function least(kind: string) {
  const objectKind = OBJECT_KINDS[kind] ?? '';
  const isInNone = ['Node', 'Namespace'].includes(objectKind);
  const metadata = { name: 'x', uid: 'u', creationTimestamp: '2026-03-01T08:00:00Z' };
  return { kind: objectKind, metadata: isInNone ? metadata : { ...metadata, namespace: 'n' }, spec: {}, status: {} };
}

const OBJECT_KINDS: { readonly [kind: string]: string } = {
  'v1/namespaces': 'Namespace',
  'v1/nodes': 'Node',
  'v1/pods': 'Pod',
  'apps/v1/deployments': 'Deployment',
  'apps/v1/statefulsets': 'StatefulSet',
  'apps/v1/daemonsets': 'DaemonSet',
  'batch/v1/cronjobs': 'CronJob',
  'batch/v1/jobs': 'Job',
  'argoproj.io/v1alpha1/rollouts': 'Rollout',
  'argoproj.io/v1alpha1/applications': 'Application',
  'kustomize.toolkit.fluxcd.io/v1/kustomizations': 'Kustomization',
  'helm.toolkit.fluxcd.io/v2/helmreleases': 'HelmRelease',
};

describe('the add-ons of the cluster', () => {
  it('are read without a complaint', () => {
    expect(problems).toEqual([]);
    expect([...new Set(entries.map(({ kind }) => kind))].sort()).toEqual(Object.keys(OBJECT_KINDS).sort());
  });

  it.each(Object.keys(OBJECT_KINDS))(
    'make of %s that has next to nothing one entity, and no field fails',
    async (kind) => {
      const mapper = createMapper({ jq, allowEnv: { CLUSTER_NAME: 'c' } });
      const { program } = await mapper.compile(entries.filter((entry) => entry.kind === kind));
      const item = { key: 'x', label: 'x', value: least(kind) };
      const [mapped] = await program.map([item], new AbortController().signal);
      expect(failuresOf(mapped?.rows)).toEqual([]);
      const found = entitiesOf(mapped?.rows);
      expect(found.map(({ title }) => title)).toEqual(['x']);
      // No part of an identifier is missing.
      expect(String(found[0]?.identifier)).toMatch(/^x(-[A-Z]\w+)?(-n)?-c$/);
    },
  );
});
