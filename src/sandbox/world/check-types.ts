export const IMPACT_GROUP_TYPES = ['static', 'dynamic', 'realtime'] as const;
export type ImpactGroupType = (typeof IMPACT_GROUP_TYPES)[number];

export const CHECK_CATEGORIES = ['workload', 'infrastructure'] as const;

export const IMPACT_GROUP_IDS = [
  'DegradedService',
  'EOLDeprecationOutdated',
  'NodeTerminations',
  'FlakyServices',
  'NodePressure',
  'Addons',
  'FailedInfrastructureResources',
  'FailedWorkloads',
  'CascadingFailure',
] as const;

/** What kind of thing a check looks at. */
export type Target = 'service' | 'job' | 'cronJob' | 'workflow' | 'node' | 'pvc' | 'cluster';

export interface CheckType {
  readonly name: string;
  readonly group: ImpactGroupType;
  readonly category: (typeof CHECK_CATEGORIES)[number];
  readonly impact: (typeof IMPACT_GROUP_IDS)[number];
  readonly target: Target;
  /** Whether the API knows it as a value of its `checkType` filter. Answers also hold types that it does not list. */
  readonly listed: boolean;
}

function checks(
  group: ImpactGroupType,
  category: CheckType['category'],
  impact: CheckType['impact'],
  target: Target,
  names: string,
  listed = true,
): CheckType[] {
  return names.split(' ').map((name) => ({ name, group, category, impact, target, listed }));
}

export const CHECK_TYPES: readonly CheckType[] = [
  ...checks('dynamic', 'workload', 'DegradedService', 'service', 'throttledCPU HPAMax HPAMinAvailability'),
  ...checks('dynamic', 'workload', 'DegradedService', 'service', 'singlePointOfFailure idleGpu'),
  ...checks('dynamic', 'workload', 'FlakyServices', 'service', 'restartingContainers'),
  ...checks('dynamic', 'workload', 'NodePressure', 'service', 'noisyNeighbor requestsLimitsRatio'),
  ...checks('dynamic', 'workload', 'NodePressure', 'service', 'underProvisionedWorkloads'),
  ...checks('dynamic', 'workload', 'DegradedService', 'service', 'syntheticDegradedService', false),
  ...checks('dynamic', 'workload', 'FlakyServices', 'service', 'sidecarStartupOrder', false),
  ...checks('static', 'workload', 'DegradedService', 'service', 'deploymentMissingReplicas missingPDB missingHPA'),
  ...checks('static', 'workload', 'DegradedService', 'service', 'missingTopologySpreadConstraint priorityClassNotSet'),
  ...checks('static', 'workload', 'NodePressure', 'service', 'cpuRequestsMissing cpuLimitsMissing'),
  ...checks('static', 'workload', 'NodePressure', 'service', 'memoryRequestsMissing memoryLimitsMissing'),
  ...checks('static', 'workload', 'FlakyServices', 'service', 'livenessProbeMissing readinessProbeMissing'),
  ...checks('realtime', 'workload', 'FailedWorkloads', 'service', 'unhealthyService'),
  ...checks('realtime', 'workload', 'CascadingFailure', 'service', 'cascadingFailure'),
  ...checks('realtime', 'workload', 'FailedWorkloads', 'workflow', 'unhealthyWorkflow'),
  ...checks('realtime', 'workload', 'FailedWorkloads', 'job', 'failedJob'),
  ...checks('realtime', 'workload', 'FailedWorkloads', 'cronJob', 'failedCronJob'),
  ...checks('realtime', 'infrastructure', 'FailedInfrastructureResources', 'node', 'unhealthyNode'),
  ...checks('realtime', 'infrastructure', 'FailedInfrastructureResources', 'pvc', 'unhealthyPVC'),
  ...checks('dynamic', 'infrastructure', 'EOLDeprecationOutdated', 'cluster', 'deprecatedApis kubernetesEndOfLife'),
  ...checks('dynamic', 'infrastructure', 'EOLDeprecationOutdated', 'cluster', 'kubernetesVersionDeprecated'),
  ...checks('dynamic', 'infrastructure', 'EOLDeprecationOutdated', 'cluster', 'syntheticEOLDeprecationOutdated', false),
  ...checks('dynamic', 'infrastructure', 'NodeTerminations', 'cluster', 'nodeTerminationAutoScaling'),
  ...checks('dynamic', 'infrastructure', 'NodeTerminations', 'cluster', 'nodeTerminationSpotInstance'),
  ...checks('dynamic', 'infrastructure', 'Addons', 'cluster', 'certificateExpiration externalDNSNotSynced'),
  ...checks('dynamic', 'infrastructure', 'Addons', 'cluster', 'scaleDownImpact'),
  ...checks('dynamic', 'infrastructure', 'Addons', 'cluster', 'overProvisionedCluster unschedulablePods', false),
  ...checks('dynamic', 'infrastructure', 'NodePressure', 'node', 'syntheticNodePressure', false),
  ...checks(
    'dynamic',
    'infrastructure',
    'NodeTerminations',
    'node',
    'diskPressureNodeTerminationImpact memoryPressureNodeTerminationImpact notReadyNodeTerminationImpact ' +
      'unreachableNodeTerminationImpact shutdownNodeTerminationImpact fargateShutdownNodeTerminationImpact ' +
      'spotInterruptionNodeTerminationImpact',
    false,
  ),
];

const UNHEARD_OF = {
  group: 'dynamic',
  category: 'workload',
  impact: 'DegradedService',
  target: 'service',
  listed: false,
} as const;

const BY_NAME: ReadonlyMap<string, CheckType> = new Map(CHECK_TYPES.map((check) => [check.name, check]));

/** What is known of a check type; one that nobody has heard of counts as a daily check of workloads. */
export function checkTypeOf(name: string): CheckType {
  return BY_NAME.get(name) ?? { name, ...UNHEARD_OF };
}

/** The values that the API takes as `checkType` filter. */
export const LISTED_CHECK_TYPES: readonly string[] = CHECK_TYPES.filter(({ listed }) => listed).map(({ name }) => name);
