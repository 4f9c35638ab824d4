import { useRef } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { RunReport, Status } from '../../api/documents.ts';
import { useLoad } from '../../api/use-load.ts';
import { Empty } from '../../ui/empty.tsx';
import { Loading } from '../../ui/loading.tsx';
import { isNarrow } from '../../ui/narrow.ts';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { now } from '../../ui/time.tsx';
import { type LaneSource, laneView } from './lane-view.ts';
import { Lanes, ROOMY_KINDS } from './lanes.tsx';
import { LastRunHead, RunningHead } from './run-heads.tsx';

/** The run in progress as it goes on; when there is none, the last one. */
export function RunSection({ status: { run, lastRun, needsPerson } }: { readonly status: Status }) {
  const {
    value: last,
    problem,
    loading,
    reload,
  } = useLoad(
    `now ${lastRun?.runId}`,
    async (signal) =>
      lastRun === null ? undefined : get<RunReport>(`v1/runs/${encodeURIComponent(lastRun.runId)}`, { signal }),
    { keep: true },
  );
  // Until the report of a run that has just ended is there, its lanes stay as they were.
  const shown = useRef<{ readonly runId: string; readonly source: LaneSource } | undefined>(undefined);
  if (run !== null) shown.current = { runId: run.runId, source: { ...run, finishedAt: null } };
  else if (last !== undefined) shown.current = { runId: last.runId, source: sourceOf(last) };
  const source = shown.current?.source;
  const expected = run !== null && run.kinds.length > 0 ? run.kinds : (last?.kinds ?? []).map(({ kind }) => kind);
  return (
    <section class="stack tight" aria-labelledby="run">
      {run !== null && <RunningHead run={run} />}
      {run === null && lastRun !== null && (
        <LastRunHead
          lastRun={lastRun}
          needsPerson={needsPerson}
          report={last?.runId === lastRun.runId ? last : undefined}
        />
      )}
      {run === null && lastRun === null && (
        <>
          <h2 id="run">Runs</h2>
          <Empty what="No resync has run yet.">
            <p>Resync now, or look first what it would change: Plan. Both buttons are at the top.</p>
          </Empty>
        </>
      )}
      {problem && <ProblemBox what="Could not load the last run" problem={problem} onRetry={reload} />}
      {source === undefined && lastRun !== null && loading && <Loading what="the last run" />}
      {source !== undefined && <LanesOf source={source} expected={expected} />}
    </section>
  );
}

function LanesOf({ source, expected }: { readonly source: LaneSource; readonly expected: readonly string[] }) {
  // A run that has ended needs no clock.
  const view = laneView(source, {
    expected,
    now: source.finishedAt === null ? now.value : 0,
    maxTicks: isNarrow.value ? 3 : 8,
  });
  if (view.kinds.length === 0) return <p class="quiet">It has not begun to read.</p>;
  return (
    <>
      <Lanes view={view} label="Where the time went" />
      <p class="small quiet">
        {view.kinds.length > ROOMY_KINDS && 'Lanes from the top: read, map, compare, write, delete. '}
        The paler, the less of the time it worked; hatched: requests waited.
      </p>
    </>
  );
}

function sourceOf({ startedAt, finishedAt, lanes = [], waited = [] }: RunReport): LaneSource {
  return { startedAt, finishedAt, lanes, waited };
}
