import { createRandom, type Random } from '../random.ts';
import type { World } from './model.ts';
import { removeOne, replaceOne, rowsOf } from './rows-of.ts';
import { placeOf } from './services.ts';

const MONITOR_TYPES = ['availability', 'node', 'PVC', 'job', 'cronJob', 'deploy', 'workflow'] as const;
type MonitorType = (typeof MONITOR_TYPES)[number];

/** What a monitor looks at in one cluster. */
interface Sensor {
  readonly cluster: string;
  readonly namespaces?: readonly string[];
  readonly annotations?: readonly string[];
  readonly labels?: readonly string[];
  /** `namespace/name`. */
  readonly services?: readonly string[];
  readonly condition?: 'and';
  readonly exclude?: { readonly namespaces?: readonly string[]; readonly services?: readonly string[] };
}

interface PagerDuty {
  readonly channel: string;
  readonly integrationKey: string;
  readonly pagerDutyAccountName: string;
}

/** A real-time monitor, exactly as Komodor sends it. Its times are texts of RFC 3339. */
export interface WorldMonitor {
  readonly id: string;
  readonly name?: string;
  readonly type: MonitorType;
  readonly active?: boolean;
  readonly sensors: readonly Sensor[];
  readonly variables?: { readonly [name: string]: number | string | readonly string[] };
  readonly sinks?: {
    readonly slack?: readonly string[];
    readonly teams?: readonly string[];
    readonly opsgenie?: readonly string[];
    readonly pagerduty?: readonly PagerDuty[];
    readonly genericWebhook?: readonly string[];
  };
  readonly sinksOptions?: { readonly notifyOn: readonly string[] };
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly isDeleted?: boolean;
  readonly createdFrom?: 'terraform' | 'public-api' | 'webapp-ui';
}

const DAY = 86_400;
const CATEGORIES = [
  'Creating/Initializing',
  'Scheduling',
  'Container Creation',
  'NonZeroExitCode',
  'OOMKilled',
  'Image',
];

/** The monitors of a world, one of each type for each cluster: to be read, and changed, as its other lists are. */
export const monitorsOf = rowsOf(({ seed, began, clusters }) => {
  const names = clusters.map(({ name }) => name);
  return Array.from({ length: MONITOR_TYPES.length * names.length }, (_, at) => makeMonitor(seed, at, names, began));
});

function makeMonitor(seed: number, index: number, clusters: readonly string[], began: World['began']): WorldMonitor {
  const random = createRandom(seed, 'monitor', index);
  const type = MONITOR_TYPES[index % MONITOR_TYPES.length] ?? 'availability';
  const cluster = clusters[Math.floor(index / MONITOR_TYPES.length) % clusters.length] ?? '';
  const others = clusters.filter((name) => name !== cluster);
  const created = began.now - random.int(1, 400) * DAY;
  return {
    id: random.uuid(),
    ...(random.chance(0.95) && { name: `${type} in ${cluster}` }),
    type,
    ...(random.chance(0.97) && { active: random.chance(0.9) }),
    sensors: [
      makeSensor(random, type, cluster, began.services / clusters.length),
      ...(others.length > 0 && random.chance(0.2) ? [{ cluster: random.pick(others) }] : []),
    ],
    ...(random.chance(0.9) && { variables: makeVariables(random, type) }),
    ...(random.chance(0.85) && { sinks: makeSinks(random) }),
    ...makeOptions(random, type),
    createdAt: textOf(created),
    updatedAt: textOf(random.int(created, began.now)),
    // Most are told without saying that they are not deleted; some that are gone are still told.
    ...(random.chance(0.4) && { isDeleted: random.chance(0.1) }),
    ...(random.chance(0.8) && { createdFrom: random.pick(['terraform', 'public-api', 'webapp-ui'] as const) }),
  };
}

