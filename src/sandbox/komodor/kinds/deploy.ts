import { z } from 'zod';
import type { SandboxRequest, SandboxResponse } from '../../http.ts';
import type { World } from '../../world/model.ts';
import { EVENT_TYPES } from '../../world/timeline-rows.ts';
import { errorAnswer, invalidAnswer } from '../answers.ts';
import type { AskFault } from '../list-faults.ts';
import { type PlacedRow, pageOfToken, readToken, rowPage, writeToken } from '../row-pages.ts';
import type { Account, StandIn } from '../stand-in.ts';
import { isNarrow, OLDEST_READ, readWindow, refusedPair, type TimeWindow, windowShape } from '../time-window.ts';

const bodyShape = z.object({
  scope: z.object({ cluster: z.string().min(1), namespaces: z.array(z.string()).default([]) }),
  props: z.object({ type: z.enum(EVENT_TYPES), ...windowShape }),
  pagination: z
    .object({ pageSize: z.int().min(1).max(10_000).default(100), token: z.string().nullish() })
    .default({ pageSize: 100 }),
});

type Body = z.infer<typeof bodyShape>;

/** `POST clusters/k8s-events/search`: pages by token over the events of one type that began in a cluster within a window. */
function answer(account: Account, { bodyText, body }: SandboxRequest, ask: AskFault): SandboxResponse {
  if (bodyText !== '' && body === undefined) return errorAnswer(400, 'bad request: no JSON');
  const parsed = bodyShape.safeParse(body ?? {});
  if (!parsed.success) return invalidAnswer(parsed.error);
  const { scope, props, pagination } = parsed.data;
  const question = { scope, props };
  const position = readToken(pagination.token ?? '', question);
  if (position === undefined) return errorAnswer(400, 'bad request: unknown token');
  const refused = refusedPair(ask, props.type, scope.cluster);
  if (refused !== undefined) return refused;
  const now = account.now();
  const window = readWindow(props, now);
  if ('status' in window) return window;
  const rows = select(account.world, parsed.data, window, now, ask('ignore-scope') !== undefined);
  const { list, more, next, meta } = rowPage(ask, rows, position, pagination.pageSize);
  const last = account.pagingStyle === 'token-absent' ? {} : { token: null };
  return {
    status: 200,
    body: {
      data: { events: list },
      ...(meta && {
        meta: {
          // What the page holds, not what was asked for.
          pageSize: Array.isArray(list) ? list.length : 0,
          ...(more ? { token: writeToken(next, question) } : last),
        },
      }),
    },
  };
}

function select(
  { clusters, timeline }: World,
  { scope, props: { type } }: Body,
  window: TimeWindow,
  now: number,
  everywhere: boolean,
): readonly PlacedRow[] {
  const asked = everywhere ? clusters.map(({ name }) => name) : [scope.cluster];
  const namespaces = everywhere ? [] : scope.namespaces;
  return asked.flatMap((cluster) =>
    timeline
      .events({ cluster, namespaces, type, ...window, now })
      .map(({ namespace, row }) => ({ cluster, namespace, value: row })),
  );
}

/** Whether a search is limited to namespaces, or to a moment. */
function isScoped({ body }: SandboxRequest): boolean {
  const asked = bodyShape.safeParse(body).data;
  return asked !== undefined && (asked.scope.namespaces.length > 0 || isNarrow(asked.props));
}

function pageOf({ body }: SandboxRequest): number {
  return pageOfToken(bodyShape.safeParse(body).data?.pagination.token ?? '');
}

export const standIn: StandIn = {
  kind: 'komodorDeploy',
  listing: {
    method: 'POST',
    path: 'clusters/k8s-events/search',
    name: 'deploys',
    isScoped,
    pageOf,
    open: (account) => (request, ask) => answer(account, request, ask),
  },
  rows: ({ clusters, timeline }, now) => {
    const query = { namespaces: [], type: 'deploy', fromSeconds: now - OLDEST_READ, toSeconds: now, now } as const;
    return clusters.flatMap(({ name: cluster }) =>
      timeline.events({ ...query, cluster }).map(({ id, row }) => ({ identity: id, value: row })),
    );
  },
};
