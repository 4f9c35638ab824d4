import type { Entity, JsonObject } from '../../src/sandbox/port/model.ts';
import type { PortStore } from '../../src/sandbox/port/store.ts';
import type { Random } from '../../src/sandbox/random.ts';
import type { ExpectedWorld } from './expected.ts';
import { isOurs } from './ownership.ts';

const PERSON = 'Mozilla/5.0';
const OTHERS = [
  PERSON,
  'port-ocean/kubernetes/1.2.0/cluster/exporter',
  // The same kind of integration, but another installation of it.
  'port-ocean/komodor/0.1.0/elsewhere/exporter',
] as const;
const KINDS = ['komodorService', 'komodorHealthMonitoring'] as const;

const pointing = (identifier: string, required: boolean): JsonObject => ({
  identifier,
  title: identifier,
  schema: { properties: { note: { type: 'string' } }, required: [] },
  relations: { service: { target: 'komodorService', required, many: false } },
});

/** Lets somebody else work in Port: another integration, another installation of this one, a person. Says what was done. */
export function workInPort(store: PortStore, random: Random, expected: ExpectedWorld): string {
  if (store.blueprint('komodorService') === undefined) return 'nobody';
  return random.weighted([
    [handMade, 3],
    [takenName, 3],
    [pointer, 3],
    [edit, 4],
    [remove, 2],
  ] as const)(store, random, expected);
}

function handMade(store: PortStore, random: Random): string {
  const blueprint = random.pick(KINDS);
  if (store.blueprint(blueprint) === undefined) return 'nobody';
  const identifier = `hand-made-${random.int(1, 9)}`;
  store.putEntity({ blueprint, identifier, ...decoration(random), datasource: random.pick(OTHERS) });
  return `${identifier} in ${blueprint}`;
}

/** Something under a name that the mapping makes too. */
function takenName(store: PortStore, random: Random, { entities }: ExpectedWorld): string {
  const free = [...entities.values()].filter(({ kind, identifier }) => store.entity(kind, identifier) === undefined);
  if (free.length === 0) return 'nobody';
  const { kind, identifier } = random.pick(free);
  if (store.blueprint(kind) === undefined) return 'nobody';
  store.putEntity({ blueprint: kind, identifier, ...decoration(random), datasource: random.pick(OTHERS) });
  return `takes the name ${identifier}`;
}

/** Something that points at a service of ours, and in one blueprint cannot be without it. */
function pointer(store: PortStore, random: Random): string {
  // In an order that does not depend on which of several batches landed first.
  const services = store.entitiesOf('komodorService').sort((a, b) => (a.identifier < b.identifier ? -1 : 1));
  if (services.length === 0) return 'nobody';
  const required = random.chance(0.4);
  const blueprint = required ? 'contract' : 'runbook';
  if (store.blueprint(blueprint) === undefined) store.putBlueprint(pointing(blueprint, required));
  const { identifier } = random.pick(services);
  store.putEntity({
    blueprint,
    identifier: `${blueprint}-${random.int(1, 5)}`,
    properties: { note: 'by hand' },
    relations: { service: identifier },
    datasource: PERSON,
  });
  return `${blueprint} -> ${identifier}`;
}

/** A person changes an entity of ours: mapped fields, and some of their own. */
function edit(store: PortStore, random: Random): string {
  const entity = pickOurs(store, random);
  if (entity === undefined) return 'nobody';
  store.putEntity({
    ...entity,
    ...(random.chance(0.5) && { title: 'By hand' }),
    ...(random.chance(0.5) && { team: ['alice'], icon: 'Star' }),
    properties: {
      ...entity.properties,
      note: 'by hand',
      ...(random.chance(0.5) && { namespace_name: 'by hand', last_deploy_status: 'by hand' }),
    },
    // Port counts the last writer, unless it only keeps who made it.
    datasource: random.chance(0.6) ? PERSON : entity.datasource,
  });
  return `edits ${entity.identifier}`;
}

function remove(store: PortStore, random: Random): string {
  const entity = pickOurs(store, random);
  if (entity === undefined || store.entities.dependents(entity.blueprint, entity.identifier).length > 0)
    return 'nobody';
  store.dropEntity(entity.blueprint, entity.identifier);
  return `deletes ${entity.identifier}`;
}

function pickOurs(store: PortStore, random: Random): Entity | undefined {
  const ours = KINDS.flatMap((kind) => store.entitiesOf(kind)).filter(isOurs);
  return ours.length === 0 ? undefined : random.pick(ours.sort((a, b) => (a.identifier < b.identifier ? -1 : 1)));
}

function decoration(random: Random) {
  return {
    title: 'By hand',
    team: ['alice'],
    icon: 'Star',
    properties: {
      note: 'by hand',
      ...(random.chance(0.6) && {
        last_deploy_status: 'by hand',
        service_id: 'by-hand',
        supporting_data: { by: 'hand' },
      }),
    },
  };
}
