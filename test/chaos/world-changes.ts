import type { Random } from '../../src/sandbox/random.ts';
import { CHECK_TYPES } from '../../src/sandbox/world/check-types.ts';
import {
  RISK_STATUSES,
  SERVICE_STATUSES,
  serviceUid,
  uidOf,
  type World,
  type WorldRisk,
  type WorldService,
} from '../../src/sandbox/world/model.ts';
import { makeService } from '../../src/sandbox/world/services.ts';

const LISTED = CHECK_TYPES.filter(({ group }) => group !== 'static').map(({ name }) => name);

type Change = (world: World, random: Random) => string;

/** What may happen to the source, and how often. */
const CHANGES: readonly (readonly [Change, number])[] = [
  [appear, 5],
  [change, 6],
  [vanish, 5],
  [openRisk, 5],
  [changeRisk, 6],
  [closeRisk, 5],
  [moveRisk, 3],
  [returnOfTheLost, 2],
  [emptyNamespace, 1.5],
  [emptyCluster, 0.5],
  [emptyKind, 0.4],
];

/** Lets something happen to the source. Says what. */
export function changeSource(world: World, random: Random): string {
  world.now += 60;
  return random.weighted(CHANGES)(world, random);
}

function appear(world: World, random: Random): string {
  // A number far beyond those that the world began with, so that it is a new one.
  const clusters = world.clusters.map(({ name }) => name);
  const service = makeService(world.seed, random.int(50_000_000, 99_000_000), clusters, world.now);
  // Two of a name in one place would be one service.
  if (world.services.some((other) => serviceUid(other) === serviceUid(service))) return 'nothing';
  world.services.splice(random.int(0, world.services.length), 0, service);
  return 'a service appears';
}

function change(world: World, random: Random): string {
  return replaceOne(world.services, random, (service): WorldService => {
    const { labels, lastDeploy, uid, ...bare } = service;
    // Fields go as well as come: what is empty in the source has to become empty in Port.
    return {
      ...bare,
      status: random.pick(SERVICE_STATUSES),
      ...(uid !== undefined && random.chance(0.8) && { uid }),
      ...(random.chance(0.8) && { labels: { ...labels, changed: String(random.int(0, 99)) } }),
      ...(random.chance(0.7) && {
        lastDeploy: { startTime: world.now - 9, endTime: world.now - 1, status: 'success' },
      }),
    };
  })
    ? 'a service changes'
    : 'nothing';
}

function vanish(world: World, random: Random): string {
  if (world.services.length === 0) return 'nothing';
  const [gone] = world.services.splice(random.int(0, world.services.length - 1), 1);
  // Komodor may keep the risks of a service that is gone, or not.
  if (gone !== undefined && random.chance(0.6)) keepRisks(world, ({ komodorUid }) => komodorUid !== serviceUid(gone));
  return 'a service vanishes';
}

function openRisk(world: World, random: Random): string {
  const service = world.services.length > 0 ? random.pick(world.services) : undefined;
  const cluster = random.pick(world.clusters).name;
  const subject =
    service === undefined || random.chance(0.15)
      ? { kind: 'Node', cluster, namespace: '', name: `node-${random.int(1, 9)}` }
      : { kind: service.kind, cluster: service.cluster, namespace: service.namespace, name: service.service };
  const checkType = random.pick(LISTED);
  const risk: WorldRisk = {
    id: random.uuid(),
    checkType,
    komodorUid: uidOf(subject),
    createdAt: world.now - 600,
    lastEvaluatedAt: world.now,
    severity: random.pick(['low', 'medium', 'high'] as const),
    status: 'open',
    link: `https://app.komodor.com/health/risks/drawer?checkType=${checkType}`,
    supportingData: random.chance(0.7) ? { [checkType]: { seen: random.int(1, 99) } } : null,
  };
  world.risks.splice(random.int(0, world.risks.length), 0, risk);
  return 'a risk opens';
}

function changeRisk(world: World, random: Random): string {
  return replaceOne(world.risks, random, (risk) => ({
    ...risk,
    status: random.pick(RISK_STATUSES),
    lastEvaluatedAt: world.now,
    supportingData: random.chance(0.3) ? null : risk.supportingData,
  }))
    ? 'a risk changes'
    : 'nothing';
}

function closeRisk(world: World, random: Random): string {
  if (world.risks.length === 0) return 'nothing';
  world.risks.splice(random.int(0, world.risks.length - 1), 1);
  return 'a risk closes';
}

/** The rows stay, their order does not: who reads page by page may miss one. */
function moveRisk(world: World, random: Random): string {
  if (world.risks.length < 2) return 'nothing';
  const [moved] = world.risks.splice(random.int(0, world.risks.length - 1), 1);
  if (moved !== undefined) world.risks.splice(random.int(0, world.risks.length), 0, moved);
  return 'a risk moves to another place';
}

/** A service comes back under its old name after a change of kind, or of namespace. */
function returnOfTheLost(world: World, random: Random): string {
  const moved = replaceOne(world.services, random, (service) => {
    const changed: WorldService = random.chance(0.5)
      ? { ...service, kind: service.kind === 'Deployment' ? 'StatefulSet' : 'Deployment' }
      : { ...service, namespace: `${service.namespace}-2` };
    return world.services.some((other) => serviceUid(other) === serviceUid(changed)) ? service : changed;
  });
  return moved ? 'a service moves' : 'nothing';
}

function emptyNamespace(world: World, random: Random): string {
  if (world.services.length === 0) return 'nothing';
  const { namespace } = random.pick(world.services);
  keepServices(world, (service) => service.namespace !== namespace);
  keepRisks(world, ({ komodorUid }) => komodorUid.split('|')[2] !== namespace);
  return `namespace ${namespace} vanishes`;
}

function emptyCluster(world: World, random: Random): string {
  const { name } = random.pick(world.clusters);
  keepServices(world, ({ cluster }) => cluster !== name);
  keepRisks(world, ({ komodorUid }) => komodorUid.split('|')[1] !== name);
  return `cluster ${name} vanishes`;
}

function emptyKind(world: World, random: Random): string {
  const what = random.pick(['services', 'risks', 'both'] as const);
  if (what !== 'risks') keepServices(world, () => false);
  if (what !== 'services') keepRisks(world, () => false);
  return `all ${what === 'both' ? 'services and risks' : what} vanish`;
}

// In place: the stand-in holds the same lists.
function keepServices(world: World, wanted: (service: WorldService) => boolean): void {
  world.services.splice(0, world.services.length, ...world.services.filter(wanted));
}

function keepRisks(world: World, wanted: (risk: WorldRisk) => boolean): void {
  world.risks.splice(0, world.risks.length, ...world.risks.filter(wanted));
}

function replaceOne<T>(rows: T[], random: Random, changed: (row: T) => T): boolean {
  const at = random.int(0, Math.max(0, rows.length - 1));
  const row = rows[at];
  if (row === undefined) return false;
  rows[at] = changed(row);
  return true;
}
