import { createRandom, type Random } from '../random.ts';
import { serviceUid, type World } from './model.ts';

export const STRATEGIES = ['conservative', 'moderate', 'aggressive'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export const TIME_FRAMES = ['Yesterday', 'Past_7_days', 'Past_14_days', 'Past_30_days'] as const;
export type TimeFrame = (typeof TIME_FRAMES)[number];

/** How a service's requests could be made to fit, as Komodor sends it. */
export interface WorldRightSizing {
  readonly clusterName: string;
  readonly namespace: string;
  readonly service: string;
  readonly komodorServiceKind: string;
  readonly komodorServiceId: string;
  readonly id: string;
  readonly shareOfCost: number;
  readonly cpuRequestCores: number;
  readonly originalCpuRequestCores: number;
  readonly cpuRecommendation: number;
  readonly cpuCost: number;
  readonly memoryRequestsMiB: number;
  readonly originalMemoryRequestsMiB: number;
  readonly memoryRecommendation: number;
  readonly memoryCost: number;
  readonly totalCost: number;
  readonly efficiency: number;
  readonly optimizationScore: number;
  readonly potentialSaving: number;
  readonly potentialSavingConservative: number;
  readonly potentialSavingModerate: number;
  readonly potentialSavingAggressive: number;
  readonly underProvisionedContainers?: number;
  readonly underProvisionedCpuCores?: number;
  readonly underProvisionedMemoryMiB?: number;
  readonly automated?: boolean;
  readonly lastSeenAtSec: number;
  readonly applyProtocol: 'immediate' | 'onCreation' | null;
  readonly effectivePolicyName?: string;
  readonly effectivePolicyReason?: 'policyScope' | 'globallyIncluded';
  readonly recommendationIneligibilityReasons?: readonly string[];
}

/** What a service cost, as Komodor sends it when it is asked by services. */
export interface WorldCost {
  readonly clusterName?: string;
  readonly namespace: string;
  readonly komodorServiceName: string;
  readonly komodorServiceKind: string;
  readonly komodorServiceId: string;
  readonly id: string;
  readonly shareOfCost: number;
  readonly cpuRequestCoreHours: number;
  readonly memoryRequestGBHours: number;
  readonly totalCost: number;
  readonly optimizationScore: number;
  readonly efficiency: number;
  readonly potentialSaving: number;
  readonly idleResourcesCost?: number;
}

/** The same added up by clusters, or by namespaces of clusters. */
export function groupCosts(rows: readonly WorldCost[], by: 'clusterName' | 'namespace'): readonly WorldCost[] {
  const groups = new Map<string, WorldCost[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.clusterName, by === 'namespace' ? row.namespace : '']);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const sum = (number: (row: WorldCost) => number) => cents(group.reduce((total, row) => total + number(row), 0));
    const nobody = { komodorServiceName: '', komodorServiceKind: '', komodorServiceId: '' };
    return {
      ...first,
      ...nobody,
      namespace: by === 'namespace' ? first.namespace : '',
      shareOfCost: sum(({ shareOfCost }) => shareOfCost),
      cpuRequestCoreHours: sum(({ cpuRequestCoreHours }) => cpuRequestCoreHours),
      memoryRequestGBHours: sum(({ memoryRequestGBHours }) => memoryRequestGBHours),
      totalCost: sum(({ totalCost }) => totalCost),
      optimizationScore: Math.round(sum(({ optimizationScore }) => optimizationScore) / group.length),
      efficiency: cents(sum(({ efficiency }) => efficiency) / group.length),
      potentialSaving: sum(({ potentialSaving }) => potentialSaving),
      idleResourcesCost: sum(({ idleResourcesCost = 0 }) => idleResourcesCost),
    };
  });
}

/** What costs something: most services, and workloads that Komodor does not list as services. */
interface Payer {
  readonly uid: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
}

const CPU_HOUR_PRICE = 0.0316;
const GB_HOUR_PRICE = 0.0042;
const HOURS: Readonly<Record<TimeFrame, number>> = {
  Yesterday: 24,
  Past_7_days: 168,
  Past_14_days: 336,
  Past_30_days: 720,
};
/** How much of what is not used a strategy would take away. */
const TAKEN: Readonly<Record<Strategy, number>> = { conservative: 0.5, moderate: 0.75, aggressive: 0.95 };

/** Right-sizing per service. Some services have none: they are too new, or their numbers are missing. */
export function rightSizingRows(world: World, strategy: Strategy): readonly WorldRightSizing[] {
  return payersOf(world).flatMap((payer) => {
    const random = createRandom(world.seed, 'right-sizing', payer.uid);
    return random.chance(0.85) ? [rightSizingOf(random, payer, strategy, world)] : [];
  });
}

