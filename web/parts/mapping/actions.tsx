import { useSignal } from '@preact/signals';
import { saveFile, send } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import { setQuery } from '../../router.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import type { PlanState } from './follow-plan.ts';
import { PlanLine } from './plan-line.tsx';
import { refusalOf } from './refusal.ts';
import { change, draft, inUse, isEdited, takeInUse } from './store.ts';
import { WriteDialog } from './write-dialog.tsx';
import { whyNotWritten } from './write-gate.ts';

interface Props {
  readonly plan: PlanState;
  readonly showsDifference: boolean;
  readonly onWritten: (digest: string) => void;
}

/** What can be done with the text: look at its effect first, then write it. */
export function Actions({ plan, showsDifference, onWritten }: Props) {
  const isAsking = useSignal(false);
  const problem = useSignal<ApiProblem | undefined>(undefined);
  const isWriting = useSignal(false);
  const { mapping, plan: planned } = draft.value;
  const report = plan.state === 'finished' ? plan.report : undefined;
  const source = inUse.value?.source ?? 'port';
  const why = whyNotWritten({ draft: draft.value, source, isEdited: isEdited.value, report });
  const order = { mode: 'plan', mapping };

  async function ask() {
    isAsking.value = true;
    problem.value = undefined;
    try {
      const { runId } = await send<{ runId: string }>('POST', 'v1/runs', order);
      change({ plan: { runId, mapping } });
    } catch (error) {
      problem.value = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
    } finally {
      isAsking.value = false;
    }
  }

  return (
    <div class="stack tight">
      <div class="row">
        <Button look={why === undefined ? 'usual' : 'main'} disabled={isAsking.value} onClick={() => void ask()}>
          {isAsking.value ? 'Asking…' : 'Plan this mapping'}
        </Button>
        <CopyCommand
          cli="komodor-port plan --mapping mapping.yaml"
          curl={{ method: 'POST', path: 'v1/runs', body: order }}
        />
        <Button
          look={why === undefined ? 'main' : 'usual'}
          disabled={why !== undefined}
          aria-describedby="why-not-written"
          onClick={() => {
            isWriting.value = true;
          }}
        >
          Write to Port…
        </Button>
        <span class="small quiet" id="why-not-written">
          {why}
        </span>
        <span class="row right">
          <Button
            aria-pressed={showsDifference}
            disabled={!isEdited.value && !showsDifference}
            onClick={() => setQuery({ difference: showsDifference ? undefined : '1' })}
          >
            {showsDifference ? 'Hide the difference' : 'Difference to the mapping in use'}
          </Button>
          <Button disabled={!isEdited.value} onClick={takeInUse}>
            Back to the mapping in use
          </Button>
          <Button onClick={() => saveFile(new Blob([mapping], { type: 'application/yaml' }), 'mapping.yaml')}>
            Download
          </Button>
        </span>
      </div>
      {problem.value !== undefined && (
        <ProblemBox
          what={refusalOf(problem.value).what}
          problem={problem.value}
          detail={[refusalOf(problem.value).next, ...problem.value.errors.map(({ message }) => message)].join(' ')}
        />
      )}
      <PlanLine plan={plan} runId={planned?.runId} isOld={planned?.mapping !== mapping} />
      {isWriting.value && report !== undefined && (
        <WriteDialog
          {...{ mapping, report }}
          onClose={() => {
            isWriting.value = false;
          }}
          onWritten={(digest) => {
            isWriting.value = false;
            onWritten(digest);
          }}
        />
      )}
    </div>
  );
}
