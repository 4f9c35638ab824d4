import { useSignal } from '@preact/signals';
import { get, send } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import { useLoad } from '../../api/use-load.ts';
import { navigate, pathOf } from '../../router.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { quoted } from '../../ui/visible.ts';
import type { RunView } from './use-run.ts';

/** Asks for a plan of all kinds, or of some. @param lastKinds a run whose report names the kinds */
export function StartPlan({ lastKinds }: { readonly lastKinds: string | undefined }) {
  const chosen = useSignal<readonly string[]>([]);
  const sending = useSignal(false);
  const problem = useSignal<ApiProblem | undefined>(undefined);
  const known = useLoad(`kinds ${lastKinds}`, async (signal) => kindsOf(lastKinds, signal), { keep: true });
  const kinds = chosen.value;
  const body = { mode: 'plan', ...(kinds.length > 0 ? { kinds } : {}) } as const;
  const start = async () => {
    if (sending.value) return;
    sending.value = true;
    problem.value = undefined;
    try {
      const { runId } = await send<{ runId: string }>('POST', 'v1/runs', body);
      navigate(pathOf('plan', runId));
    } catch (error) {
      problem.value = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
    } finally {
      sending.value = false;
    }
  };
  return (
    <section class="stack tight" aria-label="A new plan">
      {known.value !== undefined && known.value.length > 1 && (
        <fieldset class="kinds">
          <legend class="small quiet">Kinds; none chosen: all</legend>
          {known.value.map((kind) => (
            <label key={kind}>
              <input
                type="checkbox"
                checked={kinds.includes(kind)}
                onChange={() => {
                  chosen.value = kinds.includes(kind) ? kinds.filter((each) => each !== kind) : [...kinds, kind];
                }}
              />
              <Name text={kind} />
            </label>
          ))}
        </fieldset>
      )}
      {kinds.length > 0 && (
        <p class="small quiet">
          A plan of some kinds does not look for entities that nothing writes any more, and holds back the deletions of
          a blueprint that another kind writes too.
        </p>
      )}
      <div class="row">
        <Button look="main" aria-disabled={sending.value} onClick={start}>
          {sending.value ? 'Asking…' : kinds.length === 0 ? 'Plan everything' : `Plan ${kinds.length} of the kinds`}
        </Button>
        <CopyCommand
          cli={['komodor-port plan', ...kinds.map((kind) => `--kind ${quoted(kind)}`)].join(' ')}
          curl={{ method: 'POST', path: 'v1/runs', body }}
        />
      </div>
      {problem.value && <ProblemBox what="Could not start the plan" problem={problem.value} />}
    </section>
  );
}

/** The kinds that a run has read; none when that is not known. */
async function kindsOf(runId: string | undefined, signal: AbortSignal): Promise<readonly string[]> {
  if (runId === undefined) return [];
  const run = await get<RunView>(`v1/runs/${encodeURIComponent(runId)}`, { signal });
  return 'blueprints' in run ? [...new Set(run.kinds.map(({ kind }) => kind))] : [];
}
