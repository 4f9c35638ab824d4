import { download } from '../../api/client.ts';
import type { RunReport } from '../../api/documents.ts';
import { status as now } from '../../api/events.ts';
import { Link, pathOf } from '../../router.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { countText, durationText } from '../../ui/format.ts';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { Time } from '../../ui/time.tsx';
import { quoted } from '../../ui/visible.ts';
import { PlanProblems } from './plan-problems.tsx';
import { countsOf } from './plan-rows.ts';

/** What the plan says in one sentence, and where it is from. */
export function PlanHead({ report }: { readonly report: RunReport }) {
  const { runId, status, finishedAt, durationMs, changes = [], blueprints, problems, mapping } = report;
  const counts = countsOf(changes);
  const unchanged = blueprints.reduce((sum, each) => sum + each.unchanged, 0);
  const lastRun = now.value?.lastRun;
  const path = `v1/runs/${encodeURIComponent(runId)}`;
  return (
    <header class="stack tight">
      <h1 tabIndex={-1}>
        {changes.length === 0
          ? 'Plan: a resync would change nothing'
          : `Plan: ${countText(counts.delete - counts.held)} to delete, ${countText(counts.update)} to update, ${countText(counts.create)} to create${counts.held > 0 ? `; ${countText(counts.held)} held back` : ''}`}
      </h1>
      <p class="row">
        <StatusMark name={status} />
        <span class="quiet">
          made <Time at={finishedAt} /> in {durationText(durationMs)}; {countText(unchanged)} unchanged
        </span>
        <Button look="plain" onClick={() => void download(`${path}/report.html`, `plan-${runId}.html`)}>
          Report as HTML
        </Button>
        <CopyCommand cli={`komodor-port changes ${quoted(runId)}`} curl={{ path }} />
      </p>
      <PlanProblems problems={problems} />
      {lastRun && lastRun.finishedAt > finishedAt && (
        <p class="note">
          A resync has run since, <Time at={lastRun.finishedAt} />: what it changed is no longer to be changed.{' '}
          <Link to={pathOf('runs', lastRun.runId)}>Look at it</Link>
        </p>
      )}
      {mapping && (
        <p class="note">
          Made with another mapping than the one in use: <Name text={mapping.origin} />.
        </p>
      )}
    </header>
  );
}
