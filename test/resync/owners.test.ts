import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseMapping } from '../../src/config/mapping-schema.ts';
import { kindNames } from '../../src/core/kinds.ts';
import type { Catalog } from '../../src/core/ports.ts';
import { resync } from '../../src/core/resync.ts';
import { kindBook } from '../../src/core/source.ts';
import { createFolderSource } from '../../src/manifests/source.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import { OURS, openPortCatalog } from '../contract/open-port-catalog.ts';
import { jq } from '../mapping/support.ts';
import { object, openObjects } from './object-stage.ts';

const EXPORTER = 'port-k8s-exporter/^0.3.4 (statekey/eu)';
const OTHER = 'port-ocean/komodor/1.0.0/other/exporter';
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64)';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const MANIFEST = (name: string) => `apiVersion: getport.io/v1
kind: Entity
metadata: { name: ${name}, namespace: team }
spec: { blueprint: thing, identifier: ${name}, properties: { place: git } }
`;

/** Runs over a folder with the manifests of `ours`, `theirs`, `exported`, `made-by-hand` and `new`, in one file. */
async function openFolder() {
  const path = mkdtempSync(join(tmpdir(), 'owners-'));
  const open = await openPortCatalog();
  closing.push(
    () => open.close(),
    () => rmSync(path, { recursive: true }),
  );
  const give = (...names: readonly string[]) =>
    writeFileSync(join(path, 'all.yaml'), names.map(MANIFEST).join('---\n'));
  const { kinds } = createFolderSource({ path, settleMs: 0 });
  const book = kindBook(kinds);
  const mappings = { identifier: '.spec.identifier', blueprint: '"thing"', properties: { '*': '.spec.properties' } };
  const resources = [{ kind: 'getport.io/v1/entities', selector: { query: 'true' }, port: { entity: { mappings } } }];
  const flags = { entityDeletionThreshold: 0.9, createMissingRelatedEntities: false };
  const { mapping } = parseMapping({ ...flags, resources }, 'test', kindNames(kinds.map(({ name }) => name)));
  for (const [identifier, datasource] of Object.entries({
    ours: OURS,
    theirs: OTHER,
    exported: EXPORTER,
    'made-by-hand': BROWSER,
  })) {
    open.port.store.putEntity({ blueprint: 'thing', identifier, datasource, properties: { place: 'port' } });
  }
  async function run(exporterStateKey?: string) {
    const port = open.catalogOf('contract', exporterStateKey);
    const catalog: Catalog = {
      limits: port.limits,
      prepare: async () => ({
        mapping,
        mappingOrigin: 'test',
        problems: [],
        ready: Promise.resolve({ problems: [], setup: [] }),
      }),
      blueprint: (...given) => port.blueprint(...given),
      owned: (...given) => port.owned(...given),
      ownedElsewhere: (...given) => port.ownedElsewhere(...given),
      find: (...given) => port.find(...given),
      existing: (...given) => port.existing(...given),
      upsert: (...given) => port.upsert(...given),
      remove: (...given) => port.remove(...given),
    };
    const traffic = { snapshot: () => ({ komodor: 0, port: 0, retries: 0, rateLimitWaitMs: 0 }) };
    const ports = { kinds: book, mapper: createMapper({ jq }), catalog, traffic, now: () => new Date() };
    return resync(ports, { runId: 'r', mode: 'resync', trigger: 'cli' }, new AbortController().signal);
  }
  const placeOf = (name: string) => open.port.store.entity('thing', name)?.properties.place;
  return { give, run, placeOf };
}

const ALL = ['ours', 'theirs', 'exported', 'made-by-hand', 'new'];

describe('a folder of manifests', () => {
  it('leaves alone what other programs wrote last, and names the manifests by file and line', async () => {
    const folder = await openFolder();
    folder.give(...ALL);
    const report = await folder.run();
    expect(ALL.map(folder.placeOf)).toEqual(['git', 'port', 'port', 'git', 'git']);
    expect(report.status).toBe('completed');
    expect(report.kinds).toMatchObject([{ extracted: 5, selected: 3, filtered: 2 }]);
    const told = report.problems.filter(({ code }) => code === 'owned_elsewhere');
    expect(told.map(({ severity, samples }) => [severity, samples])).toEqual([
      ['warning', [expect.stringMatching(/all\.yaml:\d+ Entity team\/theirs/)]],
      ['warning', [expect.stringMatching(/all\.yaml:\d+ Entity team\/exported/)]],
    ]);
    expect(told[0]?.message).toContain('the installation other of komodor');
  });

  it('deletes nothing of theirs when the manifests are gone', async () => {
    const folder = await openFolder();
    folder.give(...ALL);
    await folder.run();
    folder.give('ours', 'made-by-hand');
    const report = await folder.run();
    expect(report.blueprints).toMatchObject([{ blueprint: 'thing', deleted: 1, deletionBlocked: null }]);
    expect(ALL.map(folder.placeOf)).toEqual(['git', 'port', 'port', 'git', undefined]);
  });

  it('takes over what the exporter wrote under the state key, and deletes it under the same guards', async () => {
    const folder = await openFolder();
    folder.give(...ALL);
    const report = await folder.run('eu');
    expect(ALL.map(folder.placeOf)).toEqual(['git', 'port', 'git', 'git', 'git']);
    expect(report.problems.filter(({ code }) => code === 'owned_elsewhere').map(({ count }) => count)).toEqual([1]);
    folder.give('ours', 'made-by-hand', 'new');
    expect((await folder.run('eu')).blueprints).toMatchObject([{ deleted: 1 }]);
    expect(folder.placeOf('exported')).toBeUndefined();
  });

  it('may be emptied of what the exporter left only by approval', async () => {
    const folder = await openFolder();
    folder.give('new');
    const report = await folder.run('eu');
    expect(report.blueprints).toMatchObject([{ deleted: 0, deletionBlocked: { reason: 'emptied', count: 2 } }]);
    expect(folder.placeOf('exported')).toBe('port');
  });
});

const RESOURCES = [
  {
    kind: 'v1/pods',
    selector: { query: 'true' },
    port: {
      entity: {
        mappings: { identifier: '.metadata.name', blueprint: '"workload"', properties: { phase: '.phase' } },
      },
    },
  },
];

describe('a change that a watch saw', () => {
  async function open(exporterStateKey?: string) {
    const objects = await openObjects({ resources: RESOURCES, yields: true, exporterStateKey });
    closing.push(objects.close);
    const phaseOf = (name: string) => objects.entity('workload', name)?.properties.phase;
    return { ...objects, phaseOf };
  }
  const pod = (name: string) => object(name, { phase: 'Running' });

  it('does not overwrite what another program keeps', async () => {
    const objects = await open();
    objects.has('workload', 'theirs', { datasource: EXPORTER, properties: { phase: 'Pending' } });
    objects.has('workload', 'ours', { properties: { phase: 'Pending' } });
    const report = await objects.tell('v1/pods', [pod('theirs'), pod('ours'), pod('new')]);
    expect(['theirs', 'ours', 'new'].map(objects.phaseOf)).toEqual(['Pending', 'Running', 'Running']);
    expect(report.problems).toMatchObject([
      { code: 'owned_elsewhere', severity: 'warning', count: 1, samples: ['Object payments/theirs'] },
    ]);
  });

  it('costs one search more for a batch, and none when all of it is ours', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `pod-${index}`);
    const counts: number[][] = [];
    for (const yields of [false, true]) {
      const objects = await openObjects({ resources: RESOURCES, yields });
      closing.push(objects.close);
      for (const name of names.slice(0, 20)) objects.has('workload', name, { properties: { phase: 'Running' } });
      const searches = () => objects.log.filter(({ route }) => route === 'search').length;
      await objects.tell('v1/pods', names.map(pod));
      const first = searches();
      await objects.tell('v1/pods', names.map(pod));
      counts.push([first, searches() - first]);
    }
    expect(counts).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it('overwrites and deletes what the exporter wrote under the state key, and nothing of it without', async () => {
    for (const [key, expected] of [
      [undefined, ['Pending', 'Pending']],
      ['eu', ['Running', undefined]],
    ] as const) {
      const objects = await open(key);
      for (const name of ['changed', 'gone', 'a', 'b', 'c', 'd'])
        objects.has('workload', name, { datasource: EXPORTER, properties: { phase: 'Pending' } });
      await objects.tell('v1/pods', [pod('changed')], [pod('gone')]);
      expect(['changed', 'gone'].map(objects.phaseOf)).toEqual(expected);
    }
  });
});
