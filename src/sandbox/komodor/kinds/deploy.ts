import { z } from 'zod';
import { EVENT_TYPES } from '../../world/timeline-rows.ts';
import { errorAnswer } from '../answers.ts';
import { pageOfToken } from '../cursor.ts';
import { tokenPage } from '../pages.ts';
import { pageSizeShape, readBody } from '../requests.ts';
import type { StandIn } from '../stand-in.ts';
import { clusterShape, isNarrow, OLDEST_READ, searchTimeline, windowShape } from '../timeline-search.ts';

const bodyShape = z.object({
  scope: clusterShape,
  props: z.object({ type: z.enum(EVENT_TYPES), ...windowShape }),
  pagination: z.object({ pageSize: pageSizeShape, token: z.string().nullish() }).default({ pageSize: 100 }),
});

/** `POST clusters/k8s-events/search`: pages by token over the events of one type that began in a cluster within a window. */
export const standIn: StandIn = {
  kind: 'komodorDeploy',
  listing: {
    method: 'POST',
    path: 'clusters/k8s-events/search',
    name: 'deploys',
    about: 'events of a cluster and a type within a window of time',
    scopedAbout: 'the same, limited to namespaces or to at most an hour (the second read before a deletion)',
    isScoped({ body }) {
      const asked = bodyShape.safeParse(body).data;
      return asked !== undefined && isNarrow(asked);
    },
    pageOf: ({ body }) => pageOfToken(bodyShape.safeParse(body).data?.pagination.token),
    open:
      ({ world, now, pagingStyle }) =>
      (request, ask) => {
        const { asked, refusal } = readBody(request, bodyShape);
        if (refusal !== undefined) return refusal;
        const { pagination, ...question } = asked;
        const rows = searchTimeline(world, asked, now(), ask, (query) => world.timeline.events(query));
        if ('status' in rows) return rows;
        const page = tokenPage(
          { rows, placeOf: (row) => row, show: ({ row }) => row, ask },
          pagination.token ?? '',
          JSON.stringify(question),
          pagination.pageSize,
        );
        if (page === undefined) return errorAnswer(400, 'bad request: unknown token');
        const { list, next, meta } = page;
        const token = next === undefined && pagingStyle === 'token-absent' ? {} : { token: next ?? null };
        // How many rows the page has, not how many were asked for.
        const pageSize = Array.isArray(list) ? list.length : 0;
        return { status: 200, body: { data: { events: list }, ...(meta && { meta: { pageSize, ...token } }) } };
      },
  },
  rows: ({ clusters, timeline }, now) => {
    const query = { namespaces: [], type: 'deploy', fromSeconds: now - OLDEST_READ, toSeconds: now, now } as const;
    return clusters.flatMap(({ name: cluster }) =>
      timeline.events({ ...query, cluster }).map(({ id, row }) => ({ identity: id, value: row })),
    );
  },
};