/** Cost per service. Some services have none; what no service used is a row of each cluster, too. */
export function costRows(world: World, timeFrame: TimeFrame): readonly WorldCost[] {
  const unallocated = world.clusters.map(({ name }): Payer => {
    const place = { cluster: name, namespace: 'unallocated', name: 'unallocated', kind: 'unallocated' };
    return { ...place, uid: `unallocated|${name}` };
  });
  return [...payersOf(world), ...unallocated].flatMap((payer) => {
    const random = createRandom(world.seed, 'cost', payer.uid);
    return random.chance(0.92) || payer.kind === 'unallocated' ? [costOf(random, payer, HOURS[timeFrame])] : [];
  });
}

function payersOf({ services, clusters }: World): readonly Payer[] {
  const known = services.map((service): Payer => {
    const { cluster, namespace, service: name, kind } = service;
    return { uid: serviceUid(service), cluster, namespace, name, kind };
  });
  const unknown = clusters.map(({ name: cluster }): Payer => {
    const place = { cluster, namespace: 'kube-system', name: 'coredns', kind: 'Deployment' };
    return { ...place, uid: `Deployment|${cluster}|kube-system|coredns` };
  });
  return [...known, ...unknown];
}

function rightSizingOf(random: Random, payer: Payer, strategy: Strategy, world: World): WorldRightSizing {
  const cpu = random.int(1, 80) / 20;
  const memory = random.int(2, 128) * 64;
  const efficiency = random.int(5, 100) / 100;
  const cpuCost = cpu * HOURS.Past_30_days * CPU_HOUR_PRICE;
  const memoryCost = (memory / 1024) * HOURS.Past_30_days * GB_HOUR_PRICE;
  const savingOf = (taken: number) => cents((cpuCost + memoryCost) * (1 - efficiency) * taken);
  const kept = 1 - (1 - efficiency) * TAKEN[strategy];
  const eligible = random.chance(0.93);
  const automated = random.chance(0.2);
  return {
    clusterName: payer.cluster,
    namespace: payer.namespace,
    service: payer.name,
    komodorServiceKind: payer.kind,
    komodorServiceId: serviceIdOf(payer),
    id: random.uuid(),
    shareOfCost: random.int(0, 1_000) / 100_000,
    cpuRequestCores: cpu,
    originalCpuRequestCores: cpu,
    cpuRecommendation: eligible ? thousandths(cpu * kept) : cpu,
    cpuCost: cents(cpuCost),
    memoryRequestsMiB: memory,
    originalMemoryRequestsMiB: memory,
    memoryRecommendation: eligible ? Math.round(memory * kept) : memory,
    memoryCost: cents(memoryCost),
    totalCost: cents(cpuCost + memoryCost),
    efficiency,
    optimizationScore: Math.round(efficiency * 100),
    potentialSaving: eligible ? savingOf(TAKEN[strategy]) : 0,
    potentialSavingConservative: eligible ? savingOf(TAKEN.conservative) : 0,
    potentialSavingModerate: eligible ? savingOf(TAKEN.moderate) : 0,
    potentialSavingAggressive: eligible ? savingOf(TAKEN.aggressive) : 0,
    ...(random.chance(0.3) && {
      underProvisionedContainers: random.int(0, 3),
      underProvisionedCpuCores: random.int(0, 8) / 10,
      underProvisionedMemoryMiB: random.int(0, 512),
    }),
    ...(random.chance(0.9) && { automated }),
    lastSeenAtSec: world.now - random.int(0, 86_400),
    applyProtocol: automated ? random.pick(['immediate', 'onCreation'] as const) : null,
    ...(automated && { effectivePolicyName: 'Default policy', effectivePolicyReason: 'globallyIncluded' as const }),
    ...(!eligible && {
      recommendationIneligibilityReasons: [
        random.pick(['firstSeenTooRecently', 'notSeenRecently', 'noRecommendationData', 'managedByHpa']),
      ],
    }),
  };
}

function costOf(random: Random, payer: Payer, hours: number): WorldCost {
  const cpuHours = (random.int(1, 80) / 20) * hours;
  const memoryHours = (random.int(2, 128) / 16) * hours;
  const efficiency = random.int(5, 100) / 100;
  const totalCost = cpuHours * CPU_HOUR_PRICE + memoryHours * GB_HOUR_PRICE;
  return {
    clusterName: payer.cluster,
    namespace: payer.namespace,
    komodorServiceName: payer.name,
    komodorServiceKind: payer.kind,
    komodorServiceId: serviceIdOf(payer),
    id: random.uuid(),
    shareOfCost: random.int(0, 1_000) / 100_000,
    cpuRequestCoreHours: thousandths(cpuHours),
    memoryRequestGBHours: thousandths(memoryHours),
    totalCost: cents(totalCost),
    optimizationScore: Math.round(efficiency * 100),
    efficiency,
    potentialSaving: cents(totalCost * (1 - efficiency) * TAKEN.moderate),
    ...(random.chance(0.6) && { idleResourcesCost: cents(totalCost * (1 - efficiency)) }),
  };
}

function serviceIdOf({ cluster, namespace, name }: Payer): string {
  return `acme.${cluster}-${namespace}.${name}`;
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

function thousandths(amount: number): number {
  return Math.round(amount * 1_000) / 1_000;
}
