import { useEffect } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { TimelinePage } from '../../api/documents.ts';
import { onTimeline, status } from '../../api/events.ts';
import { useLoad } from '../../api/use-load.ts';
import { Link, pathOf } from '../../router.tsx';
import { Empty } from '../../ui/empty.tsx';
import { countText } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { Time } from '../../ui/time.tsx';
import { StartPlan } from './start-plan.tsx';

interface RunLine {
  readonly runId: string;
  readonly mode: string;
  readonly trigger: string;
  readonly status: string;
  readonly kinds: readonly string[];
  readonly requestedAt: string;
}

/** What a plan is, a new one, and the latest. */
export function PlansView() {
  const runs = useLoad(
    'runs',
    async (signal) => (await get<{ runs: readonly RunLine[] }>('v1/runs', { query: { limit: 200 }, signal })).runs,
  );
  const told = useLoad('plans', (signal) =>
    get<TimelinePage>('v1/timeline', { query: { type: 'plan', limit: 100 }, signal }),
  );
  const now = status.value?.run?.runId;
  useEffect(
    () =>
      onTimeline(() => {
        runs.reload();
        told.reload();
      }),
    [],
  );
  useEffect(() => {
    if (now !== undefined) runs.reload();
  }, [now]);
  const plans = runs.value?.filter(({ mode }) => mode === 'plan');
  return (
    <div class="stack">
      <h1 tabIndex={-1}>Plan</h1>
      <p class="measure">
        A plan reads Komodor and Port as a resync does, and says what a resync would change: every entity, field by
        field, with the reason of each deletion. It writes nothing.
      </p>
      <StartPlan lastKinds={runs.value?.find(({ mode, status }) => mode === 'resync' && status !== 'running')?.runId} />
      <section class="stack tight" aria-labelledby="latest-plans">
        <h2 id="latest-plans">Latest plans</h2>
        {runs.problem && <ProblemBox what="Could not load the plans" problem={runs.problem} onRetry={runs.reload} />}
        {plans === undefined && runs.loading && <Loading what="the plans" />}
        {plans?.length === 0 && (
          <Empty what="There is no plan yet.">
            <p>Start one above: it takes about as long as a resync, and changes nothing.</p>
          </Empty>
        )}
        {plans !== undefined && plans.length > 0 && <PlanTable plans={plans} told={told.value?.entries ?? []} />}
      </section>
    </div>
  );
}

interface TableProps {
  readonly plans: readonly RunLine[];
  readonly told: TimelinePage['entries'];
}

function PlanTable({ plans, told }: TableProps) {
  return (
    <div class="wide">
      <table class="plans">
        <thead>
          <tr>
            <th scope="col">Plan</th>
            <th scope="col">Status</th>
            <th scope="col">Would change</th>
            <th scope="col">Asked</th>
            <th scope="col" class="only-wide">
              By
            </th>
            <th scope="col">Kinds</th>
          </tr>
        </thead>
        <tbody>
          {plans.map(({ runId, status, requestedAt, trigger, kinds }) => (
            <tr key={runId}>
              <td>
                <Link to={pathOf('plan', runId)}>
                  <span title={runId}>
                    <Name text={runId.slice(0, 8)} />
                  </span>
                </Link>
              </td>
              <td>
                <StatusMark name={status} />
              </td>
              <td class="number">{changesOf(told, runId)}</td>
              <td>
                <Time at={requestedAt} />
              </td>
              <td class="only-wide">{trigger}</td>
              <td>{kinds.length === 0 ? 'all' : <Name text={kinds.join(', ')} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What a plan said in numbers, as the timeline keeps it. */
function changesOf(told: TableProps['told'], runId: string): string {
  const entry = told.find((each) => each.type === 'plan' && each.runId === runId);
  if (entry?.type !== 'plan') return '';
  const { created, updated, deleted, heldBack } = entry;
  const words = [
    ...(deleted > 0 ? [`−${countText(deleted)}`] : []),
    ...(updated > 0 ? [`~${countText(updated)}`] : []),
    ...(created > 0 ? [`+${countText(created)}`] : []),
    ...(heldBack > 0 ? [`${countText(heldBack)} held back`] : []),
  ];
  return words.length === 0 ? 'nothing' : words.join(' ');
}
