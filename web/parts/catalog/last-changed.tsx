import { get } from '../../api/client.ts';
import type { ChangesPage, JournalRow, TimelinePage } from '../../api/documents.ts';
import { useLoad } from '../../api/use-load.ts';
import { Link, pathOf } from '../../router.tsx';
import { Empty } from '../../ui/empty.tsx';
import { useKeys } from '../../ui/keys.ts';
import { Loading } from '../../ui/loading.tsx';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { Time } from '../../ui/time.tsx';
import { titleOf } from '../plan/plan-rows.ts';
import { focusRow } from './row-focus.ts';

const ROWS = 20;

interface Changed {
  readonly runId: string;
  readonly at: string;
  readonly rows: readonly JournalRow[];
}

/** Before a search: the entities of the newest run that changed something. */
export function LastChanged({ scope }: { readonly scope: { readonly current: HTMLElement | null } }) {
  const { value, problem, reload } = useLoad('last changed', lastChanged);
  useKeys({
    j: { what: 'Next row', run: () => focusRow(scope.current, 1) },
    k: { what: 'Row before', run: () => focusRow(scope.current, -1) },
  });
  if (problem) return <ProblemBox what="Could not load what changed last" problem={problem} onRetry={reload} />;
  if (value === undefined) return <Loading what="what changed last" />;
  if (value === null || value.rows.length === 0) {
    return (
      <Empty what="No run has changed anything yet.">
        <p>Type at least two characters of a name above; or start a resync on the page Now.</p>
      </Empty>
    );
  }
  return (
    <section class="stack tight">
      <h2>
        Changed last, by{' '}
        <Link to={pathOf('runs', value.runId)}>
          the run <Time at={value.at} />
        </Link>
      </h2>
      <table class="found">
        <thead>
          <tr>
            <th scope="col">Identifier</th>
            <th scope="col">Title</th>
            <th scope="col">Blueprint</th>
            <th scope="col">What happened</th>
          </tr>
        </thead>
        <tbody>
          {value.rows.map((row) => (
            <Row key={`${row.blueprint} ${row.identifier} ${row.action}`} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ row }: { readonly row: JournalRow }) {
  const { blueprint, identifier, action, outcome } = row;
  const title = titleOf(row);
  return (
    <tr>
      <th scope="row">
        <Link to={pathOf('catalog', blueprint, identifier)} data-row>
          <Name text={identifier} />
        </Link>
      </th>
      <td>{title !== null && <Name text={title} />}</td>
      <td>
        <Name text={blueprint} />
      </td>
      <td class="row">
        <StatusMark name={action} /> <StatusMark name={outcome} />
      </td>
    </tr>
  );
}

/** null: no run has changed anything. */
async function lastChanged(signal: AbortSignal): Promise<Changed | null> {
  const query = { type: 'run', changed: true, limit: 1 };
  const { entries } = await get<TimelinePage>('v1/timeline', { query, signal });
  const [entry] = entries;
  if (entry?.type !== 'run') return null;
  const path = `v1/runs/${encodeURIComponent(entry.runId)}/changes`;
  const { rows } = await get<ChangesPage>(path, { query: { limit: ROWS }, signal });
  return { runId: entry.runId, at: entry.at, rows };
}
