import { createRandom } from '../random.ts';
import { jobsAtFirst } from './jobs.ts';
import type { World, WorldCluster } from './model.ts';
import { makeRisk, type Subjects } from './risks.ts';
import { makeService } from './services.ts';
import { SeededTimeline } from './timeline.ts';

/** 2026-09-01T06:00:00Z. A fixed clock keeps a seed's world the same on every day. */
const DEFAULT_NOW = 1_788_242_400;

/** The second holds characters that need encoding in an address, the fourth some that Port takes in no identifier. */
const CLUSTER_NAMES = [
  'production-eu',
  'arn:aws:eks:eu-central-1:123456789012:cluster/payments',
  'staging',
  'on-prem (basement 2)',
  'gke_acme-prod_us-east1_main',
] as const;

export interface WorldOptions {
  readonly seed: number;
  readonly services: number;
  /** Dynamic and realtime risks per service, on average; a quarter as many static ones come on top. 1 when absent. */
  readonly risksPerService?: number;
  /** 3 when absent. */
  readonly clusters?: number;
  /** The world's clock, in seconds since 1970. */
  readonly now?: number;
}

/** Makes a world out of a seed: the same options give the same world. */
export function createWorld(options: WorldOptions): World {
  const { seed, risksPerService = 1, now = DEFAULT_NOW } = options;
  const clusters = Array.from({ length: Math.max(1, options.clusters ?? 3) }, (_, at) => makeCluster(seed, at));
  const names = clusters.map(({ name }) => name);
  const services = Array.from({ length: options.services }, (_, at) => makeService(seed, at, names, now));
  const subjects: Subjects = {
    services,
    unhealthy: services.filter(({ status }) => status === 'unhealthy'),
    clusters: names,
  };
  const asked = Math.round(options.services * risksPerService);
  const risks = Array.from({ length: asked }, (_, at) =>
    makeRisk(seed, at, at % 4 === 3 ? 'realtime' : 'dynamic', subjects, now),
  );
  const aside = Array.from({ length: Math.floor(asked / 4) }, (_, at) => makeRisk(seed, at, 'static', subjects, now));
  const began = { now, services: options.services };
  const timeline = new SeededTimeline(seed, names, services, () => jobsAtFirst(seed, began, names));
  return { seed, now, began, services, risks: [...risks, ...aside], clusters, timeline };
}

function makeCluster(seed: number, index: number): WorldCluster {
  const random = createRandom(seed, 'cluster', index);
  const name = CLUSTER_NAMES[index] ?? `edge-${index + 1}`;
  return {
    name,
    tags: { env: name.includes('staging') ? 'staging' : 'production' },
    apiServerUrl: `https://k8s-${index + 1}.acme.example`,
    clusterId: random.uuid(),
  };
}
