import { useSignal } from '@preact/signals';
import { send } from '../../api/client.ts';
import type { RunReport } from '../../api/documents.ts';
import { ApiProblem } from '../../api/problem.ts';
import { Link, pathOf } from '../../router.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { plural } from '../../ui/format.ts';
import { effectOf } from './plan-effect.ts';
import { refusalOf } from './refusal.ts';

interface Props {
  readonly mapping: string;
  readonly report: RunReport;
  readonly onClose: () => void;
  readonly onWritten: (digest: string) => void;
}

/** Asks once more, with what the plan would do, and writes the mapping to Port. */
export function WriteDialog({ mapping, report, onClose, onWritten }: Props) {
  const problem = useSignal<ApiProblem | undefined>(undefined);
  const isBusy = useSignal(false);
  const { create, update, delete: gone, heldBack } = effectOf(report);
  const refusal = problem.value && refusalOf(problem.value);
  const body = { mapping, plan: report.runId };

  async function write() {
    isBusy.value = true;
    problem.value = undefined;
    try {
      const { digest } = await send<{ digest: string }>('PUT', 'v1/mapping', body);
      onWritten(digest);
    } catch (error) {
      problem.value = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
    } finally {
      isBusy.value = false;
    }
  }

  return (
    <Dialog title="Write this mapping to Port" onClose={onClose}>
      <p>
        The resync after it would create {plural(create, 'entity', 'entities')}, update {update} and delete {gone}
        {heldBack > 0 && `, and hold back ${plural(heldBack, 'deletion')} until somebody approves`}.{' '}
        <Link to={pathOf('plan', report.runId)}>Look at the plan</Link>
      </p>
      <p class="quiet">Port keeps the mapping without its comments, and asks for a resync.</p>
      {refusal !== undefined && problem.value !== undefined && (
        <div class="note bad" role="alert">
          <p>
            <strong>{refusal.what}.</strong> {refusal.next}
          </p>
          <p class="small">
            The service says: {problem.value.message} <code>{problem.value.code}</code>
          </p>
        </div>
      )}
      <div class="row">
        <Button look="main" disabled={isBusy.value || refusal?.replan === true} onClick={() => void write()}>
          {isBusy.value ? 'Writing…' : 'Write to Port'}
        </Button>
        <Button onClick={onClose}>Not now</Button>
        <CopyCommand curl={{ method: 'PUT', path: 'v1/mapping', body }} />
      </div>
    </Dialog>
  );
}
