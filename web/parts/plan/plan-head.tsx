import { download } from '../../api/client.ts';
import type { RunReport } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { countText, durationText, plural } from '../../ui/format.ts';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { Time } from '../../ui/time.tsx';
import { countsOf } from './plan-rows.ts';

/** What the plan says in one sentence, and where it is from. */
export function PlanHead({ report }: { readonly report: RunReport }) {
  const { runId, status, finishedAt, durationMs, changes = [], blueprints, problems, mapping } = report;
  const counts = countsOf(changes);
  const unchanged = blueprints.reduce((sum, each) => sum + each.unchanged, 0);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const path = `v1/runs/${encodeURIComponent(runId)}`;
  return (
    <header class="stack tight">
      <h1 tabIndex={-1}>
        {changes.length === 0
          ? 'Plan: a resync would change nothing'
          : `Plan: ${countText(counts.delete - counts.held)} to delete, ${countText(counts.update)} to update, ${countText(counts.create)} to create`}
      </h1>
      <p class="row">
        <StatusMark name={status} />
        <span class="quiet">
          made <Time at={finishedAt} /> in {durationText(durationMs)}; {countText(unchanged)} unchanged
          {counts.held > 0 && `; ${countText(counts.held)} held back`}
        </span>
        {problems.length > 0 && (
          <Link to={pathOf('runs', runId)}>
            {plural(problems.length, 'problem')}
            {errors > 0 && `, ${plural(errors, 'error')}`}
          </Link>
        )}
        <Button look="plain" onClick={() => void download(`${path}/report.html`, `plan-${runId}.html`)}>
          Report as HTML
        </Button>
        <CopyCommand cli={`komodor-port changes ${runId}`} curl={{ path }} />
      </p>
      {status === 'failed' || status === 'degraded' ? (
        <ul class="note warn stack tight">
          {problems
            .filter(({ severity }) => severity === 'error')
            .slice(0, 5)
            .map(({ code, message }) => (
              <li key={message}>
                <code>{code}</code> <Name text={message} />
              </li>
            ))}
          <li>What could not be read is not in this plan.</li>
        </ul>
      ) : null}
      {mapping && (
        <p class="note">
          Made with another mapping than the one in use: <Name text={mapping.origin} />.
        </p>
      )}
    </header>
  );
}
