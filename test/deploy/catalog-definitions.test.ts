import { expect, it } from 'vitest';
import { parseManifests } from './manifests.ts';
import { learnKinds, mistakesIn } from './schema.ts';
import { mapOf } from './strict-schema.ts';
import { allFiles, read } from './whole-tree.ts';

const definitions = ['entities', 'clusterentities'].flatMap((name) =>
  parseManifests(read(`deploy/catalog/crds/${name}.yaml`)),
);
const [entities, clusterEntities] = definitions.map(({ spec }) => mapOf(spec));
learnKinds(definitions);

it('the definitions of Entity and ClusterEntity differ by their names and their scope only', () => {
  expect(mapOf(entities).versions).toEqual(mapOf(clusterEntities).versions);
  expect([mapOf(entities).scope, mapOf(clusterEntities).scope]).toEqual(['Namespaced', 'Cluster']);
});

const samples = allFiles.filter((path) => /^deploy\/catalog\/entities\/(?!kustomization)/.test(path));

it.each(samples)('%s is what the definitions take', (path) => {
  expect(parseManifests(read(path)).flatMap(mistakesIn)).toEqual([]);
});

it('a field of spec that Port has no definition of is refused', () => {
  const spec = { blueprint: 'microservice', identifier: 'x', title: 'X' };
  const entity = { apiVersion: 'getport.io/v1', kind: 'Entity', metadata: { name: 'x' }, spec };
  expect(mistakesIn(entity)).toEqual(['Entity x: spec.title is unknown']);
});
