import { send } from '../../api/client.ts';
import type { LiveRun } from '../../api/documents.ts';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { plural } from '../../ui/format.ts';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { Time } from '../../ui/time.tsx';

/** A run that has not finished: how far each kind is. */
export function LiveSteps({ run, what }: { readonly run: LiveRun; readonly what: string }) {
  const { status, progress, requestedAt, startedAt, runId } = run;
  return (
    <section class="stack tight" aria-label="Progress">
      <div class="row">
        <StatusMark name={status} />
        <span>
          {startedAt === null ? (
            <>
              {what} waits for the run before it; asked <Time at={requestedAt} />.
            </>
          ) : (
            <>
              {what} began <Time at={startedAt} />.
            </>
          )}
        </span>
        <Button onClick={() => void send('DELETE', `v1/runs/${encodeURIComponent(runId)}`).catch(() => undefined)}>
          Stop it
        </Button>
        <CopyCommand curl={{ method: 'DELETE', path: `v1/runs/${encodeURIComponent(runId)}` }} />
      </div>
      {progress.length > 0 && (
        <table class="progress">
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col" class="number">
                Pages
              </th>
              <th scope="col" class="number">
                Items read
              </th>
            </tr>
          </thead>
          <tbody>
            {progress.map(({ kind, pages, items }) => (
              <tr key={kind}>
                <td>
                  <Name text={kind} />
                </td>
                <td class="number">{plural(pages, 'page')}</td>
                <td class="number">{plural(items, 'item')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
