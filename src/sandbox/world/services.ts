import { createRandom, type Random } from '../random.ts';
import { ISSUE_REASONS, type LastDeploy, type LastIssue, type ServiceKind, type WorldService } from './model.ts';

const ACCOUNT = 'acme';
const DAY = 86_400;

/** Each domain is a namespace of its own; what runs there is named after it. */
const DOMAINS = [
  'shop',
  'payments',
  'search',
  'catalog',
  'identity',
  'shipping',
  'ledger',
  'media',
  'mail',
  'reports',
  'pricing',
  'reviews',
  'inventory',
  'support',
  'risk-engine',
  'data-platform',
] as const;
const PARTS = ['api', 'worker', 'web', 'cache', 'indexer', 'gateway', 'db', 'cron', 'stream', 'agent'] as const;

/** Where and under which name service number `index` of a cluster runs. Never the same twice within a cluster. */
export function placeOf(index: number): { readonly namespace: string; readonly service: string } {
  const domain = DOMAINS[index % DOMAINS.length] ?? DOMAINS[0];
  const part = PARTS[Math.floor(index / DOMAINS.length) % PARTS.length] ?? PARTS[0];
  const generation = Math.floor(index / (DOMAINS.length * PARTS.length));
  return { namespace: domain, service: `${domain}-${part}${generation === 0 ? '' : `-${generation + 1}`}` };
}

/** Service number `index` of a world: it depends on the seed and the number only, not on how large the world is. */
export function makeService(seed: number, index: number, clusters: readonly string[], now: number): WorldService {
  const random = createRandom(seed, 'service', index);
  const cluster = clusters[index % clusters.length] ?? '';
  const { namespace, service } = placeOf(Math.floor(index / clusters.length));
  const kind = random.weighted<ServiceKind>([
    ['Deployment', 78],
    ['StatefulSet', 10],
    ['DaemonSet', 10],
    ['Rollout', 2],
  ]);
  const status = random.weighted<WorldService['status']>([
    ['healthy', 92],
    ['unhealthy', 6],
    ['unknown', 2],
  ]);
  return {
    cluster,
    namespace,
    service,
    kind,
    status,
    link: serviceLink(cluster, namespace, service),
    ...(random.chance(0.95) && { uid: random.uuid() }),
    ...(random.chance(0.85) && { lastDeploy: makeDeploy(random, now, 40 * DAY) }),
    ...(random.chance(status === 'unhealthy' ? 0.95 : 0.1) && { lastIssue: makeIssue(random, now) }),
    ...(random.chance(0.95) && { labels: random.chance(0.05) ? {} : makeLabels(random, service, namespace) }),
    ...(random.chance(0.95) && {
      annotations: random.chance(0.05) ? {} : makeAnnotations(random, kind, service, namespace),
    }),
  };
}

function serviceLink(cluster: string, namespace: string, service: string): string {
  const id = encodeURIComponent(`${ACCOUNT}.${cluster}-${namespace}.${service}`);
  return `https://app.komodor.com/services/${id}?workspaceId=null&referer=public-api`;
}

/** A deploy that began in the `seconds` before `now`. */
export function makeDeploy(random: Random, now: number, seconds: number): LastDeploy {
  const startTime = now - random.int(0, seconds);
  const status = random.weighted<LastDeploy['status']>([
    ['success', 93],
    ['failure', 4],
    ['pending', 2],
    ['unknown', 1],
  ]);
  return { startTime, ...(status !== 'pending' && { endTime: Math.min(now, startTime + random.int(0, 900)) }), status };
}

/** An issue that began within the two days before `now`. */
export function makeIssue(random: Random, now: number): LastIssue {
  return {
    startTime: now - random.int(60, 2 * DAY),
    ...(random.chance(0.9) && { reasons: [random.pick(ISSUE_REASONS)] }),
    errorMessage: random.pick(['Back-off restarting failed container', 'Readiness probe failed: 503', '']),
    insights: random.chance(0.4) ? ['A deploy was rolled out shortly before the issue began.'] : [],
  };
}

function makeLabels(random: Random, service: string, namespace: string): { readonly [key: string]: string } {
  const version = `${random.int(0, 9)}.${random.int(0, 30)}.${random.int(0, 9)}`;
  return {
    'app.kubernetes.io/name': service,
    'app.kubernetes.io/instance': service,
    'app.kubernetes.io/part-of': namespace,
    'app.kubernetes.io/managed-by': 'Helm',
    'app.kubernetes.io/version': version,
    'helm.sh/chart': `${service}-${version}`,
    ...(random.chance(0.6) && { team: `team-${namespace}` }),
  };
}

function makeAnnotations(
  random: Random,
  kind: ServiceKind,
  service: string,
  namespace: string,
): { readonly [key: string]: string } {
  return {
    'checksum/config': random.uuid().replaceAll('-', '') + random.uuid().replaceAll('-', ''),
    'meta.helm.sh/release-name': service,
    'meta.helm.sh/release-namespace': namespace,
    ...(kind === 'Deployment' && { 'deployment.kubernetes.io/revision': String(random.int(1, 400)) }),
    ...(random.chance(0.08) && {
      'kubectl.kubernetes.io/last-applied-configuration': appliedManifest(random, kind, service, namespace),
    }),
  };
}

/** A whole manifest in one annotation: a few kilobytes as a rule, seldom tens of them. */
function appliedManifest(random: Random, kind: ServiceKind, service: string, namespace: string): string {
  const variables = random.chance(0.1) ? random.int(300, 900) : random.int(5, 40);
  const env = Array.from({ length: variables }, (_, at) => ({
    name: `SETTING_${at}`,
    value: `value-${at}-of-${service}`,
  }));
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: service, namespace },
    spec: { template: { spec: { containers: [{ name: service, env }] } } },
  });
}
