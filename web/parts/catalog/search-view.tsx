import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Found } from '../../api/documents.ts';
import { useLoad } from '../../api/use-load.ts';
import { navigate, place, setQuery } from '../../router.tsx';
import { CopyCommand } from '../../ui/copy-command.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { addressOf, foundText } from './found-rows.ts';
import { FoundTable } from './found-table.tsx';
import { LastChanged } from './last-changed.tsx';
import { NothingFound } from './nothing-found.tsx';
import { patientGet } from './patient-get.ts';
import { focusRow } from './row-focus.ts';
import { SearchBox } from './search-box.tsx';
import { Unknown } from './unknown.tsx';

/** The service asks for two characters at least. */
const SHORTEST = 2;
const LONGEST = 200;
/** People type faster than this. */
const TYPING_MS = 250;

/** The search: what is in Port and what is not. */
export function SearchView() {
  const q = (place.value.query.get('q') ?? '').trim().slice(0, LONGEST);
  const asks = q.length >= SHORTEST;
  const waiting = useSignal<number | undefined>(undefined);
  const list = useRef<HTMLDivElement>(null);
  const first = useRef(true);
  const { value, problem, loading, reload } = useLoad<Found | null>(
    `find ${q}`,
    async (signal) => {
      const afterMs = first.current ? 0 : TYPING_MS;
      first.current = false;
      waiting.value = undefined;
      if (!asks) return null;
      const onWait = (seconds: number) => {
        waiting.value = seconds;
      };
      return patientGet<Found>('v1/entities', { query: { q }, signal, afterMs, onWait });
    },
    { keep: true },
  );
  useEffect(() => {
    if (!loading) waiting.value = undefined;
  }, [loading]);

  const openFirst = () => {
    const row = value?.q === q ? value.entities.find(({ blueprint }) => blueprint !== null) : undefined;
    const to = row && addressOf(row);
    if (to !== undefined) navigate(to);
  };
  return (
    <div class="stack catalog" ref={list}>
      <h1 tabIndex={-1}>Catalog</h1>
      <SearchBox
        q={place.value.query.get('q') ?? ''}
        onInput={(text) => setQuery({ q: text })}
        onOpen={openFirst}
        onDown={() => focusRow(list.current, 1)}
      />
      <div class="row apart">
        <p class="quiet" role="status">
          {stateText({ asks, q, loading, waiting: waiting.value, value })}
        </p>
        {asks && <CopyCommand curl={{ path: 'v1/entities', query: { q } }} />}
      </div>
      {problem && asks && <ProblemBox what="Could not search" problem={problem} onRetry={reload} />}
      {value && asks && (
        <>
          <Unknown sentences={value.unknown} />
          {value.entities.length > 0 && <FoundTable found={value} scope={list} />}
          {value.entities.length === 0 && !loading && <NothingFound q={q} />}
        </>
      )}
      {!asks && <LastChanged scope={list} />}
    </div>
  );
}

interface State {
  readonly asks: boolean;
  readonly q: string;
  readonly loading: boolean;
  readonly waiting: number | undefined;
  readonly value: Found | null | undefined;
}

function stateText({ asks, q, loading, waiting, value }: State): string {
  if (!asks)
    return q === '' ? 'Identifiers and titles, in any case; also what is not in Port, and why.' : 'One more character.';
  if (waiting !== undefined) return `Many are asking; the search goes on in ${waiting} s…`;
  if (loading) return 'Searching…';
  return value ? `${foundText(value)}.` : '';
}
