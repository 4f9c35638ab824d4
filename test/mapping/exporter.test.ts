import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { offlineKinds } from '../../src/compose/kinds.ts';
import { EXPORTER_KEYS } from '../../src/config/exporter-keys.ts';
import { parseMapping } from '../../src/config/mapping-schema.ts';
import { encodeIdentifier } from '../../src/core/identifier.ts';
import type { JsonObject } from '../../src/core/model.ts';
import type { MappedRow } from '../../src/core/ports.ts';
import { itemOf } from '../../src/kubernetes/resource-kind.ts';
import { SIGNAL } from '../contract/catalog.contract.ts';
import { openPortCatalog } from '../contract/open-port-catalog.ts';
import { asStored, blueprintIn, runSmall, things } from '../core/small-world.ts';
import { compile } from './support.ts';

const KINDS = offlineKinds();
const DEPLOYMENT = {
  metadata: { name: 'api', namespace: 'shop', labels: { b: '2', a: '1' }, managedFields: [{ manager: 'kubectl' }] },
  spec: { replicas: 3, list: [{ name: 'x' }, { name: 'y' }] },
  status: {},
};

interface Given {
  readonly entry?: JsonObject;
  readonly mappings?: JsonObject;
}

/** What an entry for Deployments makes of one. */
async function rowsOf({ entry = {}, mappings = {} }: Given): Promise<readonly MappedRow[]> {
  const fields = { identifier: '.metadata.name', blueprint: '"workload"', ...mappings };
  const { port = {}, ...rest } = entry;
  const resource = {
    kind: 'apps/v1/deployments',
    selector: { query: 'true' },
    ...rest,
    port: { ...(typeof port === 'object' ? port : {}), entity: { mappings: [fields] } },
  };
  const { mapping, problems } = parseMapping({ resources: [resource] }, 'm', KINDS);
  expect(problems).toEqual([]);
  const { program } = await compile(mapping.entries, { allowEnv: { CLUSTER_NAME: 'prod' } });
  const item = itemOf({ group: 'apps', version: 'v1', kind: 'Deployment' }, DEPLOYMENT);
  const [mapped] = await program.map(item === undefined ? [] : [item], SIGNAL);
  return mapped?.rows ?? [];
}

async function entityOf(given: Given) {
  const [row] = await rowsOf(given);
  if (row?.type !== 'entity') throw new Error(`no entity: ${JSON.stringify(row)}`);
  return { ...row.entity, failed: row.failures.map(({ path }) => path) };
}

const property = async (expression: string) => {
  const { properties, failed } = await entityOf({ mappings: { properties: { p: expression } } });
  return failed.length > 0 ? failed : properties.p;
};
const flagsOf = (root: object) => parseMapping({ resources: [], ...root }, 'm', KINDS).mapping.flags;
const owned = { service: asStored(things(10)) };

