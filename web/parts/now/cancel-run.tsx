import { useSignal } from '@preact/signals';
import { send } from '../../api/client.ts';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { useSend } from './use-send.ts';

/** Cancels a run that waits or is in progress, after a second look. */
export function CancelRun({ runId, isRunning }: { readonly runId: string; readonly isRunning: boolean }) {
  const asks = useSignal(false);
  const path = `v1/runs/${encodeURIComponent(runId)}`;
  const cancel = useSend(() => send('DELETE', path));
  const close = () => {
    asks.value = false;
  };
  return (
    <span class="row">
      <Button
        aria-disabled={cancel.busy || cancel.answer !== undefined}
        onClick={() => {
          asks.value = cancel.answer === undefined;
        }}
      >
        {cancel.answer === undefined ? 'Cancel run' : 'Cancelling…'}
      </Button>
      <CopyCommand curl={{ method: 'DELETE', path }} />
      {cancel.problem && <ProblemBox what="It was not cancelled" problem={cancel.problem} />}
      {asks.value && (
        <Dialog title={isRunning ? 'Cancel the run in progress?' : 'Take the waiting run out?'} onClose={close}>
          <p>
            {isRunning
              ? 'It stops soon and is reported as aborted. What it has written stays; it deletes nothing after that.'
              : 'It has not begun, so nothing was written.'}
          </p>
          <div class="row">
            <Button
              look="danger"
              onClick={() => {
                close();
                void cancel.go();
              }}
            >
              Cancel run
            </Button>
            <Button onClick={close}>Leave it</Button>
          </div>
        </Dialog>
      )}
    </span>
  );
}
