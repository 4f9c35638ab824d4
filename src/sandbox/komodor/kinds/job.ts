import { z } from 'zod';
import { changeJobs, JOB_STATUSES, JOB_TYPES, jobsOf, type WorldJob } from '../../world/jobs.ts';
import { uidOf } from '../../world/model.ts';
import { numberedPage } from '../pages.ts';
import { allows, numberedPaging, readBody, scopeShape } from '../requests.ts';
import { RowMemo } from '../row-memo.ts';
import type { StandIn } from '../stand-in.ts';

const filterShape = z.object({
  scope: scopeShape.optional(),
  types: z.array(z.enum(JOB_TYPES)).min(1).optional(),
  status: z.enum(JOB_STATUSES).optional(),
});
const bodyShape = filterShape.extend({ pagination: numberedPaging });

function matches(job: WorldJob, { scope, types = [], status }: z.infer<typeof filterShape>): boolean {
  return (
    (scope?.cluster === undefined || job.cluster === scope.cluster) &&
    allows(scope?.namespaces ?? [], job.namespace) &&
    allows(types, job.kind.toLowerCase()) &&
    (status === undefined || job.status === status)
  );
}

/** `POST jobs/search`: pages by number, in the order of the world. */
export const standIn: StandIn = {
  kind: 'komodorJob',
  listing: {
    method: 'POST',
    path: 'jobs/search',
    name: 'jobs',
    about: 'jobs search over an account or a whole cluster',
    scopedAbout: 'jobs search limited to a cluster and namespaces',
    isScoped(request) {
      const scope = bodyShape.safeParse(request.body ?? {}).data?.scope;
      return scope?.cluster !== undefined && (scope.namespaces?.length ?? 0) > 0;
    },
    pageOf: (request) => (bodyShape.safeParse(request.body ?? {}).data?.pagination.page ?? 0) + 1,
    open({ world }) {
      const matching = new RowMemo<WorldJob, readonly WorldJob[]>();
      return (request, ask) => {
        const { asked, refusal } = readBody(request, bodyShape);
        if (refusal !== undefined) return refusal;
        const { pagination, scope, ...unscoped } = asked;
        const filter = { ...unscoped, ...(ask('ignore-scope') === undefined && { scope }) };
        const jobs = jobsOf(world);
        const rows = matching.get(jobs, JSON.stringify(filter), () => jobs.filter((job) => matches(job, filter)));
        const { list, meta } = numberedPage({ rows, placeOf: (job) => job, ask }, pagination.page, pagination.pageSize);
        return { status: 200, body: { data: { jobs: list }, ...(meta && { meta }) } };
      };
    },
  },
  rows: (world) => jobsOf(world).map((job) => ({ identity: uidOf(job), value: job })),
  change: changeJobs,
};
