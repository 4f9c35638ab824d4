import './timeline.css';
import { place, setQuery } from '../../router.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { Empty } from '../../ui/empty.tsx';
import { plural } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { EntryList } from './entry-list.tsx';
import { filterOf, queryOf } from './filter.ts';
import { Filters } from './filters.tsx';
import { isReading } from './is-reading.ts';
import { Older } from './older.tsx';
import { Plots } from './plots.tsx';
import { useTimeline } from './use-timeline.ts';

/** Everything that happened, in one list, and how runs went over time. */
export function TimelinePart(_: { readonly params: Readonly<Record<string, string>> }) {
  const filter = filterOf(place.value.query);
  const { held, problem, loading, reload, loadOlder, showWaiting } = useTimeline(filter, isReading);
  const show = () => {
    showWaiting();
    document.querySelector('.timeline-list')?.scrollIntoView({ block: 'start' });
  };
  return (
    <div class="stack">
      <div class="row apart">
        <h1 tabIndex={-1}>Timeline</h1>
        <CopyCommand curl={{ path: 'v1/timeline', query: queryOf(filter) }} />
      </div>
      <Plots />
      <Filters filter={filter} />
      <section class="timeline-list stack tight" aria-label="What happened">
        {held !== undefined && held.waiting.length > 0 && (
          <p class="timeline-new" role="status">
            <Button look="main" onClick={show}>
              {plural(held.waiting.length, 'new entry', 'new entries')}, show
            </Button>
          </p>
        )}
        {problem && <ProblemBox what="Could not load the timeline" problem={problem} onRetry={reload} />}
        {loading && held === undefined && <Loading what="the timeline" />}
        {held !== undefined && held.entries.length > 0 && (
          <>
            <EntryList entries={held.entries} newest={held.newest} />
            <Older before={held.before} state={held.older} onMore={() => void loadOlder()} />
          </>
        )}
        {held?.entries.length === 0 && <Nothing isFiltered={Object.values(queryOf(filter)).some(Boolean)} />}
      </section>
    </div>
  );
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty what="Nothing of this kind has happened, as far as is kept.">
        <p>
          <Button onClick={() => setQuery({ type: undefined, status: undefined, changed: undefined })}>
            Show everything
          </Button>
        </p>
      </Empty>
    );
  }
  return (
    <Empty what="Nothing has happened yet.">
      <p>Runs, live events and changes of the mapping will be here. A resync can be started now:</p>
      <CopyCommand cli="komodor-port resync" curl={{ method: 'POST', path: 'v1/runs', body: {} }} />
    </Empty>
  );
}
