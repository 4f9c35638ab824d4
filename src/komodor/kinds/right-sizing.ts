import { z } from 'zod';
import { defineCostKind } from '../cost-kind.ts';
import { names, oneOf, PLACE_DOC } from '../selector.ts';

const STRATEGIES = ['conservative', 'moderate', 'aggressive'] as const;

/** How the requests of services could be made to fit. */
export const komodorRightSizing = defineCostKind({
  name: 'komodorRightSizing',
  doc: {
    title: 'Right-sizing: what the requests of services should be, and what that saves',
    endpoint: 'GET cost/right-sizing/service',
    selector: {
      ...PLACE_DOC,
      strategy: `How far recommendations go: one of ${STRATEGIES.join(', ')}. Default: moderate.`,
    },
    mayLack: [
      'underProvisionedContainers',
      'underProvisionedCpuCores',
      'underProvisionedMemoryMiB',
      'underProvisionedResourcesScore',
      'automated',
      'applyProtocol',
      'effectivePolicyName',
      'effectivePolicyReason',
      'recommendationIneligibilityReasons',
    ],
  },
  path: '/cost/right-sizing/service',
  rows: 'rows',
  nameField: 'service',
  selector: z.object({ clusters: names(), namespaces: names(), strategy: oneOf(STRATEGIES, 'moderate') }),
  query: ({ strategy }) => ({ optimizationStrategy: strategy }),
  probe: {
    komodorServiceId: 'probe-service-q7x',
    id: '5eed0000-7a7a-4b4b-8c8c-9d9d0e0e1f21',
    shareOfCost: 0.01,
    cpuRequestCores: 2,
    originalCpuRequestCores: 2,
    cpuRecommendation: 1.5,
    cpuRequestsActiveRecommendationCores: 1.5,
    cpuCost: 40,
    memoryRequestsMiB: 2048,
    originalMemoryRequestsMiB: 2048,
    memoryRecommendation: 1024,
    memoryRequestsActiveRecommendationMiB: 1024,
    memoryCost: 10,
    totalCost: 50,
    efficiency: 0.5,
    optimizationScore: 50,
    potentialSaving: 20,
    potentialSavingConservative: 10,
    potentialSavingModerate: 20,
    potentialSavingAggressive: 30,
    underProvisionedContainers: 1,
    underProvisionedCpuCores: 0.2,
    underProvisionedMemoryMiB: 128,
    underProvisionedResourcesScore: 10,
    automated: true,
    lastSeenAtSec: 1_767_225_600,
    applyProtocol: 'onCreation',
    effectivePolicyId: '5eed0000-7a7a-4b4b-8c8c-9d9d0e0e1f22',
    effectivePolicyName: 'probe-policy-q7x',
    effectivePolicyReason: 'policyScope',
    recommendationIneligibilityReasons: ['managedByHpa'],
  },
});
