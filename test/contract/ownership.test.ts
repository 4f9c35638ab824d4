import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDatasource } from '../../src/port/ownership.ts';
import { ownedPages, SIGNAL } from './catalog.contract.ts';
import { type OpenCatalog, openPortCatalog } from './open-port-catalog.ts';

/** Names of which one is the head, the tail, the middle or a neighbour of another; and some that are words of the datasource. */
const NAMES = [
  'prod',
  'pro',
  'rod',
  'o',
  'prod-eu',
  'eu-prod',
  'eu-prod-1',
  'prod.eu',
  'PROD',
  '1',
  '1.0.0',
  '0.2.98',
  'exporter',
  'komodor',
  'port-ocean',
];
/** As older installations may be called. */
const SLASHED = [
  'eu/prod',
  'eu1/prod',
  'eu-west-1/prod',
  '1/prod',
  'eu/prod/1',
  'prod/eu',
  'prod/exporter',
  'prod/exporter/eu',
  'x/port-ocean/komodor/1.0.0/prod',
  '1.0.0/prod',
  'prod/exporter/prod',
];
const VERSIONS = ['0.2.98', '1.0.0', '2.0.0-dev'];
const datasourcesOf = (name: string) => VERSIONS.map((version) => `port-ocean/komodor/${version}/${name}/exporter`);
/** Nobody's of whom it is asked here. */
const STRANGERS = NAMES.flatMap((name) => [
  `port-ocean/komodor/1.0.0/${name}/gitops`,
  `port-ocean/kafka/1.0.0/${name}/exporter`,
  `port-ocean/komodor-x/1.0.0/${name}/exporter`,
  `my-port-ocean/komodor/1.0.0/${name}/exporter`,
  `port-ocean/komodor/1.0.0/${name}/exporter-2`,
  `port-ocean/komodor/${name}/exporter`,
  `port-ocean/komodor//${name}/exporter`,
  name,
]);

describe('whose an entity is', () => {
  let open: OpenCatalog;
  beforeEach(async () => {
    open = await openPortCatalog();
    const all = [...[...NAMES, ...SLASHED].flatMap(datasourcesOf), ...STRANGERS];
    for (const datasource of all) {
      open.port.store.putEntity({ blueprint: 'thing', identifier: `by-${all.indexOf(datasource)}`, datasource });
    }
  });
  afterEach(() => open.close());
  const writersOf = (found: readonly { readonly identifier: string }[]) =>
    found.map(({ identifier }) => open.port.store.entity('thing', identifier)?.datasource).sort();

  it.each(NAMES)('%s owns what it wrote, in any version, and nothing of anybody else', async (name) => {
    const found = (await ownedPages(open.catalogOf(name))).flat();
    expect(writersOf(found)).toEqual(datasourcesOf(name).sort());
  });

  it.each(NAMES)(
    '%s takes no part of another name for its own where Port does not say the datasource',
    async (name) => {
      open.port.faults.add('search -> hide-datasource');
      const writers = writersOf((await ownedPages(open.catalogOf(name))).flat());
      expect(writers).toEqual(expect.arrayContaining(datasourcesOf(name).filter((writer) => !writer.includes('-dev'))));
      for (const other of NAMES.filter((one) => one !== name)) {
        for (const writer of datasourcesOf(other)) expect(writers).not.toContain(writer);
      }
      for (const writer of ['eu/prod', 'eu1/prod', 'eu-west-1/prod', '1/prod', 'prod/eu', 'eu/prod/1'].flatMap(
        datasourcesOf,
      ))
        expect(writers).not.toContain(writer);
    },
  );

  it('names the other installations that Port’s search gave', async () => {
    const catalog = open.catalogOf('prod');
    await ownedPages(catalog);
    const { otherInstallations } = await catalog.ownedElsewhere(['thing'], SIGNAL);
    expect([...otherInstallations.keys()]).toEqual(
      expect.arrayContaining(['eu/prod', 'eu1/prod', '1.0.0/prod', 'x/port-ocean/komodor/1.0.0/prod']),
    );
    expect(otherInstallations.get('eu/prod')).toBe(VERSIONS.length);
    expect([...otherInstallations.keys()].every((name) => SLASHED.includes(name))).toBe(true);
  });

  it('finds the blueprints that hold something of ours, and only ours', async () => {
    const seed = (datasource: string) =>
      open.port.store.putEntity({
        blueprint: 'contract',
        identifier: `c ${datasource}`,
        datasource,
        relations: { thing: 'by-0' },
      });
    seed('port-ocean/komodor/1.0.0/eu/prod/exporter');
    expect((await open.catalogOf('prod').ownedElsewhere(['thing'], SIGNAL)).blueprints).toEqual([]);
    seed('port-ocean/komodor/1.0.0/prod/exporter');
    for (const fault of [undefined, 'search -> hide-datasource']) {
      if (fault) open.port.faults.add(fault);
      expect((await open.catalogOf('prod').ownedElsewhere(['thing'], SIGNAL)).blueprints).toEqual(['contract']);
      expect((await open.catalogOf('prod').ownedElsewhere(['thing', 'contract'], SIGNAL)).blueprints).toEqual([]);
      expect((await open.catalogOf('prod').ownedElsewhere([], SIGNAL)).blueprints).toEqual(['contract', 'thing']);
    }
  });

  it('is read from the parts of a datasource', () => {
    expect(parseDatasource('port-ocean/komodor/1.0.0/eu/prod/exporter')).toEqual({
      type: 'komodor',
      version: '1.0.0',
      installation: 'eu/prod',
      sender: 'exporter',
    });
    for (const text of ['', 'someone', 'port-ocean/komodor/1.0.0/exporter', 'port-ocean/komodor/1.0.0//exporter']) {
      expect(parseDatasource(text)).toBeUndefined();
    }
  });
});
