import { z } from 'zod';
import { defineCostKind } from '../cost-kind.ts';
import { names, oneOf, PLACE_DOC } from '../selector.ts';

const TIME_FRAMES = ['Yesterday', 'Past_7_days', 'Past_14_days', 'Past_30_days'] as const;

/** What services cost. */
export const komodorCost = defineCostKind({
  name: 'komodorCost',
  doc: {
    title: 'Cost: what services cost, and how much of that they use',
    endpoint: 'GET cost/allocation',
    selector: {
      ...PLACE_DOC,
      timeFrame: `The time that is added up: one of ${TIME_FRAMES.join(', ')}. Default: Past_7_days.`,
    },
    mayLack: ['idleResourcesCost'],
  },
  path: '/cost/allocation',
  rows: 'groupedCosts',
  nameField: 'komodorServiceName',
  selector: z.object({ clusters: names(), namespaces: names(), timeFrame: oneOf(TIME_FRAMES, 'Past_7_days') }),
  query: ({ timeFrame }) => ({ timeFrame, groupBy: 'komodorServiceName' }),
  probe: {
    komodorServiceId: 'probe-service-q7x',
    id: '5eed0000-7a7a-4b4b-8c8c-9d9d0e0e1f23',
    shareOfCost: 0.01,
    cpuRequestCoreHours: 336,
    memoryRequestGBHours: 336,
    totalCost: 12,
    optimizationScore: 50,
    efficiency: 0.5,
    potentialSaving: 4,
    idleResourcesCost: 6,
  },
});
