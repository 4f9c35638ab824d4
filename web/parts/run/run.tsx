import './run.css';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { onTimeline } from '../../api/events.ts';
import { Link, navigate, pathOf, place } from '../../router.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { Rows } from './rows.tsx';
import { RunHead } from './run-head.tsx';
import { RunSections } from './run-sections.tsx';
import { useRun } from './use-run.ts';

/** A run: what it came to, what it did with each entity, and why. */
export function RunPart({ params: { id = 'latest' } }: { readonly params: Readonly<Record<string, string>> }) {
  const { value: view, problem, loading, reload } = useRun(id);
  usePlanView(view?.run.mode === 'plan' ? view.run.runId : undefined);
  const isNewer = useNewerRun(id);
  const isBeside = place.value.query.has('row');
  const show = () => {
    isNewer.value = false;
    reload();
  };
  return (
    <div class={isBeside ? 'stack run beside' : 'stack run'}>
      {isNewer.value && (
        <p class="note row apart" role="status">
          A newer run has finished. <Button onClick={show}>Show it</Button>
        </p>
      )}
      {view ? <RunHead view={view} isLatest={id === 'latest'} /> : <h1 tabIndex={-1}>Run</h1>}
      {loading && !view && <Loading what="the run" />}
      {problem && problem.code !== 'run_not_found' && (
        <ProblemBox what="Could not load the run" problem={problem} onRetry={reload} />
      )}
      {problem?.code === 'run_not_found' && (
        <Empty what={firstSentence(problem.message)}>
          <p>{problem.message.slice(firstSentence(problem.message).length)}</p>
          <p>
            <Link to="/timeline">The timeline</Link> has all runs that are known; <Link to="/">Now</Link> says when the
            next one is.
          </p>
        </Empty>
      )}
      {view && <Rows key={view.run.runId} view={view} />}
      {view?.report && <RunSections report={view.report} />}
    </div>
  );
}

/** A plan has a view of its own. */
function usePlanView(planId: string | undefined): void {
  useEffect(() => {
    if (planId !== undefined) navigate(pathOf('plan', planId), { replace: true });
  }, [planId]);
}

function firstSentence(text: string): string {
  return /^.*?\.(?= |$)/s.exec(text)?.[0] ?? text;
}

/** Whether a run has finished since `latest` was loaded. The rows do not change under the reader. */
function useNewerRun(id: string) {
  const isNewer = useSignal(false);
  useEffect(() => {
    if (id !== 'latest') return;
    return onTimeline(({ type }) => {
      if (type === 'run') isNewer.value = true;
    });
  }, [id]);
  return isNewer;
}
