import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownerOf } from '../../src/port/ownership.ts';
import { ownedPages, SIGNAL } from './catalog.contract.ts';
import { type OpenCatalog, OURS, openPortCatalog } from './open-port-catalog.ts';

const exporter = (key: string) => `port-k8s-exporter/^0.3.4 (statekey/${key})`;
const NOBODY = null;

/** Who wrote last -> whom `find` names, without a state key. */
const WRITERS: readonly (readonly [string, string | typeof NOBODY])[] = [
  [OURS, NOBODY],
  ['port-ocean/komodor/0.2.98/contract/exporter', NOBODY],
  ['port-ocean/komodor/1.0.0/other/exporter', 'the installation other of komodor'],
  ['port-ocean/komodor/1.0.0/eu/contract/exporter', 'the installation eu/contract of komodor'],
  ['port-ocean/github/1.0.0/contract/exporter', 'the installation contract of github'],
  ['port-ocean/komodor/1.0.0/contract/gitops', 'the installation contract of komodor'],
  [exporter('eu'), "Port's K8s exporter with the state key eu"],
  [exporter('eu/prod'), "Port's K8s exporter with the state key eu/prod"],
  ['Terraform/1.9.0 terraform-provider-port', 'Terraform/1.9.0 terraform-provider-port'],
  ['curl/8.5.0', 'curl/8.5.0'],
  ['Mozilla/5.0 (X11; Linux x86_64)', NOBODY],
  ['Port', NOBODY],
];
/** What a Port that does not return datasources lets us find out: only what Port's own programs wrote. */
const OF_PORTS_PROGRAMS = /^port-(ocean|k8s-exporter)\//;

describe('the other program that wrote an entity last', () => {
  let open: OpenCatalog;
  beforeEach(async () => {
    open = await openPortCatalog();
    for (const [at, [datasource]] of WRITERS.entries())
      open.port.store.putEntity({ blueprint: 'thing', identifier: `e${at}`, datasource });
  });
  afterEach(() => open.close());

  async function owners(catalog = open.catalog) {
    const fields = { title: false, icon: false, team: false, properties: [], relations: [] };
    const names = [...WRITERS.keys()].map((at) => `e${at}`);
    const found = await catalog.find({ identifier: 'thing' }, { ...fields, owner: true }, [...names, 'none'], SIGNAL);
    const byName = new Map(found.map(({ identifier, otherOwner }) => [identifier, otherOwner ?? NOBODY]));
    return names.map((name) => byName.get(name));
  }

  it('is named: an integration, the exporter, any program; not a person in a browser', async () => {
    expect(await owners()).toEqual(WRITERS.map(([, owner]) => owner));
  });

  it('is found by a search where Port does not say it', async () => {
    open.port.faults.add('search -> hide-datasource');
    const unnamed = 'another program, which Port does not name';
    const expected = WRITERS.map(([datasource, owner]) =>
      owner === NOBODY || !OF_PORTS_PROGRAMS.test(datasource) ? NOBODY : unnamed,
    );
    expect(await owners()).toEqual(expected);
  });

  it.each(['search -> hide-datasource', undefined])('is us where EXPORTER_STATE_KEY says so (%s)', async (fault) => {
    if (fault) open.port.faults.add(fault);
    const taking = open.catalogOf('contract', 'eu');
    const at = WRITERS.findIndex(([datasource]) => datasource === exporter('eu'));
    expect((await owners(taking))[at]).toBe(NOBODY);
    expect((await owners(taking))[at + 1]).not.toBe(NOBODY);
    const ours = (await ownedPages(taking)).flat().map(({ identifier }) => identifier);
    expect(ours).toContain(`e${at}`);
    expect(ours).not.toContain(`e${at + 1}`);
    expect(ours).toContain('e0');
    const without = (await ownedPages(open.catalog)).flat().map(({ identifier }) => identifier);
    expect(without).not.toContain(`e${at}`);
  });

  it('counts as ours over all blueprints, so that what no entry writes is reported as unmapped', async () => {
    const datasource = exporter('eu');
    open.port.store.putEntity({ blueprint: 'contract', identifier: 'c', datasource, relations: { thing: 'e0' } });
    expect((await open.catalogOf('contract', 'eu').ownedElsewhere(['thing'], SIGNAL)).blueprints).toEqual(['contract']);
    expect((await open.catalog.ownedElsewhere(['thing'], SIGNAL)).blueprints).toEqual([]);
  });

  it('has a state key in small letters, whatever the setting and the datasource say', () => {
    const names = { installation: 'contract', exporterStateKey: 'eu' };
    expect(ownerOf('port-k8s-exporter/^0.3.4 (statekey/EU)', names)?.isOurs).toBe(true);
    expect(ownerOf('port-k8s-exporter/9.9.9 (statekey/eu)', names)?.isOurs).toBe(true);
    for (const other of [
      '(statekey/eu)',
      'x/1 (statekey/eu)',
      exporter('eu)'),
      exporter('my-eu'),
      'port-k8s-exporter/1',
    ])
      expect(ownerOf(other, names)?.isOurs, other).toBe(false);
  });
});
