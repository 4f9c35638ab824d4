import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Manifest, parseManifests } from '../deploy/manifests.ts';
import { mapOf } from '../deploy/strict-schema.ts';
import { allFiles, read } from '../deploy/whole-tree.ts';
import { established } from './definitions.ts';
import { describeLab, mustOnCluster, Namespace, onCluster } from './lab.ts';
import { until } from './processes.ts';

/** Other tests have our definitions in the same cluster, so here they are of a group of their own. */
const GROUP = 'upgrade.example.com';
const SERVER_SIDE = ['apply', '--server-side', '--validate=strict', '-f', '-'];
const DEFINITIONS = ['entities', 'clusterentities'];

const ours = DEFINITIONS.flatMap((name) => parseManifests(read(`deploy/catalog/crds/${name}.yaml`))).map(moved);
const samples = allFiles
  .filter((path) => /^deploy\/catalog\/entities\/(?!kustomization)/.test(path))
  .flatMap((path) => parseManifests(read(path)))
  .map((manifest) => ({ ...manifest, apiVersion: `${GROUP}/v1` }));

function moved(definition: Manifest): Manifest {
  const name = definition.metadata.name.replace('getport.io', GROUP);
  return { ...definition, metadata: { name }, spec: { ...mapOf(definition.spec), group: GROUP } };
}

/** A definition as Port has it: the same spec, without a status. */
function ofPort(kind: string, plural: string, scope: string, short: string): Manifest {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const column = (name: string, field: string) => ({ name, type: 'string', jsonPath: `.spec.${field}` });
  const fields = { blueprint: { type: 'string' }, identifier: { type: 'string' }, properties: open, relations: open };
  const spec = { type: 'object', properties: fields, required: ['blueprint', 'identifier'] };
  const version = {
    ...{ name: 'v1', served: true, storage: true },
    schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
    additionalPrinterColumns: [
      column('Blueprint ID', 'blueprint'),
      column('Entity ID', 'identifier'),
      column('Properties', 'properties'),
      column('Relations', 'relations'),
    ],
  };
  const names = { kind, plural, singular: kind.toLowerCase(), shortNames: [short] };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: { group: GROUP, names, scope, versions: [version] },
  };
}
const ports = [
  ofPort('Entity', 'entities', 'Namespaced', 'ent'),
  ofPort('ClusterEntity', 'clusterentities', 'Cluster', 'cent'),
];

const ObjectsSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      kind: z.string(),
      metadata: z.looseObject({ name: z.string(), uid: z.string(), generation: z.number() }),
      spec: z.looseObject({}),
      status: z.looseObject({}).optional(),
    }),
  ),
});

async function objects() {
  const resources = DEFINITIONS.map((name) => `${name}.${GROUP}`).join(',');
  const text = await mustOnCluster('kubectl', ['get', resources, '--all-namespaces', '--output', 'json']);
  return ObjectsSchema.parse(JSON.parse(text)).items.map(
    ({ kind, metadata: { name, uid, generation }, spec, status }) => ({
      ...{ kind, name, uid, generation, spec },
      ...(status && { status }),
    }),
  );
}

const list = (items: readonly unknown[]) => ({ apiVersion: 'v1', kind: 'List', items });
const areEstablished = () => established(...DEFINITIONS.map((name) => `${name}.${GROUP}`));

