import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import type { RunReport } from '../../src/core/report.ts';
import { CATALOG_KINDS } from '../../src/manifests/source.ts';
import { blueprintOf, explain, type Harness, it, problemsOf } from '../resync/harness.ts';
import { entity } from './support.ts';

const MICROSERVICE = {
  identifier: 'microservice',
  title: 'Microservice',
  schema: {
    properties: {
      language: { type: 'string' },
      tier: { type: 'number' },
      readme: { type: 'string', format: 'url' },
    },
    required: [],
  },
  relations: {
    domain: { target: 'domain', required: false, many: false },
    uses: { target: 'microservice', required: false, many: true },
  },
};
const DOMAIN = {
  identifier: 'domain',
  title: 'Domain',
  schema: { properties: { description: { type: 'string' } }, required: [] },
  relations: {},
};

/** The program with a folder of manifests, and Port with two blueprints for them. */
async function open(
  start: (options: object) => Promise<Harness>,
  files: { readonly [file: string]: string },
  env = {},
) {
  const path = mkdtempSync(join(tmpdir(), 'catalog-'));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  const harness = await start({
    ...{ services: 3, risksPerService: 0, clusters: 1 },
    env: { CATALOG_PATH: path, ADD_ONS: 'git', MAPPING_SOURCE: 'file', ...env },
  });
  for (const blueprint of [DOMAIN, MICROSERVICE]) harness.store.putBlueprint(blueprint);
  return {
    ...harness,
    path,
    write,
    remove: (file: string) => rmSync(join(path, file), { recursive: true }),
    identifiers: (blueprint: string) =>
      harness.store
        .entitiesOf(blueprint)
        .map(({ identifier }) => identifier)
        .sort(),
    entity: (blueprint: string, identifier: string) => harness.store.entity(blueprint, identifier),
  };
}

function manifest(identifier: string, spec = '', annotations = ''): string {
  return [
    'apiVersion: getport.io/v1',
    'kind: Entity',
    'metadata:',
    `  name: ${identifier}`,
    `  annotations: {${annotations}}`,
    'spec:',
    '  blueprint: microservice',
    `  identifier: ${identifier}`,
    spec,
  ].join('\n');
}

const SERVICES = ['a', 'b', 'c', 'd'].map((name) => manifest(name, '  properties: {tier: 1}\n')).join('---\n');

/** What was said about broken reads. */
function incomplete(report: RunReport): readonly string[] {
  return problemsOf(report, 'read_incomplete').map(({ message }) => message);
}

