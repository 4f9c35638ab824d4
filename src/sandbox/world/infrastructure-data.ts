import type { Random } from '../random.ts';
import type { WorldObject } from './model.ts';
import { type Details, drawer, issue, neighbour, share, times } from './workload-data.ts';

function endOfLife(random: Random): unknown {
  const days = random.int(-90, 120);
  return {
    clusterVersionGit: 'v1.29.6-eks-1a2b3c4',
    eolDate: `2026-${String(random.int(10, 12))}-${String(random.int(10, 28))}`,
    clusterProvider: random.pick(['AWS', 'GCP', 'AZURE', 'KUBERNETES']),
    ...(random.chance(0.8) && {
      clusterVersionShort: '1.29',
      suggestedVersion: '1.32',
      suggestedVersionEOL: '2027-02-28',
      daysToEol: days,
      monthsToEol: Math.trunc(days / 30),
      deprecatedApis: random.int(0, 9),
    }),
  };
}

function deprecatedApis(random: Random): unknown {
  return {
    clusterVersion: '1.29',
    clusterProvider: random.pick(['AWS', 'GCP', 'AZURE', 'KUBERNETES']),
    clusterProviderMaxKnownVersion: '1.33',
    // Written differently from the name of the check, in the API too.
    deprecatedAPIs: times(random.int(1, 6), () => ({
      api: 'policy/v1beta1',
      kind: random.pick(['PodDisruptionBudget', 'CronJob', 'FlowSchema', 'PriorityLevelConfiguration']),
      deprecatedInVersion: '1.26',
      removedInVersion: '1.32',
      removedAfterNMinors: random.int(1, 4),
      replacementInVersion: '1.29',
      replacementApi: 'policy/v1',
      replacementAlreadyPossible: random.chance(0.8),
      isFutureConcern: random.chance(0.3),
      deprecatedAfterNMinors: random.int(0, 2),
      resources: times(random.int(1, 30), (at) => ({
        name: `budget-${at}`,
        namespace: random.pick(['shop', 'search', 'payments']),
      })),
    })),
  };
}

function nodeTermination(random: Random, subject: WorldObject): unknown {
  const affected = (count: number): unknown =>
    times(count, () => ({ komodorUid: neighbour(random, subject), terminatedPods: random.int(1, 9) }));
  return {
    numEvents: random.int(1, 40),
    numPodTerminations: random.int(1, 200),
    numAvailabilityIssues: random.int(0, 9),
    availabilityIssuesDuration: random.int(0, 7_200),
    affectedServices: affected(random.int(1, 20)),
    ...(random.chance(0.4) && { affectedJobs: affected(2), affectedOrphanPods: affected(1) }),
    ...(random.chance(0.2) && { affectedArgoWorkflows: affected(1), affectedDaemonSets: affected(2) }),
  };
}

function terminationImpact(random: Random, subject: WorldObject): { readonly [key: string]: unknown } {
  const affected = (count: number): unknown =>
    times(count, () => ({
      komodorUid: neighbour(random, subject),
      terminatedPodsCount: random.int(1, 12),
      availabilityIssuesCount: random.int(0, 3),
    }));
  return {
    nodeTerminationsCount: random.int(1, 30),
    podEvictionsCount: random.int(1, 300),
    availabilityIssuesCount: random.int(0, 12),
    affectedServices: affected(random.int(1, 12)),
    affectedJobs: affected(random.int(0, 2)),
    affectedWorkflows: [],
    ...(random.chance(0.5) && {
      affectedJobsCount: 2,
      affectedWorkflowsCount: 0,
      terminationEvents: times(random.int(1, 6), () => ({ eventId: random.uuid() })),
    }),
  };
}

function autoscaler(random: Random, { cluster }: WorldObject): { readonly [key: string]: unknown } {
  return {
    autoscalerKomodorUid: ['Deployment', cluster, 'kube-system', 'cluster-autoscaler'].join('|'),
    autoscalerKind: random.pick(['ClusterAutoScaler', 'Karpenter']),
  };
}

function overProvisioned(random: Random, subject: WorldObject): unknown {
  const savings = { potentialCPUSavings: random.int(1, 90), potentialMemorySavings: random.int(1, 300) };
  return {
    ...autoscaler(random, subject),
    ...savings,
    potentialSavings: random.int(10, 4_000),
    cpuCapacity: random.int(100, 900),
    memoryCapacity: random.int(200, 4_000),
    dataByNodeTypes: {
      'm6i.2xlarge': {
        instances: random.int(1, 40),
        avgCpuAllocatedPct: share(random),
        avgMemoryAllocatedPct: share(random),
        ...savings,
      },
    },
  };
}

function unschedulablePods(random: Random, subject: WorldObject): unknown {
  return {
    autoscaler: random.pick(['ClusterAutoScaler', 'Karpenter']),
    unschedulablePods: random.int(1, 80),
    totalUnschedulableTime: random.int(60, 90_000),
    avgUnschedulableTime: random.int(5, 900),
    unschedulePodsDistribution: {
      timeBuckets: ['<10 seconds', '10-60 seconds', '>60 seconds'].map((bucketRange) => ({
        bucketRange,
        podCount: random.int(0, 40),
        podPercentage: random.int(0, 100),
      })),
    },
    topImpactedServices: times(random.int(1, 5), () => ({
      komodorUid: neighbour(random, subject),
      unschedulablePodCount: random.int(1, 9),
      avgUnscheduledTimeSeconds: random.int(5, 900),
      availabilityIssueCount: random.int(0, 2),
    })),
  };
}

function synthetic(random: Random, subject: WorldObject): unknown {
  return { title: `Attention: ${subject.cluster}`, drawerHTML: drawer(random, subject), additionalData: { rank: 1 } };
}

export const INFRASTRUCTURE_DETAILS: Readonly<Record<string, Details>> = {
  kubernetesEndOfLife: endOfLife,
  deprecatedApis,
  nodeTerminationAutoScaling: nodeTermination,
  nodeTerminationSpotInstance: nodeTermination,
  certificateExpiration: (random) => ({
    certificates: times(random.int(1, 5), (at) => ({
      certificateName: `wildcard-${at}`,
      certificateUid: random.uuid(),
      daysToExpiration: random.int(-3, 29),
    })),
  }),
  externalDNSNotSynced: (random) => ({ numberOfRecordsOutOfSync: random.int(1, 40) }),
  unhealthyNode: issue,
  unhealthyPVC: issue,
  scaleDownImpact: (random, subject) => ({ ...autoscaler(random, subject), ...terminationImpact(random, subject) }),
  overProvisionedCluster: overProvisioned,
  unschedulablePods,
  syntheticNodePressure: synthetic,
  syntheticEOLDeprecationOutdated: synthetic,
  diskPressureNodeTerminationImpact: terminationImpact,
  memoryPressureNodeTerminationImpact: terminationImpact,
  notReadyNodeTerminationImpact: terminationImpact,
  unreachableNodeTerminationImpact: terminationImpact,
  shutdownNodeTerminationImpact: terminationImpact,
  fargateShutdownNodeTerminationImpact: terminationImpact,
  spotInterruptionNodeTerminationImpact: terminationImpact,
};
