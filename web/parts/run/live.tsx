import type { LiveRun } from '../../api/documents.ts';
import { status } from '../../api/events.ts';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { countText } from '../../ui/format.ts';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { Time } from '../../ui/time.tsx';
import { lanesOfLive, RunLanes } from './run-lanes.tsx';

/** A run without a report yet: how far it is, and what it waits for. */
export function Live({ live }: { readonly live: LiveRun }) {
  const now = status.value?.run;
  const isHere = now?.runId === live.runId;
  const progress = isHere ? now.progress : live.progress;
  const waits = isHere ? now.waits : [];
  const lanes = isHere ? { ...now, finishedAt: null } : lanesOfLive(live);
  return (
    <section class="stack tight" aria-label="In progress">
      <p class="row">
        <StatusMark name={live.status} />
        {live.status === 'queued'
          ? 'It waits for the run before it.'
          : 'This view follows it, and shows its report at the end.'}
        <CopyCommand
          cli={`komodor-port changes ${live.runId}`}
          curl={{ path: `v1/runs/${encodeURIComponent(live.runId)}/events` }}
        />
      </p>
      {waits.map(({ side, until, reason }) => (
        <p key={side} class="note warn">
          Waits for {side} ({reason}), goes on <Time at={until} />.
        </p>
      ))}
      <RunLanes source={lanes} expected={progress.map(({ kind }) => kind)} />
      {progress.length > 0 && (
        <div class="wide" tabIndex={0} role="region" aria-label="Progress">
          <table class="run-table">
            <thead>
              <tr>
                <th scope="col">Kind</th>
                {['Items', 'Pages', 'Written', 'Same'].map((title) => (
                  <th key={title} scope="col" class="number">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {progress.map(({ kind, items, pages, written, unchanged }) => (
                <tr key={kind}>
                  <td>
                    <Name text={kind} />
                  </td>
                  {[items, pages, written, unchanged].map((number, at) => (
                    <td key={at} class="number">
                      {countText(number)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
