import type { Explanation } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { FromTo } from '../../ui/from-to.tsx';
import { StatusMark } from '../../ui/mark.tsx';
import { Name } from '../../ui/name.tsx';
import { Time } from '../../ui/time.tsx';
import { changedFields } from '../plan/changed-fields.ts';

type Row = Explanation['history'][number];

/** What runs did with it, the newest first. */
export function History({ history }: Pick<Explanation, 'history'>) {
  return (
    <section class="stack tight">
      <h2>History</h2>
      {history.length === 0 ? (
        <p class="quiet">No run that is kept has changed it, tried to, or held it back.</p>
      ) : (
        <table class="history">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Action</th>
              <th scope="col">Outcome</th>
              <th scope="col">What and why</th>
            </tr>
          </thead>
          <tbody>
            {history.map((row) => (
              <HistoryRow key={`${row.runId} ${row.at} ${row.action}`} row={row} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function HistoryRow({ row }: { readonly row: Row }) {
  const { runId, mode, at, action, outcome, error, reason, detail, fields = [] } = row;
  return (
    <tr>
      <th scope="row">
        <Link to={pathOf(mode === 'plan' ? 'plan' : 'runs', runId)}>
          <Time at={at} />
        </Link>{' '}
        <span class="quiet">{mode}</span>
      </th>
      <td>
        <StatusMark name={action} />
      </td>
      <td>
        <StatusMark name={outcome} />
      </td>
      <td>
        {error && (
          <p>
            <code>
              <Name text={error.code} />
            </code>{' '}
            <Name text={error.message} />
          </p>
        )}
        {reason !== undefined && (
          <p>
            {reason}
            {detail !== undefined && (
              <>
                : <Name text={detail} />
              </>
            )}
          </p>
        )}
        <Changes row={row} />
        {fields.length > 0 && (
          <p class="quiet">
            <Name text={fields.join(', ')} />
          </p>
        )}
      </td>
    </tr>
  );
}

/** More fields than this are shown when they are asked for. */
const FEW = 3;

function Changes({ row }: { readonly row: Row }) {
  const changes = changedFields(row);
  const list = changes.map(({ name, change }) => (
    <p key={name}>
      <Name text={name} /> <FromTo change={change} />
    </p>
  ));
  if (changes.length <= FEW) return <>{list}</>;
  return (
    <details>
      <summary>{changes.length} fields</summary>
      {list}
    </details>
  );
}
