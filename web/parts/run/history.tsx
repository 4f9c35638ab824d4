import type { Explanation } from '../../api/documents.ts';
import { Link, pathOf } from '../../router.tsx';
import { StatusMark } from '../../ui/mark.tsx';
import { Time } from '../../ui/time.tsx';
import { keyOf } from './filter.ts';
import { changedFields, fieldName } from './row-words.ts';

interface Props {
  readonly rows: Explanation['history'];
  readonly runId: string;
}

/** What kept runs did with the entity, each leading to its row there. */
export function History({ rows, runId }: Props) {
  const others = rows.filter((row) => row.runId !== runId);
  if (others.length === 0) return null;
  return (
    <section class="stack tight">
      <h3>Before and after</h3>
      <ul class="stack tight">
        {others.map((row) => (
          <li key={`${row.runId} ${keyOf(row)} ${row.at}`} class="row">
            <Link to={`${pathOf('runs', row.runId)}?row=${encodeURIComponent(keyOf(row))}`}>
              <Time at={row.at} />
            </Link>
            <StatusMark name={row.action} />
            <StatusMark name={row.outcome} />
            <span class="quiet small">
              {changedFields(row)
                .slice(0, 3)
                .map(({ path }) => fieldName(path))
                .join(', ')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
