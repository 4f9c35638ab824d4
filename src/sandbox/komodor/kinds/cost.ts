import { z } from 'zod';
import { costRows, groupCosts, TIME_FRAMES, type WorldCost } from '../../world/cost-rows.ts';
import type { WorldService } from '../../world/model.ts';
import { errorAnswer } from '../answers.ts';
import { type CostRow, costPage, costPageOf, costShape, isScopedCost } from '../cost-pages.ts';
import { readQuery } from '../requests.ts';
import { RowMemo } from '../row-memo.ts';
import type { StandIn } from '../stand-in.ts';

const GROUPS = ['clusterName', 'namespace', 'komodorServiceName'] as const;
type Group = (typeof GROUPS)[number];
const SORT_COLUMNS = [
  ...GROUPS,
  'komodorServiceKind',
  'cpuRequestCoreHours',
  'memoryRequestGBHours',
  'totalCost',
  'optimizationScore',
  'efficiency',
  'potentialSaving',
] as const;

const queryShape = z.object({
  ...costShape,
  timeFrame: z.enum(TIME_FRAMES),
  groupBy: z.enum(GROUPS),
  sortBy: z.enum(SORT_COLUMNS).optional(),
});

/** What rows of a grouping can be found by. */
const FILTERS: { readonly [group in Group]: readonly string[] } = {
  clusterName: ['clusterName'],
  namespace: ['clusterName', 'namespace'],
  komodorServiceName: ['clusterName', 'namespace', 'komodorServiceName', 'komodorServiceKind'],
};

function grouped(rows: readonly WorldCost[], by: Group): readonly WorldCost[] {
  return by === 'clusterName' || by === 'namespace' ? groupCosts(rows, by) : rows;
}

function toCostRow(row: WorldCost): CostRow {
  const { clusterName: cluster = '', namespace, komodorServiceName: name, komodorServiceKind: kind } = row;
  return { cluster, namespace, name, kind, value: row };
}

function totalsOf(rows: readonly WorldCost[]): object {
  const sum = (number: (row: WorldCost) => number) => rows.reduce((total, row) => total + number(row), 0);
  return {
    totalCost: sum(({ totalCost }) => totalCost),
    totalOptimizationScore: rows.length === 0 ? 0 : sum(({ optimizationScore }) => optimizationScore) / rows.length,
    totalPotentialSaving: sum(({ potentialSaving }) => potentialSaving),
  };
}

/** `GET cost/allocation`, by services, namespaces or clusters. */
export const standIn: StandIn = {
  kind: 'komodorCost',
  listing: {
    method: 'GET',
    path: 'cost/allocation',
    name: 'cost',
    about: 'cost by services',
    scopedAbout: 'the same, limited to clusters or to a value of a column',
    isScoped: isScopedCost,
    pageOf: costPageOf,
    open({ world }) {
      const memo = new RowMemo<WorldService, { readonly rows: readonly CostRow[]; readonly totals: object }>();
      return (request, ask) => {
        const { asked, refusal } = readQuery(request, queryShape);
        if (refusal !== undefined) return refusal;
        const { timeFrame, groupBy, filterBy } = asked;
        if (filterBy !== undefined && !FILTERS[groupBy].includes(filterBy)) {
          return errorAnswer(400, `bad request: filterBy ${filterBy} does not go with groupBy ${groupBy}`);
        }
        const { rows, totals } = memo.get(world.services, `${timeFrame} ${groupBy}`, () => {
          const costs = costRows(world, timeFrame);
          return { rows: grouped(costs, groupBy).map(toCostRow), totals: totalsOf(costs) };
        });
        return costPage(ask, rows, asked, (groupedCosts) => ({ ...totals, groupedCosts }));
      };
    },
  },
  rows: (world) => costRows(world, 'Past_7_days').map((row) => ({ identity: row.id, value: row })),
};