/** Node monitors know no namespace; the others look at all of a cluster, at some namespaces, or at single services. */
function makeSensor(random: Random, type: MonitorType, cluster: string, services: number): Sensor {
  const place = () => placeOf(random.int(0, Math.max(0, Math.floor(services) - 1)));
  const namespaces = () => [...new Set(Array.from({ length: random.int(1, 3) }, () => place().namespace))];
  const look = type === 'node' ? 'all' : random.pick(['all', 'namespaces', 'services', 'labels'] as const);
  switch (look) {
    case 'all':
      return { cluster, ...(type !== 'node' && random.chance(0.4) && { exclude: { namespaces: ['kube-system'] } }) };
    case 'namespaces':
      return { cluster, namespaces: namespaces() };
    case 'services': {
      const { namespace, service } = place();
      return { cluster, services: [`${namespace}/${service}`] };
    }
    case 'labels':
      return { cluster, namespaces: namespaces(), labels: [`team=team-${place().namespace}`], condition: 'and' };
  }
}

function makeVariables(random: Random, type: MonitorType): NonNullable<WorldMonitor['variables']> {
  const duration = random.int(5, 600);
  switch (type) {
    case 'availability':
      return { duration, minAvailable: `${random.int(5, 10) * 10}%`, categories: pickSome(random, CATEGORIES) };
    case 'node':
      return { duration, nodeCreationThreshold: `${random.int(1, 10)}m` };
    case 'cronJob':
      return { duration, cronJobCondition: random.pick(['first', 'any']) };
    case 'workflow':
      return { duration, resolveAfter: random.int(1, 48), ignoreAfter: random.int(1, 48) };
    default:
      return { duration };
  }
}

function makeSinks(random: Random): NonNullable<WorldMonitor['sinks']> {
  const team = random.pick(['platform', 'payments', 'search', 'data']);
  const account = { channel: team, integrationKey: random.uuid().replaceAll('-', ''), pagerDutyAccountName: 'acme' };
  return random.pick<NonNullable<WorldMonitor['sinks']>>([
    { slack: [`#${team}-alerts`] },
    { slack: [`#${team}-alerts`], genericWebhook: ['port'] },
    { teams: [`${team} alerts`] },
    { opsgenie: [team] },
    { pagerduty: [account] },
  ]);
}

function makeOptions(random: Random, type: MonitorType): Pick<WorldMonitor, 'sinksOptions'> {
  if (type === 'deploy') return { sinksOptions: { notifyOn: [random.pick(['Failure', 'Successful', 'All'])] } };
  if (type !== 'availability') return {};
  return { sinksOptions: { notifyOn: random.chance(0.5) ? ['*'] : pickSome(random, CATEGORIES) } };
}

function pickSome<T>(random: Random, choices: readonly T[]): T[] {
  const some = choices.filter(() => random.chance(0.4));
  return some.length > 0 ? some : [random.pick(choices)];
}

function textOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** Switches a monitor on or off, lets one go and one come. Returns one sentence for each. */
export function changeMonitors(world: World, step: number): string[] {
  const monitors = monitorsOf(world);
  const random = createRandom(world.seed, 'monitors', 'step', step);
  const switched = replaceOne(monitors, random, (monitor) => {
    const active = monitor.active === false;
    const changed = { ...monitor, active, updatedAt: textOf(world.now) };
    return [changed, `${nameOf(monitor)} was switched ${active ? 'on' : 'off'}.`];
  });
  const gone = removeOne(monitors, random);
  const clusters = world.clusters.map(({ name }) => name);
  // Numbers far beyond those the world began with: no old id comes back.
  const added = makeMonitor(world.seed, 10_000_000 + step, clusters, { ...world.began, now: world.now });
  monitors.push(added);
  return [...switched, ...(gone === undefined ? [] : [`${nameOf(gone)} was deleted.`]), `${nameOf(added)} is new.`];
}

function nameOf({ id, name = id }: WorldMonitor): string {
  return `The monitor "${name}"`;
}
