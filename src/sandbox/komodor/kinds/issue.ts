import { z } from 'zod';
import { changeIssues } from '../../world/change-issues.ts';
import { ISSUE_STATUSES, ISSUE_TYPES } from '../../world/timeline-rows.ts';
import { numberedPage } from '../pages.ts';
import { numberedPaging, readBody } from '../requests.ts';
import type { StandIn } from '../stand-in.ts';
import { clusterShape, isNarrow, OLDEST_READ, searchTimeline, windowShape } from '../timeline-search.ts';

const bodyShape = z.object({
  scope: clusterShape,
  props: z.object({ type: z.enum(ISSUE_TYPES), statuses: z.array(z.enum(ISSUE_STATUSES)).min(1), ...windowShape }),
  pagination: numberedPaging,
});

/** `POST clusters/issues/search`: pages by number over the issues of one type that began in a cluster within a window. */
export const standIn: StandIn = {
  kind: 'komodorIssue',
  listing: {
    method: 'POST',
    path: 'clusters/issues/search',
    name: 'issues',
    about: 'issues of a cluster and a type within a window of time',
    scopedAbout: 'the same, limited to namespaces or to at most an hour (the second read before a deletion)',
    isScoped({ body }) {
      const asked = bodyShape.safeParse(body).data;
      return asked !== undefined && isNarrow(asked);
    },
    pageOf: ({ body }) => (bodyShape.safeParse(body).data?.pagination.page ?? 0) + 1,
    open:
      ({ world, now }) =>
      (request, ask) => {
        const { asked, refusal } = readBody(request, bodyShape);
        if (refusal !== undefined) return refusal;
        const { page, pageSize } = asked.pagination;
        const found = searchTimeline(world, asked, now(), ask, (query) => world.timeline.issues(query));
        if ('status' in found) return found;
        const rows = found.filter(({ row }) => asked.props.statuses.includes(row.status));
        const { list, meta } = numberedPage(
          { rows, placeOf: (row) => row, show: ({ row }) => row, ask },
          page,
          pageSize,
        );
        return { status: 200, body: { data: { issues: list }, ...(meta && { meta }) } };
      },
  },
  rows: ({ clusters, timeline }, now) => {
    const query = { namespaces: [], fromSeconds: now - OLDEST_READ, toSeconds: now, now };
    return clusters.flatMap(({ name: cluster }) =>
      ISSUE_TYPES.flatMap((type) =>
        timeline.issues({ ...query, cluster, type }).map(({ id, row }) => ({ identity: id, value: row })),
      ),
    );
  },
  change: changeIssues,
};
