import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { buildOverlay } from './kustomize.ts';
import { secretsIn } from './literal-secrets.ts';
import { kustomize, type Manifest, parseManifests, template } from './manifests.ts';
import { excessIn, violationsIn } from './pod-security.ts';
import { learnKinds, mistakesIn } from './schema.ts';
import { describeWith } from './tools.ts';
import {
  allFiles,
  baseOf,
  components,
  folders,
  hasDefinition,
  lone,
  read,
  valuesFiles,
  withDefaults,
} from './whole-tree.ts';

/** Templates of Helm are no YAML until they are rendered. */
const yaml = allFiles.filter((path) => /\.ya?ml$/.test(path) && !path.includes('/templates/'));
/** Tests of promtool, which are no objects of Kubernetes. */
const objects = lone.filter((path) => !path.endsWith('_test.yaml'));

const definitions = allFiles.filter((path) => /\/crds\/(?!kustomization)[^/]+\.yaml$/.test(path));
learnKinds(
  definitions.flatMap((path) => parseManifests(read(path))).filter(({ kind }) => kind === 'CustomResourceDefinition'),
);

/** All that is wrong with what is applied to a cluster. */
function faultsOf(manifests: readonly Manifest[]): readonly string[] {
  expect(manifests.length).toBeGreaterThan(0);
  const known = manifests.map(withDefaults).filter(hasDefinition);
  return known.flatMap((manifest) => [
    ...mistakesIn(manifest),
    ...violationsIn(manifest),
    ...excessIn(manifest, manifests),
  ]);
}

describe('every file in deploy/', () => {
  it.each(yaml)('%s is YAML', (path) => {
    for (const document of parseAllDocuments(read(path))) expect(document.errors).toEqual([]);
  });

  it.each(allFiles)('%s has no secret in it', (path) => expect(secretsIn(path, read(path))).toEqual([]));

  it.each([
    ['a.yaml', 'stringData: { ANY: thing }\nkind: Secret', 'ANY of a Secret'],
    ['a.yaml', 'port: { clientSecret: abc }', 'clientSecret'],
    ['a.yaml', 'env: [{ name: KOMODOR_API_KEY, value: abc }]', 'KOMODOR_API_KEY'],
    ['a.yaml', 'data: { OCEAN__PORT__CLIENT_SECRET: abc }', 'OCEAN__PORT__CLIENT_SECRET'],
    ['settings.env', 'API_TOKEN=abc', 'API_TOKEN'],
    ['a.yaml', 'url: redis://:hunter2@redis:6379', 'redis'],
    ['notes.txt', `-----BEGIN RSA ${'PRIVATE KEY'}-----`, 'PRIVATE KEY'],
  ])('a secret would be found: %s with %s', (path, text, words) => {
    expect(secretsIn(path, text).join('\n')).toContain(words);
  });
});

describe('every object in deploy/ is one that Kubernetes takes', () => {
  it.each(objects)('%s', (path) => expect(faultsOf(parseManifests(read(path)))).toEqual([]));
});

describeWith(
  ['kubectl'],
  'everything that kustomize makes is what Kubernetes takes, and its pods are restricted',
  () => {
    it.each(folders)('%s', async (folder) => expect(faultsOf(await kustomize(folder))).toEqual([]));

    it.each(components)('%s, on what it is made for', async (component) => {
      expect(faultsOf(await buildOverlay({ base: baseOf(component), components: [component] }))).toEqual([]);
    });
  },
);

describeWith(['helm4'], 'everything that the chart makes is what Kubernetes takes, and its pods are restricted', () => {
  it.each(valuesFiles)('%s', async (file) => expect(faultsOf(await template({ files: [file] }))).toEqual([]));
});
