import { useSignal } from '@preact/signals';
import { get, send } from '../../api/client.ts';
import type { RunReport } from '../../api/documents.ts';
import { ApiProblem } from '../../api/problem.ts';
import { useLoad } from '../../api/use-load.ts';
import { Link, navigate, pathOf } from '../../router.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { quoted } from '../../ui/visible.ts';

/** Turns the plan into a resync, and says how that differs from the plan. */
export function CarryOut({ report: { runId, mapping, changes = [] } }: { readonly report: RunReport }) {
  const sending = useSignal(false);
  const problem = useSignal<ApiProblem | undefined>(undefined);
  const kinds = useLoad(`order ${runId}`, (signal) => kindsOf(runId, signal)).value ?? [];
  if (mapping) {
    return (
      <p class="note">
        A resync would use the mapping in use, not this one. <Link to="/mapping">Write the mapping to Port</Link> first.
      </p>
    );
  }
  if (changes.length === 0) return null;
  const body = kinds.length > 0 ? { kinds } : {};
  const start = async () => {
    if (sending.value) return;
    sending.value = true;
    try {
      const ticket = await send<{ runId: string }>('POST', 'v1/runs', body);
      navigate(pathOf('runs', ticket.runId));
    } catch (error) {
      problem.value = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
      sending.value = false;
    }
  };
  return (
    <section class="stack tight" aria-label="Carry out">
      <div class="row">
        <Button look="main" aria-disabled={sending.value} onClick={start}>
          {sending.value ? 'Asking…' : 'Carry out: start a resync'}
        </Button>
        <CopyCommand
          cli={['komodor-port resync', ...kinds.map((kind) => `--kind ${quoted(kind)}`)].join(' ')}
          curl={{ method: 'POST', path: 'v1/runs', body }}
        />
      </div>
      <p class="small quiet measure">
        A resync reads both sides again and writes what differs then, which may be more or less than this plan says.
        What is held back here stays held back until its digest is approved.
      </p>
      {problem.value && <ProblemBox what="Could not start the resync" problem={problem.value} />}
    </section>
  );
}

/** The kinds that the plan was asked for; none: all, or no longer known. */
async function kindsOf(runId: string, signal: AbortSignal): Promise<readonly string[]> {
  const { runs } = await get<{ runs: readonly { runId: string; kinds: readonly string[] }[] }>('v1/runs', {
    query: { limit: 200 },
    signal,
  });
  return runs.find((run) => run.runId === runId)?.kinds ?? [];
}