describe('manifests in a folder', () => {
  it('come to Port with title, icon, team, properties and relations, and the second run changes nothing', async ({
    start,
  }) => {
    const catalog = await open(start, {
      'domain.yaml': entity('payments', { kind: 'ClusterEntity', blueprint: 'domain' }),
      'team-a/checkout.yaml': manifest(
        'checkout',
        '  properties: {language: typescript, tier: 1}\n  relations: {domain: payments, uses: [ledger]}\n',
        'getport.io/title: Checkout, getport.io/icon: Microservice, getport.io/team: "x, y"',
      ),
      'team-b/ledger.json': JSON.stringify({
        apiVersion: 'getport.io/v1',
        kind: 'Entity',
        spec: { blueprint: 'microservice', identifier: 'ledger' },
      }),
    });
    const first = await catalog.run();
    expect([first.status, first.problems], explain(first)).toEqual(['completed', []]);
    expect(catalog.entity('microservice', 'checkout')).toMatchObject({
      title: 'Checkout',
      icon: 'Microservice',
      team: ['x', 'y'],
      properties: { language: 'typescript', tier: 1 },
      relations: { domain: 'payments', uses: ['ledger'] },
    });
    catalog.cutLogs();
    const second = await catalog.run();
    expect([second.status, second.problems, catalog.portWrites()]).toEqual(['completed', [], []]);
  });

  it('take out of Port what was taken out of them: properties, relations, title, icon and team', async ({ start }) => {
    const whole = manifest(
      'checkout',
      '  properties: {language: go, tier: 2}\n  relations: {uses: [ledger]}\n',
      'getport.io/title: T, getport.io/icon: I, getport.io/team: x',
    );
    const catalog = await open(start, { 'a.yaml': whole, 'b.yaml': manifest('ledger') });
    await catalog.run();
    catalog.write('a.yaml', manifest('checkout', '  properties: {language: go}\n'));
    const plan = await catalog.run('plan');
    expect(plan.changes).toEqual([
      expect.objectContaining({
        action: 'update',
        identifier: 'checkout',
        title: { from: 'T', to: 'checkout' },
        icon: { from: 'I', to: null },
        team: { from: ['x'], to: null },
        properties: { tier: { from: 2, to: null } },
        relations: { uses: { from: ['ledger'], to: null } },
      }),
    ]);
    const report = await catalog.run();
    expect([report.status, report.problems], explain(report)).toEqual(['completed', []]);
    const stored = catalog.entity('microservice', 'checkout');
    expect(stored?.properties).toEqual({ language: 'go' });
    catalog.cutLogs();
    await catalog.run();
    expect(catalog.portWrites()).toEqual([]);
  });

  it('leave members alone that another entry of the mapping names', async ({ start }) => {
    const catalog = await open(start, {
      'a.yaml': manifest('Deployment-x', '  properties: {tier: 1}\n').replace(
        'blueprint: microservice',
        'blueprint: komodorService',
      ),
    });
    const before = await catalog.run();
    expect(problemsOf(before, 'property_undeclared')[0]?.samples).toEqual(['a.yaml:1 Entity Deployment-x']);
    const [service] = catalog.identifiers('komodorService').filter((name) => name !== 'Deployment-x');
    const kept = catalog.entity('komodorService', service ?? '');
    catalog.write(
      'a.yaml',
      manifest(service ?? '', '').replace('blueprint: microservice', 'blueprint: komodorService'),
    );
    await catalog.run('resync', { kinds: ['getport.io/v1/entities'] });
    expect(catalog.entity('komodorService', service ?? '')?.properties).toEqual(kept?.properties);
  });

  it('that are broken cost themselves, and nothing goes', async ({ start }) => {
    const catalog = await open(start, { 'a.yaml': SERVICES });
    await catalog.run();
    catalog.write(
      'a.yaml',
      [manifest('a'), manifest('new'), 'apiVersion: getport.io/v1\nkind: Entity\nspec: {identifier: x}\n'].join(
        '---\n',
      ),
    );
    const report = await catalog.run();
    expect(report.status, explain(report)).toBe('degraded');
    expect(incomplete(report)).toEqual([expect.stringContaining('a.yaml:21: spec.blueprint is missing')]);
    expect(catalog.identifiers('microservice')).toEqual(['a', 'b', 'c', 'd', 'new']);
    expect(blueprintOf(report, 'microservice').deletionBlocked).toMatchObject({ reason: 'incomplete', count: 3 });
  });

  it('of an unknown property or blueprint are named by file and line; the rest is written and nothing goes', async ({
    start,
  }) => {
    const catalog = await open(start, { 'a.yaml': SERVICES });
    await catalog.run();
    catalog.write(
      'a.yaml',
      [manifest('a', '  properties: {tier: 3, langauge: go}\n'), manifest('x').replace('microservice', 'nowhere')].join(
        '---\n',
      ),
    );
    const report = await catalog.run();
    expect(problemsOf(report, 'property_undeclared')[0]).toMatchObject({ samples: ['a.yaml:1 Entity a'] });
    expect(problemsOf(report, 'blueprint_missing')[0]).toMatchObject({ samples: ['a.yaml:11 Entity x'] });
    expect(catalog.entity('microservice', 'a')?.properties).toMatchObject({ tier: 3 });
    expect(catalog.identifiers('microservice')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('of which one goes: its entity goes, after the whole folder was read again', async ({ start }) => {
    const catalog = await open(start, { 'a.yaml': SERVICES, 'b.yaml': entity('gone', { blueprint: 'microservice' }) });
    await catalog.run();
    catalog.remove('b.yaml');
    const report = await catalog.run('resync', { kinds: CATALOG_KINDS });
    expect([report.status, report.problems], explain(report)).toEqual(['completed', []]);
    expect(catalog.identifiers('microservice')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('of which all go, on purpose: that waits for approval, also in a run of these kinds alone', async ({ start }) => {
    const catalog = await open(start, { 'a.yaml': SERVICES });
    await catalog.run();
    catalog.write('a.yaml', '# Nothing at the moment.\n');
    const held = await catalog.run('resync', { kinds: CATALOG_KINDS });
    expect(held.status, explain(held)).toBe('blocked');
    const { deletionBlocked } = blueprintOf(held, 'microservice');
    expect(deletionBlocked).toMatchObject({ reason: 'emptied', count: 4 });
    expect(catalog.identifiers('microservice')).toHaveLength(4);
    const report = await catalog.run('resync', { approve: [deletionBlocked?.digest ?? ''] });
    expect(report.status, explain(report)).toBe('completed');
    expect(catalog.identifiers('microservice')).toEqual([]);
  });

  it.for<[string, (path: string) => void]>([
    ['missing', (path) => rmSync(path, { recursive: true })],
    ['empty', (path) => rmSync(join(path, 'a.yaml'))],
    ['with a file of no bytes', (path) => writeFileSync(join(path, 'a.yaml'), '')],
  ])('delete nothing when the folder is %s, and Komodor goes on', async ([, harm], { start }) => {
    const catalog = await open(start, { 'a.yaml': SERVICES });
    await catalog.run();
    harm(catalog.path);
    const report = await catalog.run();
    expect(['failed', 'degraded'], explain(report)).toContain(report.status);
    expect(incomplete(report)).toHaveLength(2);
    expect(catalog.identifiers('microservice')).toHaveLength(4);
    expect(report.kinds.find(({ kind }) => kind === 'komodorService')).toMatchObject({ complete: true });
  });

  it('of deploy/catalog are whole, and a plan shows what they would make', async ({ start }) => {
    const catalog = await open(start, {}, { CATALOG_PATH: 'deploy/catalog/entities' });
    const plan = await catalog.run('plan', { kinds: CATALOG_KINDS });
    expect([plan.status, plan.problems], explain(plan)).toEqual(['completed', []]);
    expect(plan.changes?.map(({ action, blueprint, identifier }) => `${action} ${blueprint} ${identifier}`)).toEqual([
      'create domain payments',
      'create microservice checkout',
      'create microservice ledger',
    ]);
    const report = await catalog.run();
    expect([report.status, report.problems], explain(report)).toEqual(['completed', []]);
  });
});
