import { z } from 'zod';
import { costRows, TIME_FRAMES, type WorldCost } from '../../world/cost-rows.ts';
import type { WorldService } from '../../world/model.ts';
import { errorAnswer } from '../answers.ts';
import { type CostRow, costPage, costPageOf, costShape, isScopedCost } from '../cost-pages.ts';
import { readQuery } from '../requests.ts';
import { RowMemo } from '../row-memo.ts';
import type { StandIn } from '../stand-in.ts';

const BY_SERVICE = 'komodorServiceName';
const GROUPS = ['clusterName', 'namespace', BY_SERVICE] as const;
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

/** `GET cost/allocation`, by services. Other groupings, which nobody asks for here, are refused. */
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
        const { timeFrame, groupBy } = asked;
        if (groupBy !== BY_SERVICE) return errorAnswer(400, `the sandbox knows no cost by ${groupBy}`);
        const { rows, totals } = memo.get(world.services, timeFrame, () => {
          const costs = costRows(world, timeFrame);
          return { rows: costs.map(toCostRow), totals: totalsOf(costs) };
        });
        return costPage(ask, rows, asked, (groupedCosts) => ({ ...totals, groupedCosts }));
      };
    },
  },
  rows: (world) => costRows(world, 'Past_7_days').map((row) => ({ identity: row.id, value: row })),
};
