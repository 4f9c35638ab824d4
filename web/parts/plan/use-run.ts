import { useEffect } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { LiveRun, RunReport } from '../../api/documents.ts';
import { connection } from '../../api/events.ts';
import { type Loaded, useLoad } from '../../api/use-load.ts';

/** A run as GET /v1/runs/:id has it: its report, or where it stands. */
export type RunView = RunReport | LiveRun;

export function isLive(run: RunView): run is LiveRun {
  return run.status === 'running' || run.status === 'queued';
}

const AGAIN_MS = 1_000;

/** A run, asked for again until it has finished; not while the page is paused. @param id undefined: none */
export function useRun(id: string | undefined): Loaded<RunView | undefined> {
  const run = useLoad(
    `run ${id}`,
    async (signal) => (id === undefined ? undefined : get<RunView>(`v1/runs/${encodeURIComponent(id)}`, { signal })),
    { keep: false },
  );
  const { value, problem, loading } = run;
  const isPaused = connection.value.state === 'paused';
  // A service that does not answer is asked again, too: it may be starting anew.
  const goesOn = id !== undefined && !loading && !isPaused && (value ? isLive(value) : problem?.status === 0);
  useEffect(() => {
    if (!goesOn) return;
    const timer = setTimeout(run.reload, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [goesOn, value, problem]);
  return run;
}