describeLab('the definitions of deploy/catalog/crds, in the place of those of Port', () => {
  let namespace: Namespace;

  beforeAll(async () => {
    namespace = await Namespace.create('catalog-upgrade');
    // As Port's page says it.
    await mustOnCluster('kubectl', ['apply', '-f', '-'], list(ports));
    await areEstablished();
    const there = samples.map(({ metadata, ...rest }) => ({
      ...rest,
      metadata: { ...metadata, ...(rest.kind === 'Entity' && { namespace: namespace.name }) },
    }));
    await until('entities of the definition of Port', async () => {
      const { code } = await onCluster('kubectl', ['apply', '-f', '-'], list(there));
      return code === 0 ? true : undefined;
    });
  });

  it('take over what is there: no object is lost or changed', async () => {
    const before = await objects();
    expect(before.map(({ kind }) => kind).toSorted()).toEqual(['ClusterEntity', 'Entity', 'Entity']);
    await mustOnCluster('kubectl', SERVER_SIDE, list(ours));
    await areEstablished();
    expect(await objects()).toEqual(before);
  });

  it('take what was written for those of Port, and the other way round', async () => {
    for (const definitions of [ports, ours]) {
      await mustOnCluster('kubectl', ['replace', '-f', '-'], list(await withVersions(definitions)));
      await areEstablished();
      const again = samples.map((each) => ({ ...each, metadata: { ...each.metadata, namespace: namespace.name } }));
      await until('a server that has the definitions', async () => {
        const dry = [...SERVER_SIDE, '--dry-run=server', '--force-conflicts'];
        const { code } = await onCluster('kubectl', dry, list(again.map(withoutNamespaceOfCluster)));
        return code === 0 ? true : undefined;
      });
      expect(await objects()).toHaveLength(3);
    }
  });

  it('have a status that a change of spec does not touch, nor a manifest of its author', async () => {
    await until('a status', async () => {
      const { code } = await patchStatus({ observedGeneration: 1, conditions: [SYNCED] });
      return code === 0 ? true : undefined;
    });
    const [checkout] = (await objects()).filter(({ name }) => name === 'checkout');
    expect(checkout).toMatchObject({ generation: 1, status: { observedGeneration: 1, conditions: [SYNCED] } });
    const change = { spec: { properties: { tier: 2 } }, status: { conditions: [] } };
    await namespace.must('kubectl', [
      'patch',
      `entities.${GROUP}/checkout`,
      '--type=merge',
      '-p',
      JSON.stringify(change),
    ]);
    const [after] = (await objects()).filter(({ name }) => name === 'checkout');
    expect(after).toMatchObject({ generation: 2, status: { observedGeneration: 1, conditions: [SYNCED] } });
  });

  it('show in a table whether it is in Port', async () => {
    const table = (...more: readonly string[]) => namespace.must('kubectl', ['get', `entities.${GROUP}`, ...more]);
    expect(await table()).toMatch(/NAME +BLUEPRINT +IDENTIFIER +SYNCED +REASON +AGE/);
    expect(await table()).toMatch(/checkout +microservice +checkout +True +Synced +\d+/);
    expect(await table('--output=wide')).toMatch(/Checkout +Port has it/);
  });

  describe('refuse', () => {
    it.each([
      ['a condition without a reason', { ...SYNCED, reason: undefined }, 'reason'],
      ['a condition with another word than three', { ...SYNCED, status: 'yes' }, 'Unsupported value: "yes"'],
      ['a reason of several words', { ...SYNCED, reason: 'not so' }, 'reason'],
      ['a time that is none', { ...SYNCED, lastTransitionTime: 'yesterday' }, 'lastTransitionTime'],
    ])('%s', async (_, condition, words) => {
      expect((await patchStatus({ conditions: [condition] })).stderr).toContain(words);
    });

    it('two conditions of one type', async () => {
      expect((await patchStatus({ conditions: [SYNCED, SYNCED] })).stderr).toContain('Duplicate value');
    });

    it.each(['title', 'icon', 'team'])('spec.%s, in a server-side apply: it is an annotation', async (field) => {
      const spec = { blueprint: 'microservice', identifier: 'x', [field]: 'x' };
      const entity = { apiVersion: `${GROUP}/v1`, kind: 'Entity', metadata: { name: 'x' }, spec };
      const { stderr } = await namespace.run('kubectl', SERVER_SIDE, entity);
      expect(stderr).toContain(`.spec.${field}: field not declared in schema`);
    });

    it('an entity without an identifier', async () => {
      const spec = { blueprint: 'microservice' };
      const entity = { apiVersion: `${GROUP}/v1`, kind: 'Entity', metadata: { name: 'x' }, spec };
      expect((await namespace.run('kubectl', SERVER_SIDE, entity)).stderr).toContain('spec.identifier: Required value');
    });
  });

  async function patchStatus(status: object) {
    const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
    return namespace.run('kubectl', ['patch', `entities.${GROUP}/checkout`, ...patch]);
  }
});

const SYNCED = {
  ...{ type: 'Synced', status: 'True', reason: 'Synced', message: 'Port has it' },
  ...{ lastTransitionTime: '2026-01-02T03:04:05Z', observedGeneration: 1 },
};

const withoutNamespaceOfCluster = ({ metadata: { namespace, ...metadata }, ...rest }: Manifest) => ({
  ...rest,
  metadata: { ...metadata, ...(rest.kind === 'Entity' && { namespace }) },
});

/** As they are to replace those that are there. */
async function withVersions(definitions: readonly Manifest[]): Promise<readonly Manifest[]> {
  const version = (name: string) =>
    mustOnCluster('kubectl', ['get', 'crd', name, '--output', 'jsonpath={.metadata.resourceVersion}']);
  return Promise.all(
    definitions.map(async (one) => ({
      ...one,
      metadata: { ...one.metadata, resourceVersion: await version(one.metadata.name) },
    })),
  );
}
