import { Link } from '../../router.tsx';
import { Empty } from '../../ui/empty.tsx';
import { isFiltered, type RowFilter } from './filter.ts';
import { nextStepOf } from './notes.ts';
import type { RunView } from './use-run.ts';

interface Props {
  readonly view: RunView;
  readonly filter: RowFilter;
  readonly note: RunView['note'];
}

/** Why there are no rows, and what to do. */
export function NoRows({ view: { run }, filter, note }: Props) {
  if (isFiltered(filter) && run.rows > 0) {
    return (
      <Empty what={note?.message ?? `None of the ${run.rows} rows of this run fits.`}>
        <p>
          Take a filter away, or look for the entity in{' '}
          <Link to={`/catalog?q=${encodeURIComponent(filter.q ?? '')}`}>the catalog</Link>: it also knows what is
          missing in Port, and why.
        </p>
      </Empty>
    );
  }
  return (
    <Empty
      what={note?.code === 'in_progress' ? 'It has changed nothing yet.' : (note?.message ?? 'There are no rows.')}
    >
      <p>{nextStepOf(note?.code)}</p>
      <p>
        <Link to="/timeline">All runs</Link> · <Link to="/">Now</Link>
      </p>
    </Empty>
  );
}
