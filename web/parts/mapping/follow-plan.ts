import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { RunReport } from '../../api/documents.ts';
import { ApiProblem } from '../../api/problem.ts';
import { token } from '../../api/token.ts';

/** A run without a report yet. */
interface Unfinished {
  readonly status: 'queued' | 'running';
  readonly progress: readonly { readonly kind: string; readonly items: number }[];
}

export type PlanState =
  | { readonly state: 'none' }
  | { readonly state: 'under_way'; readonly words: string }
  | { readonly state: 'finished'; readonly report: RunReport }
  | { readonly state: 'lost'; readonly problem: ApiProblem };

const EVERY_MS = 1_000;

/** Follows a plan until it has finished. */
export function useFollowedPlan(runId: string | undefined): PlanState {
  const state = useSignal<PlanState>({ state: 'none' });
  const held = token.value;
  useEffect(() => {
    const stop = new AbortController();
    state.value = runId === undefined ? { state: 'none' } : { state: 'under_way', words: 'Asking for the plan…' };
    if (runId !== undefined) {
      void follow(runId, stop.signal, (now) => {
        if (!stop.signal.aborted) state.value = now;
      });
    }
    return () => stop.abort();
  }, [runId, held]);
  return state.value;
}

async function follow(runId: string, signal: AbortSignal, tell: (state: PlanState) => void): Promise<void> {
  while (!signal.aborted) {
    let pauseMs = EVERY_MS;
    try {
      const run = await get<RunReport | Unfinished>(`v1/runs/${encodeURIComponent(runId)}`, { signal });
      if (!('progress' in run)) return tell({ state: 'finished', report: run });
      tell({ state: 'under_way', words: wordsOf(run) });
    } catch (error) {
      if (signal.aborted) return;
      const problem = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
      if (problem.status !== 0 && problem.status !== 429 && problem.status < 500) {
        return tell({ state: 'lost', problem });
      }
      // A service that starts anew may still know the run.
      pauseMs = 1_000 * (problem.retryAfterSeconds ?? 3);
      tell({ state: 'under_way', words: `${problem.message} Trying again…` });
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function wordsOf({ status, progress }: Unfinished): string {
  if (status === 'queued') return 'The plan waits for the run before it…';
  const read = progress.filter(({ items }) => items > 0).map(({ kind, items }) => `${items} of ${kind}`);
  return read.length === 0 ? 'The plan has begun…' : `The plan has read ${read.join(', ')}…`;
}
