import { useEffect } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { ChangesPage, LiveRun, RunReport } from '../../api/documents.ts';
import { connection, status } from '../../api/events.ts';
import { ApiProblem } from '../../api/problem.ts';
import { type Loaded, useLoad } from '../../api/use-load.ts';

export interface RunView {
  readonly run: ChangesPage['run'];
  readonly note: ChangesPage['note'];
  /** Undefined: the service has forgotten it, or it is the record of live events. */
  readonly report: RunReport | undefined;
  /** A run without a report yet. */
  readonly live: LiveRun | undefined;
}

const REFRESH_MS = 3_000;

/** A run with its report. One in progress is loaded again until it has its report. @param id or `latest` */
export function useRun(id: string): Loaded<RunView> {
  const loaded = useLoad(id, (signal) => loadRun(id, signal));
  const live = loaded.value?.live;
  const runId = loaded.value?.run.runId;
  const isHere = runId !== undefined && status.value?.run?.runId === runId;
  useEffect(() => {
    if (live === undefined || connection.value.state === 'paused') return;
    const timer = setTimeout(loaded.reload, isHere ? REFRESH_MS : 1_000);
    return () => clearTimeout(timer);
  }, [loaded.value, loaded.problem, connection.value.state, isHere]);
  return loaded;
}

async function loadRun(id: string, signal: AbortSignal): Promise<RunView> {
  const path = `v1/runs/${encodeURIComponent(id)}`;
  const { run, note } = await get<ChangesPage>(`${path}/changes`, { query: { limit: 1 }, signal });
  if (run.mode === 'live') return { run, note, report: undefined, live: undefined };
  try {
    const found = await get<RunReport | LiveRun>(`v1/runs/${encodeURIComponent(run.runId)}`, { signal });
    const isLive = 'progress' in found;
    return { run, note, report: isLive ? undefined : found, live: isLive ? found : undefined };
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'run_not_found') {
      return { run, note, report: undefined, live: undefined };
    }
    throw error;
  }
}
