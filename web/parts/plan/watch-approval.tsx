import { useEffect, useRef } from 'preact/hooks';
import { Link, pathOf, setQuery } from '../../router.tsx';
import { Button } from '../../ui/button.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { ApprovalOutcome } from './approval-outcome.tsx';
import { LiveSteps } from './live-steps.tsx';
import type { SetName } from './use-names.ts';
import { isLive, useRun } from './use-run.ts';

/** The run that was asked to carry out the set: how far it is, and how it ended. */
export function WatchApproval({ runId, set }: { readonly runId: string; readonly set: SetName }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // The form that had the focus is gone.
  useEffect(() => heading.current?.focus(), []);
  const { value: run, problem, loading, reload } = useRun(runId);
  return (
    <section class="stack tight approval" aria-label="The approval">
      <h2 ref={heading} tabIndex={-1}>
        Approved, in{' '}
        <Link to={pathOf('runs', runId)}>
          run <Name text={runId} />
        </Link>
      </h2>
      {problem && <ProblemBox what="Could not ask how the run is going" problem={problem} onRetry={reload} />}
      {run === undefined && loading && <Loading what="the run" />}
      {run && isLive(run) && <LiveSteps run={run} what="The resync that was given the approval" />}
      <div role="status">{run && !isLive(run) && <ApprovalOutcome report={run} set={set} />}</div>
      {run && !isLive(run) && (
        <p>
          <Button look="plain" onClick={() => setQuery({ approval: undefined })}>
            Back to the set as it was shown
          </Button>
        </p>
      )}
    </section>
  );
}
