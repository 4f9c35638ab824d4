import { z } from 'zod';
import { rightSizingRows, STRATEGIES, type WorldRightSizing } from '../../world/cost-rows.ts';
import type { WorldService } from '../../world/model.ts';
import { invalidAnswer } from '../answers.ts';
import { type CostRow, costPage, costPageOf, costShape, isScopedCost, readCostQuery } from '../cost-pages.ts';
import { RowMemo } from '../row-memo.ts';
import type { StandIn } from '../stand-in.ts';

const SORT_COLUMNS = [
  'clusterName',
  'namespace',
  'service',
  'komodorServiceKind',
  'optimizationScore',
  'potentialSaving',
] as const;

const queryShape = z.object({
  ...costShape,
  optimizationStrategy: z.enum(STRATEGIES),
  sortBy: z.enum(SORT_COLUMNS).optional(),
});

function toCostRow(row: WorldRightSizing): CostRow {
  const { clusterName: cluster, namespace, service: name, komodorServiceKind: kind } = row;
  return { cluster, namespace, name, kind, value: row };
}

/** `GET cost/right-sizing/service`. */
export const standIn: StandIn = {
  kind: 'komodorRightSizing',
  listing: {
    method: 'GET',
    path: 'cost/right-sizing/service',
    name: 'right-sizing',
    isScoped: isScopedCost,
    pageOf: costPageOf,
    open({ world }) {
      const memo = new RowMemo<WorldService, readonly CostRow[]>();
      return ({ query }, ask) => {
        const parsed = queryShape.safeParse(readCostQuery(query));
        if (!parsed.success) return invalidAnswer(parsed.error);
        const { optimizationStrategy } = parsed.data;
        const rows = memo.get(world.services, optimizationStrategy, () =>
          rightSizingRows(world, optimizationStrategy).map(toCostRow),
        );
        return costPage(ask, rows, parsed.data, (list) => ({ optimizationStrategy, rows: list }));
      };
    },
  },
  rows: (world) => rightSizingRows(world, 'moderate').map((row) => ({ identity: row.id, value: row })),
};
