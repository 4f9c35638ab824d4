import { z } from 'zod';
import { rightSizingRows, STRATEGIES, type WorldRightSizing } from '../../world/cost-rows.ts';
import type { WorldService } from '../../world/model.ts';
import { type CostRow, costPage, costPageOf, costShape, isScopedCost } from '../cost-pages.ts';
import { readQuery } from '../requests.ts';
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
    about: 'right-sizing by services',
    scopedAbout: 'the same, limited to clusters or to a value of a column',
    isScoped: isScopedCost,
    pageOf: costPageOf,
    open({ world }) {
      const memo = new RowMemo<WorldService, readonly CostRow[]>();
      return (request, ask) => {
        const { asked, refusal } = readQuery(request, queryShape);
        if (refusal !== undefined) return refusal;
        const { optimizationStrategy } = asked;
        const rows = memo.get(world.services, optimizationStrategy, () =>
          rightSizingRows(world, optimizationStrategy).map(toCostRow),
        );
        return costPage(ask, rows, asked, (list) => ({ optimizationStrategy, rows: list }));
      };
    },
  },
  rows: (world) => rightSizingRows(world, 'moderate').map((row) => ({ identity: row.id, value: row })),
};