/** The rows of docs/coming-from-the-k8s-exporter.md, each with a proof of its last column. */
const ROWS: { readonly [row: string]: () => unknown } = {
  // test/core/other-owners.test.ts has the rest.
  'An entity that another program wrote last': () => expect(KINDS.get('v1/pods')?.yields).toBe(true),
  async 'Who owns the entities'() {
    const open = await openPortCatalog();
    const datasource = 'port-k8s-exporter/^0.3.4 (statekey/eu)';
    open.port.store.putEntity({ blueprint: 'thing', identifier: 'theirs', datasource });
    const own = async (key?: string) => {
      const found: string[] = [];
      const catalog = open.catalogOf('contract', key);
      const shape = await catalog.blueprint('thing', SIGNAL);
      const none = { title: false, icon: false, team: false, properties: [], relations: [] };
      for await (const page of shape ? catalog.owned(shape, none, SIGNAL) : [])
        found.push(...page.map(({ identifier }) => identifier));
      return found;
    };
    expect([await own(), await own('eu')]).toEqual([[], ['theirs']]);
    await open.close();
  },
  async 'A kind that the cluster does not have'() {
    const end = { complete: false, reason: 'request_failed', detail: 'the cluster has no such kind' } as const;
    const run = await runSmall({ services: { things: [], end }, stored: owned });
    expect(blueprintIn(run, 'service')).toMatchObject({ deleted: 0, stale: 10 });
    expect(run.report.status).not.toBe('completed');
  },
  async 'A kind that may not be read'() {
    const end = { complete: false, reason: 'request_failed', detail: '403' } as const;
    const run = await runSmall({ services: { things: [], end }, risks: { things: things(2) }, stored: owned });
    expect(blueprintIn(run, 'risk').created).toBe(2);
  },
  async 'How many entities may go at once'() {
    const run = await runSmall({ services: { things: [] }, stored: owned, threshold: 0.9 });
    expect(blueprintIn(run, 'service').deletionBlocked?.reason).toBe('emptied');
  },
  async 'An object that cannot be mapped'() {
    const risks = { things: [...things(9), { name: 'bad', fate: 'rejected' as const }] };
    const stored = { ...owned, risk: asStored(things(10)) };
    const run = await runSmall({ services: { things: things(9) }, risks, stored });
    expect([blueprintIn(run, 'service').deleted, blueprintIn(run, 'risk').deleted]).toEqual([1, 0]);
  },
  async 'An expression that fails'() {
    const broken = { properties: { p: '.metadata.name | todate', q: '.kind' }, relations: { r: 'error("x")' } };
    const entity = await entityOf({ mappings: broken });
    expect(entity).toMatchObject({ properties: { q: 'Deployment' }, relations: {} });
    expect(entity.failed).toHaveLength(2);
  },
  // test/resync/whole.test.ts has the rest.
  'A relation whose target is missing': () =>
    expect(flagsOf({ createMissingRelatedEntities: false }).createMissingRelatedEntities).toBe(false),
  'An identifier with characters that Port refuses': () => expect(encodeIdentifier('a b')).toBe('a=20b'),
  'The values of a Secret'() {
    const secret = { metadata: { name: 's' }, data: { password: 'aHVudGVyMg==' } };
    const item = itemOf({ group: '', version: 'v1', kind: 'Secret' }, secret);
    expect(JSON.stringify(item)).not.toContain('aHVudGVyMg==');
  },
  '`metadata.managedFields`': async () => expect(await property('.metadata | has("managedFields")')).toBe(false),
  '`env` in expressions': async () => expect(await property('env')).toEqual({ CLUSTER_NAME: 'prod' }),

  'createMissingRelatedEntities, when it is absent': () => expect(flagsOf({}).createMissingRelatedEntities).toBe(true),
  'entityDeletionThreshold, when it is absent': () => expect(flagsOf({}).entityDeletionThreshold).toBe(0.9),
  async deleteDependents() {
    expect(flagsOf({ deleteDependents: true }).deleteDependentEntities).toBe(true);
    const open = await openPortCatalog();
    open.port.store.putEntity({ blueprint: 'thing', identifier: 't' });
    open.port.store.putEntity({ blueprint: 'contract', identifier: 'c', relations: { thing: 't' } });
    const { deleted } = await open.catalog.remove('thing', ['t'], SIGNAL);
    expect([deleted, open.port.store.entity('contract', 'c')?.identifier]).toEqual([[], 'c']);
    await open.close();
  },
  async 'The list of itemsToParse'() {
    const left = async (port: JsonObject) => {
      const [row] = await rowsOf({ entry: { port }, mappings: { properties: { p: '.spec | has("list")' } } });
      return row?.type === 'entity' ? row.entity.properties.p : row;
    };
    expect(await left({ itemsToParse: '.spec.list' })).toBe(false);
    expect(await left({ itemsToParse: '.spec.list', itemsToParseTopLevelTransform: false })).toBe(true);
  },
  async 'A number as title or identifier'() {
    const entity = await entityOf({ mappings: { identifier: '.spec.replicas', title: '.spec.replicas' } });
    expect(entity).toMatchObject({ identifier: '3', title: '3' });
  },
  async 'A key that is written out beside "*"'() {
    const properties = { '*': '.metadata.labels', a: '"written"' };
    expect((await entityOf({ mappings: { properties } })).properties).toEqual({ a: 'written', b: '2' });
  },
  'Regular expressions': async () =>
    expect(await property('[("ab" | test("a(?=b)")), ("aa" | test("(a)\\\\1"))]')).toEqual([true, true]),
  'The order of keys': async () =>
    expect(await property('.metadata.labels | [tojson, (keys | join(""))]')).toEqual(['{"b":"2","a":"1"}', 'ab']),
  'A letter of a text by its place': async () => {
    expect(await property('"abc" | .[0]')).toEqual(['properties.p']);
    expect(await property('"abc" | .[0:1]')).toBe('a');
  },
  'Integers above 9007199254740992': async () =>
    expect(await property('[(9007199254740993 | tostring), (9007199254740993 + 0 | tostring)]')).toEqual([
      '9007199254740993',
      '9007199254740992',
    ]),
};

