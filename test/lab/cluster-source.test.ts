import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../deploy/tools.ts';
import { established } from './definitions.ts';
import { describeLab, mustOnCluster, Namespace } from './lab.ts';
import { until } from './processes.ts';
import { useOutside } from './stand-ins.ts';

const CHART = join(ROOT, 'deploy/helm/komodor-port');
const SECONDS = 30;

const entry = (kind: string, blueprint: string, identifier: string, title: string, query = 'true') => ({
  ...{ kind, selector: { query } },
  port: { entity: { mappings: { identifier, title, blueprint } } },
});
const RESOURCES = [
  entry('komodorService', '"komodorService"', '[.kind, .cluster, .namespace, .service] | join("-")', '.service'),
  entry('getport.io/v1/Entity', '.spec.blueprint', '.spec.identifier', '.metadata.name'),
  entry('v1/configmaps', '"configMap"', '.metadata.name', '.metadata.name', '.metadata.labels.lab == "source"'),
];
const blueprint = (identifier: string) => ({ identifier, title: identifier, schema: { properties: {}, required: [] } });
const BLUEPRINTS = Object.fromEntries(
  ['komodorService', 'microservice', 'configMap'].map((name) => [`${name}.yaml`, blueprint(name)]),
);
const entity = (name: string) => ({
  ...{ apiVersion: 'getport.io/v1', kind: 'Entity', metadata: { name } },
  spec: { blueprint: 'microservice', identifier: name },
});

const configMap = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { lab: 'source' } },
});
const RulesSchema = z.looseObject({ rules: z.array(z.looseObject({ apiGroups: z.array(z.string()) })) });

describeLab('the service, with the cluster as a source, from the chart', () => {
  const outside = useOutside();
  let namespace: Namespace;
  /** What the service logged last is told when it waits in vain. */
  async function eventually(what: string, ask: () => Promise<boolean>, seconds = SECONDS): Promise<void> {
    await until(what, async () => (await ask()) || undefined, seconds).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${await lines()}`);
    });
  }
  const count = (name: string, wanted: number, seconds?: number) =>
    eventually(`${wanted} ${name}`, async () => outside.entitiesOf(name) === wanted, seconds);

  async function lines(): Promise<string> {
    const logs = await Promise.all((await namespace.podsThatRan()).map((pod) => namespace.log(pod)));
    return logs.join('\n').split('\n').slice(-400).join('\n');
  }

  beforeAll(async () => {
    await mustOnCluster('kubectl', ['apply', '--server-side', '-k', join(ROOT, 'deploy/catalog/crds')]);
    await established('entities.getport.io', 'clusterentities.getport.io');
    namespace = await Namespace.create('cluster-source');
    await outside.giveCredentials(namespace, 'credentials');
    await namespace.apply(configMap('one'));
    const { settings, ...values } = outside.values('credentials');
    const all = {
      ...values,
      settings: { ...Object(settings), RESYNC_INTERVAL: '20s', LOG_LEVEL: 'debug' },
      kubernetes: { enabled: true, clusterName: 'lab' },
      mapping: { source: 'file', files: { 'mapping.yaml': { resources: RESOURCES } } },
      blueprints: { files: BLUEPRINTS },
    };
    await namespace.must('helm4', ['install', 'komodor-port', CHART, '--values', '-', '--wait', '--timeout=150s'], all);
  });

  it('comes up with the rights of the chart, and brings what is there', async () => {
    await count('komodorService', 30);
    await count('configMap', 1);
  });

  it('brings an applied Entity within seconds, and takes one that goes', async () => {
    await namespace.apply(entity('checkout'), entity('ledger'));
    await count('microservice', 2);
    await namespace.must('kubectl', ['delete', 'entity', 'ledger']);
    await count('microservice', 1);
  });

  it('without a right says which rule to add, deletes nothing, and goes on with the others', async () => {
    const role = 'clusterrole/cluster-source-komodor-port';
    const rules = RulesSchema.parse(
      JSON.parse(await namespace.must('kubectl', ['get', role, '--output', 'json'])),
    ).rules;
    const giveRules = (given: typeof rules) =>
      namespace.must('kubectl', ['patch', role, '--type=merge', '-p', JSON.stringify({ rules: given })]);
    await giveRules(rules.filter(({ apiGroups }) => !apiGroups.includes('getport.io')));
    const rule = /apiGroups: \[\\*"?getport\.io\\*"?\], resources: \[\\*"?entities\\*"?\], verbs: \[get, list, watch\]/;
    await eventually('the rule to add', async () => rule.test(await lines()), 90);
    await namespace.apply(configMap('another'));
    await count('configMap', 2, 60);
    expect(outside.entitiesOf('microservice')).toBe(1);

    await giveRules(rules);
    await namespace.apply(entity('payments'));
    await count('microservice', 2, 90);
  });
});
