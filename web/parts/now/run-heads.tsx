import type { RunReport, Status } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { countText, durationText } from '../../ui/format.ts';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { now, Time } from '../../ui/time.tsx';
import { API_NAMES } from './attention.ts';
import { CancelRun } from './cancel-run.tsx';
import { doneInAll, REASONS } from './lane-view.ts';

export function RunningHead({ run }: { readonly run: NonNullable<Status['run']> }) {
  const { runId, mode, trigger, startedAt, lanes, waits } = run;
  return (
    <div class="row apart run-head">
      <div class="row">
        <h2 id="run">
          <Link to={pathOf('runs', runId)}>{mode === 'plan' ? 'Plan' : 'Resync'} in progress</Link>
        </h2>
        <StatusMark name="running" />
        <span class="number quiet">
          by {trigger}, for {durationText(Math.max(0, now.value - Date.parse(startedAt)))}:{' '}
          {countText(doneInAll(lanes, 'read'))} read, {countText(doneInAll(lanes, 'write'))}{' '}
          {mode === 'plan' ? 'would be written' : 'written'}
        </span>
        {waits.map(({ side, until, reason }) => (
          <span key={side} class="mark tone-warn">
            {API_NAMES[side]} waits ({REASONS[reason] ?? reason}), goes on <Time at={until} />
          </span>
        ))}
      </div>
      <CancelRun key={runId} runId={runId} isRunning />
    </div>
  );
}

interface LastProps {
  readonly lastRun: NonNullable<Status['lastRun']>;
  /** What the notes above say already. */
  readonly needsPerson: Status['needsPerson'];
  /** Undefined while it loads. */
  readonly report: RunReport | undefined;
}

export function LastRunHead({ lastRun, report, needsPerson }: LastProps) {
  const { runId, status, trigger, finishedAt, startedAt } = lastRun;
  const isHeld = needsPerson.some((action) => action.type === 'approve_deletions' && action.runId === runId);
  const problems = lastRun.problems.filter(({ code }) => !(isHeld && code === 'deletion_blocked'));
  const total = (of: 'created' | 'updated' | 'deleted' | 'failed') =>
    countText((report?.blueprints ?? []).reduce((sum, one) => sum + one[of], 0));
  return (
    <>
      <div class="row run-head">
        <h2 id="run">
          <Link to={pathOf('runs', runId)}>Last resync</Link>
        </h2>
        <StatusMark name={status} />
        <span class="number quiet">
          <Time at={finishedAt} /> by {trigger}, took {durationText(Date.parse(finishedAt) - Date.parse(startedAt))}
          {report &&
            `: ${total('created')} created, ${total('updated')} updated, ${total('deleted')} deleted, ${total('failed')} failed`}
        </span>
      </div>
      {problems.length > 0 && (
        <ul class="small problems">
          {problems.slice(0, 3).map(({ code, severity, message, count }) => (
            <li key={`${code} ${message}`} class="row">
              <StatusMark name={severity === 'error' ? 'failed' : 'degraded'} word={code} />
              <span class="number">{countText(count)} ×</span> <Name text={message} />
            </li>
          ))}
          {problems.length > 3 && (
            <li>
              <Link to={pathOf('runs', runId)}>{problems.length - 3} more kinds of problems</Link>
            </li>
          )}
        </ul>
      )}
    </>
  );
}
