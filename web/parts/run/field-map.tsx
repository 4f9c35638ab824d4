import './field-map.css';
import { useSignal } from '@preact/signals';
import { get } from '../../api/client.ts';
import type { FieldsDocument } from '../../api/documents.ts';
import { useLoad } from '../../api/use-load.ts';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Empty } from '../../ui/empty.tsx';
import { plural } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { worseFirst } from './field-cells.ts';
import { FieldTable } from './field-table.tsx';

const SHOWN = 25;

/** Which expressions of the mapping gave null or failed, run by run. @param runId the run whose column is marked */
export function FieldMap({ runId }: { readonly runId?: string }) {
  const { value, problem, loading, reload } = useLoad(`fields ${runId ?? ''}`, (signal) =>
    get<FieldsDocument>('v1/fields', { query: { runs: 20 }, signal }),
  );
  return (
    <section class="stack tight field-map" aria-label="Fields without a value">
      <div class="row apart">
        <h2>Fields without a value</h2>
        <CopyCommand curl={{ path: 'v1/fields', query: { runs: 20 } }} />
      </div>
      {loading && value === undefined && <Loading what="what the expressions gave" />}
      {problem && <ProblemBox what="Could not load what the expressions gave" problem={problem} onRetry={reload} />}
      {value && <Shown document={value} runId={runId} />}
    </section>
  );
}

function Shown({ document, runId }: { readonly document: FieldsDocument; readonly runId: string | undefined }) {
  const all = useSignal(false);
  const { runs, fields } = document;
  if (runs.length === 0) {
    return (
      <Empty what="No resync has been counted yet.">
        <p>The next one is: it counts for each expression of the mapping how often it gives a value, null, or fails.</p>
      </Empty>
    );
  }
  const rows = worseFirst(fields);
  const well = fields.length - rows.length;
  const others = `${plural(well, 'expression')} gave a value for every item in each of these runs.`;
  if (rows.length === 0) return <p class="quiet">{well === 0 ? 'No expression was counted.' : `All ${others}`}</p>;
  return (
    <>
      <p class="quiet small">
        Newest run first; what got worse is on top. {well > 0 && others} Point at a cell for its numbers.
      </p>
      <FieldTable runs={runs} rows={all.value ? rows : rows.slice(0, SHOWN)} runId={runId} />
      {rows.length > SHOWN && !all.value && (
        <p>
          <Button onClick={() => (all.value = true)}>Show all {rows.length} expressions</Button>
        </p>
      )}
    </>
  );
}
