import { createRandom, type Random } from '../random.ts';
import { serviceUid, type World, type WorldRisk, type WorldService } from './model.ts';
import { removeOne, replaceOne } from './rows-of.ts';
import { makeDeploy, makeIssue, makeService } from './services.ts';

/** Between two steps the world's clock goes on by so many seconds. */
const STEP_SECONDS = 300;

/** What knows how rows of its own change. */
interface Changing {
  change?(world: World, step: number): string[];
}

/**
 * Lets a little time pass: statuses flip, something is deployed, one service appears and one goes with its risks, a risk
 * is resolved. The same world and step number give the same changes. Returns one sentence for each.
 * @param others what else changes: the stand-ins of kinds whose rows are looked at
 */
export function changeWorld(world: World, step: number, others: readonly Changing[] = []): string[] {
  const random = createRandom(world.seed, 'step', step);
  world.now += STEP_SECONDS;
  return [
    ...flipStatus(world, random),
    ...flipStatus(world, random),
    ...deploy(world, random),
    ...resolveRisk(world, random),
    ...removeService(world, random),
    ...addService(world, step),
    ...others.flatMap((other) => other.change?.(world, step) ?? []),
  ];
}

function flipStatus(world: World, random: Random): string[] {
  return replaceOne<WorldService>(world.services, random, (service) => {
    if (service.status === 'unhealthy') {
      return [{ ...service, status: 'healthy' }, `${nameOf(service)} is healthy again.`];
    }
    const failing: WorldService = { ...service, status: 'unhealthy', lastIssue: makeIssue(random, world.now) };
    return [failing, `${nameOf(service)} became unhealthy.`];
  });
}

function deploy(world: World, random: Random): string[] {
  return replaceOne(world.services, random, (service) => [
    { ...service, lastDeploy: makeDeploy(random, world.now, STEP_SECONDS - 1) },
    `${nameOf(service)} was deployed.`,
  ]);
}

function resolveRisk(world: World, random: Random): string[] {
  return replaceOne<WorldRisk>(
    world.risks,
    random,
    (risk) => [
      { ...risk, status: 'resolved', lastEvaluatedAt: world.now },
      `The risk ${risk.id} (${risk.checkType}) was resolved.`,
    ],
    ({ status }) => status === 'open',
  );
}

function removeService(world: World, random: Random): string[] {
  const gone = removeOne(world.services, random);
  if (gone === undefined) return [];
  const uid = serviceUid(gone);
  const kept = world.risks.filter(({ komodorUid }) => komodorUid !== uid);
  const risks = world.risks.length - kept.length;
  // In place: the stand-in holds the same list. Not by spreading, which overflows the stack on large worlds.
  world.risks.length = 0;
  for (const risk of kept) world.risks.push(risk);
  return [`${nameOf(gone)} was removed, and ${risks} ${risks === 1 ? 'risk' : 'risks'} with it.`];
}

function addService(world: World, step: number): string[] {
  const clusters = world.clusters.map(({ name }) => name);
  // Numbers far beyond those the world began with: neither an old name nor an old uid comes back.
  const added = makeService(world.seed, 10_000_000 + step, clusters, world.now);
  world.services.push(added);
  return [`${nameOf(added)} is new.`];
}

function nameOf({ kind, cluster, namespace, service }: WorldService): string {
  return `${kind} ${cluster}/${namespace}/${service}`;
}