describe('beside Port’s K8s exporter', () => {
  const page = readFileSync(new URL('../../docs/coming-from-the-k8s-exporter.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| ([^|]+?) \|/gm)].map(([, first = '']) => first);
  const isHead = (text: string) => /^-+$/.test(text) || text === 'Key' || text === '';

  it.each(Object.entries(ROWS))('%s: what the page says of us is so', async (_, proof) => {
    await proof();
  });

  it('no row of the page goes without a proof, and no key of the exporter without a row', () => {
    const keys = EXPORTER_KEYS.map(({ name }) => `\`${name}\``);
    expect(rows.filter((row) => !isHead(row))).toEqual([...Object.keys(ROWS), ...keys]);
  });
});

/** The configuration that the exporter starts with, as far as its facts are known: its kinds, identifiers and idioms. */
const workload = (kind: string) => ({
  selector: { query: '.metadata.namespace | startswith("kube") | not' },
  port: {
    entity: {
      mappings: [
        {
          identifier: `.metadata.name + "-${kind}-" + .metadata.namespace + "-" + env.CLUSTER_NAME`,
          title: '.metadata.name',
          icon: '"Deployment"',
          blueprint: '"workload"',
          properties: {
            kind: `"${kind}"`,
            labels: '.metadata.labels',
            replicas: '.spec.replicas',
            strategyConfig: '.spec.strategy // {}',
            isHealthy: 'if .spec.replicas == .status.availableReplicas then "Healthy" else "Unhealthy" end',
            hasLatest: '.spec.template.spec.containers[].image | contains(":latest")',
          },
          relations: { Namespace: '.metadata.namespace + "-" + env.CLUSTER_NAME' },
        },
      ],
    },
  },
});
const DEFAULTS = {
  createMissingRelatedEntities: true,
  deleteDependents: true,
  updateEntityOnlyOnDiff: true,
  sendRawDataExamples: true,
  crdsToDiscover: '',
  resources: [
    {
      kind: 'v1/namespaces',
      port: {
        entity: {
          mappings: [
            {
              identifier: '.metadata.name + "-" + env.CLUSTER_NAME',
              title: '.metadata.name',
              blueprint: '"namespace"',
              properties: { labels: '.metadata.labels' },
              relations: { Cluster: 'env.CLUSTER_NAME' },
            },
          ],
        },
      },
    },
    {
      kind: 'V1/Namespace',
      selector: { query: '.metadata.name | contains("kube-system")' },
      port: { entity: { mappings: [{ identifier: 'env.CLUSTER_NAME', blueprint: '"cluster"' }] } },
    },
    { kind: 'apps/v1/deployments', ...workload('Deployment') },
    { kind: 'Apps/V1/StatefulSet', ...workload('StatefulSet') },
    { kind: 'apps/v1/DaemonSets', ...workload('DaemonSet') },
    {
      kind: 'getport.io/v1/ClusterEntities',
      selector: { query: null },
      port: {
        entity: {
          mappings: [
            {
              identifier: '.spec.identifier',
              blueprint: '.spec.blueprint',
              properties: { '*': '.spec.properties' },
              relations: { '*': '.spec.relations' },
            },
          ],
        },
      },
    },
  ],
};

describe('the exporter’s configuration', () => {
  const { mapping, problems } = parseMapping(DEFAULTS, 'm', KINDS);

  it('is taken as it is', () => {
    expect([problems, mapping.disabled]).toEqual([[], []]);
    expect(mapping.entries.map(({ kind }) => kind)).toEqual([
      ...['v1/namespaces', 'v1/namespaces', 'apps/v1/deployments', 'apps/v1/statefulsets', 'apps/v1/daemonsets'],
      'getport.io/v1/clusterentities',
    ]);
    expect(mapping.entries[0]?.selectorQuery).toBe('true');
    expect(mapping.entries[5]?.selectorQuery).toBe('true');
  });

  it('gives the entities that the exporter makes', async () => {
    const objects: readonly (readonly [kind: string, object: JsonObject])[] = [
      ['Namespace', { metadata: { name: 'kube-system' } }],
      [
        'Deployment',
        {
          metadata: { name: 'api', namespace: 'shop', labels: { app: 'api' } },
          spec: { replicas: 2, template: { spec: { containers: [{ image: 'a:latest' }, { image: 'b:1' }] } } },
          status: { availableReplicas: 2 },
        },
      ],
      ['Deployment', { metadata: { name: 'dns', namespace: 'kube-system' } }],
      [
        'ClusterEntity',
        { spec: { blueprint: 'service', identifier: 'a', properties: { tier: 1 }, relations: { domain: 'shop' } } },
      ],
    ];
    const found: unknown[] = [];
    for (const [kind, object] of objects) {
      const group = { Deployment: 'apps', ClusterEntity: 'getport.io' }[kind] ?? '';
      const item = itemOf({ group, version: 'v1', kind }, { ...object, metadata: object.metadata ?? { name: 'x' } });
      const plural = { Namespace: 'v1/namespaces', Deployment: 'apps/v1/deployments' }[kind];
      const own = mapping.entries.filter((entry) => entry.kind === (plural ?? 'getport.io/v1/clusterentities'));
      const { program } = await compile(own, { allowEnv: { CLUSTER_NAME: 'prod' } });
      const [mapped] = await program.map(item === undefined ? [] : [item], SIGNAL);
      for (const row of mapped?.rows ?? []) if (row.type === 'entity') found.push([row.entity, row.failures]);
    }
    expect(found).toMatchObject([
      [{ blueprint: 'namespace', identifier: 'kube-system-prod', relations: { Cluster: 'prod' } }, []],
      [{ blueprint: 'cluster', identifier: 'prod' }, []],
      [
        {
          blueprint: 'workload',
          identifier: 'api-Deployment-shop-prod',
          icon: 'Deployment',
          properties: { isHealthy: 'Healthy', hasLatest: true, strategyConfig: {}, replicas: 2 },
          relations: { Namespace: 'shop-prod' },
        },
        [],
      ],
      [{ blueprint: 'service', identifier: 'a', properties: { tier: 1 }, relations: { domain: 'shop' } }, []],
    ]);
  });
});
