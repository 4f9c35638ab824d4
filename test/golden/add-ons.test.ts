import { describe, expect, it } from 'vitest';
import { loadBlueprintFiles } from '../../src/config/blueprint-files.ts';
import { loadMappingFiles } from '../../src/config/mapping-files.ts';
import { conform } from '../../src/core/conform.ts';
import { literalText } from '../../src/core/expression/prepare.ts';
import type { Entity, JsonObject } from '../../src/core/model.ts';
import { computedIn, portBlueprint, shapeOf } from '../../src/port/blueprint-documents.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { entitiesOf, failuresOf, mapItems } from './map-items.ts';
import { ADD_ONS, blueprintsOf, itemsOf, OF_CLUSTERS, OF_WORKLOADS, optionsFor } from './shipped-add-ons.ts';

function load(...addOns: readonly string[]) {
  const options = optionsFor(addOns);
  const { mapping, problems } = loadMappingFiles('mappings', options);
  const files = loadBlueprintFiles('blueprints', options);
  expect([...problems, ...files.problems]).toEqual([]);
  expect(mapping.disabled).toEqual([]);
  return { mapping, blueprints: files.blueprints.map((document) => portBlueprint.parse(document)) };
}

/** What the mapping of some add-ons makes of the rows of a world, with what each blueprint has to say about it. */
async function entitiesFrom(addOns: readonly string[], rows: (kind: string) => readonly JsonObject[]) {
  const { mapping, blueprints } = load(...addOns);
  const shapes = new Map(blueprints.map((document) => [document.identifier, shapeOf(document)]));
  const kinds = [...new Set(mapping.entries.map(({ kind }) => kind))];
  const perKind = kinds.map(async (kind) => mapItems(mapping, kind, rows(kind)));
  const mapped = (await Promise.all(perKind)).flat();
  const misfits: unknown[] = [];
  const entities = mapped.flatMap(entitiesOf).map((entity): Entity => {
    const shape = shapes.get(entity.blueprint);
    if (shape === undefined) throw new Error(`there is no blueprint ${entity.blueprint}`);
    const conformed = conform(entity, shape, 1024 * 1024);
    misfits.push(...conformed.misfits);
    return conformed.entity;
  });
  return { entities, misfits, failures: mapped.flatMap(failuresOf) };
}

/** One after the other, each with the others, and all of them. */
const COMBINATIONS = [
  ...ADD_ONS.map((one) => [one]),
  ...ADD_ONS.flatMap((one) => ADD_ONS.filter((other) => other > one).map((other) => [one, other])),
  ADD_ONS,
  [...ADD_ONS, ...OF_WORKLOADS],
  ['kubernetes'],
  ...OF_CLUSTERS.filter((name) => name !== 'kubernetes').map((name) => ['kubernetes', name]),
  ['kubernetes', ...OF_WORKLOADS],
  [...ADD_ONS, ...OF_CLUSTERS, ...OF_WORKLOADS],
];

