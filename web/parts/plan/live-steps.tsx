import { useSignal } from '@preact/signals';
import { send } from '../../api/client.ts';
import type { LiveRun } from '../../api/documents.ts';
import { ApiProblem } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { plural } from '../../ui/format.ts';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { Time } from '../../ui/time.tsx';

/** A run that has not finished: how far each kind is. */
export function LiveSteps({ run, what }: { readonly run: LiveRun; readonly what: string }) {
  const { status, progress, requestedAt, startedAt } = run;
  const path = `v1/runs/${encodeURIComponent(run.runId)}`;
  const problem = useSignal<ApiProblem | undefined>(undefined);
  const stop = async () => {
    problem.value = undefined;
    try {
      await send('DELETE', path);
    } catch (error) {
      problem.value = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
    }
  };
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
        <Button onClick={stop}>Stop it</Button>
        <CopyCommand curl={{ method: 'DELETE', path }} />
      </div>
      {problem.value && <ProblemBox what="Could not stop it" problem={problem.value} />}
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
