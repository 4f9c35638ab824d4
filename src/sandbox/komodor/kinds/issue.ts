import { z } from 'zod';
import type { SandboxRequest, SandboxResponse } from '../../http.ts';
import type { World } from '../../world/model.ts';
import { ISSUE_STATUSES, ISSUE_TYPES } from '../../world/timeline-rows.ts';
import { errorAnswer, invalidAnswer } from '../answers.ts';
import type { AskFault } from '../list-faults.ts';
import { type PlacedRow, rowPage } from '../row-pages.ts';
import type { Account, StandIn } from '../stand-in.ts';
import { isNarrow, OLDEST_READ, readWindow, refusedPair, type TimeWindow, windowShape } from '../time-window.ts';

const bodyShape = z.object({
  scope: z.object({ cluster: z.string().min(1), namespaces: z.array(z.string()).default([]) }),
  props: z.object({ type: z.enum(ISSUE_TYPES), statuses: z.array(z.enum(ISSUE_STATUSES)).min(1), ...windowShape }),
  pagination: z
    .object({ pageSize: z.int().min(1).default(100), page: z.int().min(0).default(0) })
    .default({ pageSize: 100, page: 0 }),
});

type Body = z.infer<typeof bodyShape>;

/** `POST clusters/issues/search`: numbered pages over the issues of one type that began in a cluster within a window. */
function answer({ world, now }: Account, { bodyText, body }: SandboxRequest, ask: AskFault): SandboxResponse {
  if (bodyText !== '' && body === undefined) return errorAnswer(400, 'bad request: no JSON');
  const parsed = bodyShape.safeParse(body ?? {});
  if (!parsed.success) return invalidAnswer(parsed.error);
  const { scope, props } = parsed.data;
  const refused = refusedPair(ask, props.type, scope.cluster);
  if (refused !== undefined) return refused;
  const moment = now();
  const window = readWindow(props, moment);
  if ('status' in window) return window;
  const { page, pageSize } = parsed.data.pagination;
  const rows = select(world, parsed.data, window, moment, ask('ignore-scope') !== undefined);
  const { list, more, next, meta } = rowPage(ask, rows, { page: page + 1, start: page * pageSize }, pageSize);
  return {
    status: 200,
    body: {
      data: { issues: list },
      ...(meta && {
        meta: {
          // What the page holds, not what was asked for.
          pageSize: Array.isArray(list) ? list.length : 0,
          page,
          ...(more && { nextPage: next.page - 1 }),
          ...(page > 0 && { prevPage: page - 1 }),
        },
      }),
    },
  };
}

function select(
  { clusters, timeline }: World,
  { scope, props: { type, statuses } }: Body,
  window: TimeWindow,
  now: number,
  everywhere: boolean,
): readonly PlacedRow[] {
  const asked = everywhere ? clusters.map(({ name }) => name) : [scope.cluster];
  const namespaces = everywhere ? [] : scope.namespaces;
  return asked.flatMap((cluster) =>
    timeline
      .issues({ cluster, namespaces, type, ...window, now })
      .filter(({ row }) => statuses.includes(row.status))
      .map(({ namespace, row }) => ({ cluster, namespace, value: row })),
  );
}

/** Whether a search is limited to namespaces, or to a moment. */
function isScoped({ body }: SandboxRequest): boolean {
  const asked = bodyShape.safeParse(body).data;
  return asked !== undefined && (asked.scope.namespaces.length > 0 || isNarrow(asked.props));
}

function pageOf({ body }: SandboxRequest): number {
  return (bodyShape.safeParse(body).data?.pagination.page ?? 0) + 1;
}

export const standIn: StandIn = {
  kind: 'komodorIssue',
  listing: {
    method: 'POST',
    path: 'clusters/issues/search',
    name: 'issues',
    isScoped,
    pageOf,
    open: (account) => (request, ask) => answer(account, request, ask),
  },
  rows: ({ clusters, timeline }, now) => {
    const query = { namespaces: [], fromSeconds: now - OLDEST_READ, toSeconds: now, now };
    return clusters.flatMap(({ name: cluster }) =>
      ISSUE_TYPES.flatMap((type) =>
        timeline.issues({ ...query, cluster, type }).map(({ id, row }) => ({ identity: id, value: row })),
      ),
    );
  },
};
