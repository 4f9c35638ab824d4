import type { Random } from '../random.ts';
import type { WorldObject } from './model.ts';

/** What a check found, as it stands under its name in `supportingData`. */
export type Details = (random: Random, subject: WorldObject, now: number) => unknown;

export function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

export function share(random: Random): number {
  return Math.round(random.next() * 1000) / 1000;
}

/** A name as the pods of a workload have it. */
function podName(random: Random, name: string): string {
  return `${name}-${random.uuid().slice(0, 8)}-${random.uuid().slice(0, 5)}`;
}

/** The komodorUid of some workload near the subject. */
export function neighbour(random: Random, { cluster, namespace }: WorldObject): string {
  const name = random.pick(['checkout-api', 'search-indexer', 'ledger-worker', 'gateway', 'image-resizer']);
  return ['Deployment', cluster, namespace === '' ? 'shop' : namespace, name].join('|');
}

function containerNames(random: Random, { name }: WorldObject): string[] {
  return [name, ...(random.chance(0.35) ? ['istio-proxy'] : []), ...(random.chance(0.1) ? ['log-shipper'] : [])];
}

function resourceGaps(random: Random, subject: WorldObject): unknown[] {
  return containerNames(random, subject).map((containerName) => ({
    containerName,
    resourceType: random.pick(['CPU', 'Memory']),
    ratio: 1 + random.int(1, 900) / 100,
    diff: random.int(50, 4_000),
  }));
}

function missing(random: Random, subject: WorldObject): unknown {
  return { containerNames: containerNames(random, subject) };
}

export function issue(random: Random, subject: WorldObject, now: number): unknown {
  return {
    title: `${subject.kind} ${subject.name} is unhealthy`,
    issueStartedAt: now - random.int(60, 7 * 86_400),
    issueId: random.uuid(),
  };
}

/** A drawer of several kilobytes: the page that Komodor shows comes along as HTML. */
export function drawer(random: Random, subject: WorldObject): string {
  const row = (at: number): string =>
    `<tr><td>${subject.name}</td><td data-step="${at}">Step ${at}: ${random.pick(['scheduling', 'image pull', 'probe'])} failed ${random.int(2, 90)} times</td></tr>`;
  return `<section class="drawer"><h2>${subject.kind} ${subject.name}</h2><table>${times(random.int(10, 80), row).join('')}</table></section>`;
}

function restartingContainers(random: Random, subject: WorldObject): unknown {
  const restarts = random.int(4, 60);
  return {
    containers: containerNames(random, subject).map((name) => ({ name, restarts: random.int(1, restarts) })),
    restartReasons: {
      breakdown: [
        {
          message: 'Container exceeded its memory limit',
          percent: 70,
          // Misspelt in the API as well.
          numOccurences: Math.ceil(restarts * 0.7),
          reason: 'OOMKilled',
        },
        { message: 'Liveness probe timed out', percent: 30, reason: random.pick(['ProbeTimeout', 'ProcessExit']) },
      ],
    },
    additionalInfo: {
      podSamples: times(random.int(1, 3), () => ({
        podName: podName(random, subject.name),
        restarts: random.int(1, 20),
      })),
      numRestartsOnTimeseries: restarts,
      numRestartsOnDB: restarts - random.int(0, 2),
    },
  };
}

/** The one check whose keys are written with underscores. */
function throttledCpu(random: Random, subject: WorldObject): unknown {
  const named = random.chance(0.7);
  return {
    total_throttled_pods: random.int(1, 12),
    total_throttled_hours: random.int(1, 24),
    ...(named && {
      komodor_service_kind: subject.kind,
      komodor_service_name: subject.name,
      namespace: subject.namespace,
    }),
    containers: containerNames(random, subject).map((container) => ({
      container,
      throttled_fraction: share(random),
      ...(named && { measured_hours: 24, throttled_hours: random.int(1, 24), throttled_pods: random.int(1, 12) }),
    })),
  };
}

function noisyNeighbor(random: Random, subject: WorldObject, now: number): unknown {
  const victim = (): unknown => ({
    komodorUid: neighbour(random, subject),
    kind: 'Deployment',
    totalVictims: random.int(1, 4),
    victimTimestampsSec: times(random.int(1, 12), () => now - random.int(60, 86_400)),
    ...(random.chance(0.6) && {
      victimsEvents: times(random.int(1, 6), () => ({
        eventId: random.uuid(),
        eventTimestampSec: now - random.int(60, 86_400),
        eventType: random.pick(['OOMKilled', 'Eviction']),
        podName: podName(random, 'victim'),
        ...(random.chance(0.5) && { containerName: 'app' }),
      })),
    }),
  });
  return {
    totalVictims: random.int(1, 30),
    totalAffectedNodes: random.int(1, 6),
    noisyContainers: containerNames(random, subject),
    memoryVictims: times(random.int(1, 6), (at) => ({
      node: `ip-10-0-${at}-${random.int(1, 254)}`,
      serviceUsageBytes: random.int(1, 30) * 2 ** 30,
      nodeCapacityBytes: 32 * 2 ** 30,
      totalVictims: random.int(1, 8),
      nodeVictims: times(random.int(1, 6), victim),
    })),
  };
}

function singlePointOfFailure(random: Random): unknown {
  return {
    unavailablePercentage: share(random) * 100,
    unavailableHours: random.int(0, 20),
    unavailableMinutes: random.int(0, 59),
    ...(random.chance(0.5) && { correlatedIssues: [{ issueType: 'availability', id: random.uuid() }] }),
    correlatedNodeEventIds: times(random.int(0, 3), () => random.uuid()),
    correlatedViolations: times(random.int(0, 2), () => ({ id: random.uuid(), type: 'nodeTerminationAutoScaling' })),
  };
}

export const WORKLOAD_DETAILS: Readonly<Record<string, Details>> = {
  restartingContainers,
  throttledCPU: throttledCpu,
  noisyNeighbor,
  singlePointOfFailure,
  requestsLimitsRatio: (random, subject) => ({
    containers: containerNames(random, subject),
    containersData: resourceGaps(random, subject),
  }),
  underProvisionedWorkloads: (random, subject) => ({ containersData: resourceGaps(random, subject) }),
  HPAMax: (random, subject) => ({
    hpaUid: ['HorizontalPodAutoscaler', subject.cluster, subject.namespace, subject.name].join('|'),
    fractionAtMax: share(random),
    secondsAtMax: random.int(600, 86_400),
  }),
  HPAMinAvailability: (_random, subject) => ({ hpaName: subject.name }),
  idleGpu: (random) => ({ gpus: times(random.int(1, 4), (at) => `nvidia-a100-${at}`) }),
  cpuRequestsMissing: missing,
  cpuLimitsMissing: missing,
  memoryRequestsMissing: missing,
  memoryLimitsMissing: missing,
  livenessProbeMissing: missing,
  readinessProbeMissing: missing,
  unhealthyService: issue,
  unhealthyWorkflow: issue,
  failedJob: issue,
  failedCronJob: issue,
  cascadingFailure: (random, subject) => ({
    title: `A failure of ${subject.name} spreads`,
    drawerHTML: drawer(random, subject),
    ...(random.chance(0.7) && {
      issues: times(random.int(1, 4), () => ({ id: random.uuid(), type: 'availability' })),
      duration: `${random.int(1, 59)}m`,
      impactedServices: times(random.int(1, 5), () => neighbour(random, subject)),
    }),
  }),
  syntheticDegradedService: (random, subject) => ({
    title: `${subject.name} is degraded`,
    drawerHTML: drawer(random, subject),
    additionalData: {},
  }),
};
