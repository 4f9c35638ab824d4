import { createRandom, type Random } from '../random.ts';
import { CHECK_TYPES, type CheckType, type ImpactGroupType, type Target } from './check-types.ts';
import { INFRASTRUCTURE_DETAILS } from './infrastructure-data.ts';
import { uidOf, type WorldObject, type WorldRisk, type WorldService } from './model.ts';
import { WORKLOAD_DETAILS } from './workload-data.ts';

const DAY = 86_400;

/** What risks are about, and how often, by the group they are asked for with. */
const TARGETS: Readonly<Record<ImpactGroupType, readonly (readonly [Target, number])[]>> = {
  static: [['service', 1]],
  dynamic: [
    ['service', 90],
    ['cluster', 7],
    ['node', 3],
  ],
  realtime: [
    ['service', 70],
    ['job', 10],
    ['cronJob', 8],
    ['node', 6],
    ['pvc', 4],
    ['workflow', 2],
  ],
};

const KINDS: Readonly<Record<Exclude<Target, 'service'>, string>> = {
  job: 'Job',
  cronJob: 'CronJob',
  workflow: 'Workflow',
  node: 'Node',
  pvc: 'PersistentVolumeClaim',
  cluster: 'Cluster',
};

const CHECKS = groupChecks();

function groupChecks(): ReadonlyMap<string, readonly CheckType[]> {
  const groups = new Map<string, CheckType[]>();
  for (const check of CHECK_TYPES) {
    const key = `${check.group} ${check.target}`;
    groups.set(key, [...(groups.get(key) ?? []), check]);
  }
  return groups;
}

/** What a risk may be about. */
export interface Subjects {
  readonly services: readonly WorldService[];
  readonly unhealthy: readonly WorldService[];
  readonly clusters: readonly string[];
}

/** Risk number `index` of a world, of the given group. */
export function makeRisk(
  seed: number,
  index: number,
  group: ImpactGroupType,
  subjects: Subjects,
  now: number,
): WorldRisk {
  const random = createRandom(seed, 'risk', group, index);
  const target = subjects.services.length === 0 ? 'cluster' : random.weighted(TARGETS[group]);
  const candidates = CHECKS.get(`${group} ${target}`) ?? CHECKS.get('dynamic cluster') ?? CHECK_TYPES;
  return makeRiskOf(random, random.pick(candidates), subjects, now);
}

/** A risk of one check type. */
function makeRiskOf(random: Random, check: CheckType, subjects: Subjects, now: number): WorldRisk {
  const subject = pickSubject(random, check, subjects);
  const id = random.uuid();
  // The daily scan runs at midnight UTC; what is watched all the time was looked at just now.
  const lastEvaluatedAt = check.group === 'realtime' ? now : now - (now % DAY);
  const category = check.category === 'workload' ? 'workload-health' : 'infrastructure-health';
  return {
    id,
    checkType: check.name,
    komodorUid: uidOf(subject),
    createdAt: lastEvaluatedAt - random.int(0, 60) * DAY,
    lastEvaluatedAt,
    severity: random.weighted<WorldRisk['severity']>([
      ['low', 45],
      ['medium', 40],
      ['high', 15],
    ]),
    status: random.weighted<WorldRisk['status']>([
      ['open', 55],
      ['resolved', 30],
      ['ignored', 6],
      ['dismissed', 4],
      ['confirmed', 3],
      ['manually_resolved', 2],
    ]),
    link: `https://app.komodor.com/health/risks/drawer?checkCategory=${category}&checkType=${check.name}&violationId=${id}`,
    supportingData: detailsOf(random, check, subject, now),
  };
}

/** Some checks say no more than that they failed. */
function detailsOf(
  random: Random,
  { name }: CheckType,
  subject: WorldObject,
  now: number,
): WorldRisk['supportingData'] {
  const details = WORKLOAD_DETAILS[name] ?? INFRASTRUCTURE_DETAILS[name];
  if (details !== undefined) return { [name]: details(random, subject, now) };
  return random.chance(0.8) ? {} : null;
}

function pickSubject(random: Random, check: CheckType, { services, unhealthy, clusters }: Subjects): WorldObject {
  const { target } = check;
  if (target === 'service' && services.length > 0) {
    const failing = check.name === 'unhealthyService' && unhealthy.length > 0;
    const { kind, cluster, namespace, service } = random.pick(failing ? unhealthy : services);
    // A few workloads that the services list does not know: deleted since, or of a kind it leaves out.
    if (random.chance(0.03)) return { kind, cluster, namespace, name: `${service}-retired` };
    return { kind, cluster, namespace, name: service };
  }
  const cluster = random.pick(clusters);
  if (target === 'cluster' || target === 'service') return { kind: KINDS.cluster, cluster, namespace: '', name: '' };
  const number = random.int(1, 254);
  if (target === 'node')
    return { kind: KINDS.node, cluster, namespace: '', name: `ip-10-0-${random.int(0, 9)}-${number}` };
  const namespace = random.pick(['batch', 'shop', 'data-platform']);
  return { kind: KINDS[target], cluster, namespace, name: `${target === 'pvc' ? 'data' : 'nightly'}-${number}` };
}
