import { send } from '../../api/client.ts';
import { Link, navigate, pathOf } from '../../router.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { useSend } from './use-send.ts';

interface Ticket {
  readonly runId: string;
  readonly joined: boolean;
}

/** Resync and plan, now. */
export function RunButtons() {
  const resync = useSend(() => send<Ticket>('POST', 'v1/runs', { mode: 'resync' }));
  const plan = useSend(async () => {
    const { runId } = await send<Ticket>('POST', 'v1/runs', { mode: 'plan' });
    navigate(pathOf('plan', runId));
  });
  const problem = resync.problem ?? plan.problem;
  return (
    <div class="stack tight">
      <div class="row now-buttons">
        <span class="row">
          <Button look="main" aria-disabled={resync.busy} onClick={() => void resync.go()}>
            {resync.busy ? 'Asking…' : 'Resync now'}
          </Button>
          <CopyCommand cli="komodor-port resync" curl={{ method: 'POST', path: 'v1/runs', body: { mode: 'resync' } }} />
        </span>
        <span class="row">
          <Button aria-disabled={plan.busy} onClick={() => void plan.go()}>
            {plan.busy ? 'Asking…' : 'Plan'}
          </Button>
          <CopyCommand cli="komodor-port plan" curl={{ method: 'POST', path: 'v1/runs', body: { mode: 'plan' } }} />
        </span>
        <span class="small quiet" role="status">
          {resync.answer && (
            <>
              {resync.answer.joined ? 'Joined ' : 'Asked for '}
              <Link to={pathOf('runs', resync.answer.runId)}>
                {resync.answer.joined ? 'a run that does it' : 'a resync'}
              </Link>
            </>
          )}
        </span>
      </div>
      {problem && <ProblemBox what="The service did not take it" problem={problem} />}
    </div>
  );
}
