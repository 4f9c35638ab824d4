import { useSignal } from '@preact/signals';
import { Link, pathOf } from '../../router.tsx';
import { StatusMark } from '../../ui/mark.tsx';
import { bothTimes } from '../../ui/time.tsx';
import type { RunEntry } from './filter.ts';
import { Plot } from './plot.tsx';
import { MEASURES } from './series.ts';
import { useResyncs } from './use-resyncs.ts';

/** How resyncs went over time: pictures, and the same as a table. */
export function Plots() {
  const { runs, loading } = useResyncs();
  const pointed = useSignal<RunEntry | undefined>(undefined);
  if (runs.length < 2) {
    return loading ? null : (
      <p class="quiet small">How long resyncs take and what they change is drawn here from the second one on.</p>
    );
  }
  return (
    <section class="stack tight" aria-label="Resyncs over time">
      <div class="plots">
        {MEASURES.map((measure) => (
          <Plot key={measure.name} measure={measure} runs={runs} pointed={pointed} />
        ))}
      </div>
      <details>
        <summary class="small quiet">These {runs.length} resyncs as a table</summary>
        <RunsTable runs={runs} />
      </details>
    </section>
  );
}

function RunsTable({ runs }: { readonly runs: readonly RunEntry[] }) {
  return (
    <section class="wide runs-table" tabIndex={0} aria-label="Resyncs as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">Resync</th>
            <th scope="col">Ended as</th>
            {MEASURES.map(({ name }) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.toReversed().map((run) => (
            <tr key={run.id}>
              <th scope="row">
                <Link to={pathOf('runs', run.runId)}>{bothTimes(run.at)}</Link>
              </th>
              <td>
                <StatusMark name={run.status} />
              </td>
              {MEASURES.map(({ name, of, text }) => {
                const value = of(run);
                return (
                  <td key={name} class="number">
                    {value === null ? 'not known' : text(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