describe('the add-ons', () => {
  it.each(COMBINATIONS.map((addOns) => [addOns.join(',')] as const))(
    '%s: write what their blueprints declare, and nothing computed builds on what is not there',
    (addOns) => {
      const { mapping, blueprints } = load(...addOns.split(','));
      const byName = new Map(blueprints.map((document) => [document.identifier, document]));
      for (const { templates, path } of mapping.entries) {
        for (const { blueprint, properties, relations } of templates) {
          const document = byName.get(literalText(blueprint) ?? '');
          const declared = Object.keys(document?.schema.properties ?? {});
          expect(declared, path).toEqual(expect.arrayContaining(Object.keys(properties)));
          const related = Object.keys(document?.relations ?? {});
          expect(related, path).toEqual(expect.arrayContaining(Object.keys(relations)));
        }
      }
      for (const { identifier, schema, relations, aggregationProperties } of blueprints) {
        for (const { target } of Object.values(relations)) {
          // The workloads are the Kubernetes exporter's.
          if (target !== 'workload') expect([...byName.keys()], identifier).toContain(target);
        }
        for (const [id, { target, pathFilter = [] }] of Object.entries(aggregationProperties)) {
          expect([...byName.keys()], id).toContain(target);
          // Without one it would count over all ways from one to the other.
          expect(pathFilter, id).toHaveLength(1);
          for (const { path, fromBlueprint = '' } of pathFilter) {
            expect(fromBlueprint).toBe(target);
            const end = path.reduce((at, relation) => byName.get(at)?.relations[relation]?.target ?? '', fromBlueprint);
            expect(end, id).toBe(identifier);
          }
        }
        expect(
          Object.keys(schema.properties).filter((id) => computedIn(byName.get(identifier) ?? raise(), id)),
        ).toEqual([]);
      }
    },
  );

  it.each([3, 4])('make of every row of a world (seed %s) an entity that fits its blueprint', async (seed) => {
    const world = createWorld({ seed, services: 120, risksPerService: 0.2, clusters: 3 });
    const { entities, misfits, failures } = await entitiesFrom(ADD_ONS, (kind) => itemsOf(kind, world));
    expect([misfits, failures]).toEqual([[], []]);
    for (const blueprint of ADD_ONS.flatMap(blueprintsOf)) {
      const own = entities.filter((entity) => entity.blueprint === blueprint);
      expect(own.length, blueprint).toBeGreaterThan(2);
      expect(own.filter(({ title }) => typeof title === 'string' && title !== '').length, blueprint).toBeGreaterThan(2);
    }
    const services = new Set(
      world.services.map(({ kind, cluster, namespace, service }) => [kind, cluster, namespace, service].join('-')),
    );
    const clusters = new Set(world.clusters.map(({ name }) => name));
    const cost = entities.filter(({ properties }) => 'cost_total' in properties);
    expect(cost.filter(({ identifier }) => services.has(String(identifier))).length).toBeGreaterThan(90);
    for (const { blueprint, relations } of entities) {
      if ('cluster' in relations) expect(clusters, blueprint).toContain(relations.cluster);
    }
    const deploys = entities.filter(
      ({ blueprint, relations }) => blueprint === 'komodorDeploy' && 'service' in relations,
    );
    const known = deploys.filter(({ relations }) => services.has(String(relations.service)));
    expect(known.length / deploys.length).toBeGreaterThan(0.9);
  });

  it('make something of the least that Komodor may send', async () => {
    const least: { readonly [kind: string]: JsonObject } = {
      komodorCluster: { name: 'c' },
      komodorJob: { kind: 'Job', cluster: 'c', namespace: 'n', name: 'j' },
      komodorIssue: { _: { id: 'i' } },
      komodorDeploy: { _: { id: 'd' } },
      komodorMonitor: { id: 'm' },
      komodorCost: { komodorServiceKind: 'Deployment', clusterName: 'c', namespace: 'n', komodorServiceName: 's' },
      komodorRightSizing: { komodorServiceKind: 'Deployment', clusterName: 'c', namespace: 'n', service: 's' },
    };
    const { entities, misfits, failures } = await entitiesFrom(ADD_ONS, (kind) => (least[kind] ? [least[kind]] : []));
    expect([misfits, failures]).toEqual([[], []]);
    expect(new Set(entities.map(({ blueprint, identifier }) => `${blueprint} ${identifier}`))).toEqual(
      new Set([
        'komodorCluster c',
        'komodorJob Job-c-n-j',
        'komodorIssue i',
        'komodorDeploy d',
        'komodorMonitor m',
        'komodorService Deployment-c-n-s',
      ]),
    );
  });

  it('take the names of a monitor’s channels, and no key and no address that lets anybody write to them', async () => {
    const monitor = {
      id: 'm-1',
      name: 'Shop is up',
      type: 'availability',
      active: true,
      sensors: [{ cluster: 'prod', namespaces: ['shop'] }, { cluster: 'prod' }, { cluster: 'eu' }],
      variables: { duration: 30, minAvailable: '100%' },
      sinks: {
        slack: ['#shop'],
        teams: ['https://example.webhook.office.com/secret'],
        opsgenie: null,
        pagerduty: [{ channel: 'on-call', integrationKey: 'a-key', pagerDutyAccountName: 'acme' }],
        genericWebhook: ['port'],
      },
      sinksOptions: { notifyOn: ['*'] },
      createdAt: '2025-04-01T10:00:00Z',
      updatedAt: '2025-04-02T10:00:00.123456Z',
      createdFrom: 'terraform',
    };
    const gone = { ...monitor, id: 'm-2', isDeleted: true };
    const rows = (kind: string) => (kind === 'komodorMonitor' ? [monitor, gone] : []);
    const { entities, misfits, failures } = await entitiesFrom(['monitors'], rows);
    expect([misfits, failures]).toEqual([[], []]);
    expect(entities).toEqual([
      {
        blueprint: 'komodorMonitor',
        identifier: 'm-1',
        title: 'Shop is up',
        properties: {
          monitor_type: 'availability',
          active: true,
          clusters: ['eu', 'prod'],
          sensors: monitor.sensors,
          variables: monitor.variables,
          notifies: ['slack: #shop', 'pagerduty: on-call', 'genericWebhook: port'],
          notifies_on: ['*'],
          created_from: 'terraform',
          created_at: '2025-04-01T10:00:00Z',
          updated_at: '2025-04-02T10:00:00.123456Z',
        },
        relations: {},
      },
    ]);
  });
});

function raise(): never {
  throw new Error('there is no such blueprint');
}
