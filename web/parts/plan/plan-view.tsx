import { useEffect } from 'preact/hooks';
import type { RunReport } from '../../api/documents.ts';
import { Link, navigate, pathOf } from '../../router.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { HeldNotes } from '../run/held-notes.tsx';
import { CarryOut } from './carry-out.tsx';
import { LiveSteps } from './live-steps.tsx';
import { PlanHead } from './plan-head.tsx';
import { PlanTable } from './plan-table.tsx';
import { SetupDiffs } from './setup-diffs.tsx';
import { isLive, useRun } from './use-run.ts';

/** One plan: while it is made, and then what it says. */
export function PlanView({ id }: { readonly id: string }) {
  const { value: run, problem, loading, reload } = useRun(id);
  // A resync has a view of its own.
  const isOther = run !== undefined && run.mode !== 'plan';
  useEffect(() => {
    if (isOther) navigate(pathOf('runs', id), { replace: true });
  }, [isOther]);
  if (run === undefined || isOther) {
    return (
      <div class="stack">
        <h1 tabIndex={-1}>Plan</h1>
        {problem?.status === 404 ? (
          <Empty what="There is no such plan, or it is too long ago.">
            <p>
              <Link to="/plan">Start a new one, or look at the latest</Link>
            </p>
          </Empty>
        ) : problem ? (
          <ProblemBox what="Could not load the plan" problem={problem} onRetry={reload} />
        ) : (
          loading && <Loading what="the plan" />
        )}
      </div>
    );
  }
  return (
    <div class="stack">
      {isLive(run) ? (
        <>
          <h1 tabIndex={-1}>Plan, in progress</h1>
          {problem && (
            <ProblemBox what="The service does not answer; this is the last that it said" problem={problem} />
          )}
          <LiveSteps run={run} what="The plan" />
          <p class="quiet">It is shown here when it is ready. You may leave this page meanwhile.</p>
        </>
      ) : (
        <FinishedPlan report={run} />
      )}
    </div>
  );
}

function FinishedPlan({ report }: { readonly report: RunReport }) {
  return (
    <>
      <PlanHead report={report} />
      <HeldNotes report={report} />
      <SetupDiffs setup={report.setup ?? []} />
      <PlanTable report={report} />
      <CarryOut report={report} />
    </>
  );
}
