import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { ChangesPage, HeldSet, JournalRow } from '../../api/documents.ts';
import { ApiProblem } from '../../api/problem.ts';
import { navigate, pathOf, place, setQuery } from '../../router.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Field } from '../../ui/field.tsx';
import { plural } from '../../ui/format.ts';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { type Column, VirtualTable } from '../../ui/virtual-table.tsx';
import { ownCause } from './held-words.ts';
import { titleOf } from './plan-rows.ts';

const COLUMNS: readonly Column<JournalRow>[] = [
  { title: 'Title', width: 'minmax(120px, 2fr)', cell: (row) => <Name text={titleOf(row) ?? row.identifier} /> },
  { title: 'Identifier', width: 'minmax(0, 4fr)', cell: ({ identifier }) => <Name text={identifier} /> },
  {
    title: 'Why it is to go',
    width: 'minmax(0, 3fr)',
    onlyWide: true,
    cell: ({ reason = 'not known', detail }) => (
      <>
        {reason}{' '}
        <span class="quiet">
          <Name text={ownCause(detail)} />
        </span>
      </>
    ),
  },
];
const PAGE_ROWS = 500;

/** All entities of the set, page by page; Enter explains one. */
export function HeldRows({ runId, set }: { readonly runId: string; readonly set: HeldSet }) {
  const q = place.value.query.get('q') ?? '';
  const rows = useSignal<readonly JournalRow[]>(set.rows);
  /** undefined: the first page of this search has not been asked for; null: there are no more. */
  const cursor = useSignal<string | null | undefined>(undefined);
  const problem = useSignal<ApiProblem | undefined>(undefined);
  const asking = useSignal<AbortController | undefined>(undefined);
  const isKept = set.rows.length === set.count || set.rows.length >= 100;

  const load = async (from: string | undefined) => {
    asking.value?.abort();
    const stop = new AbortController();
    asking.value = stop;
    problem.value = undefined;
    try {
      const page = await get<ChangesPage>(`v1/runs/${encodeURIComponent(runId)}/changes`, {
        query: { action: 'delete', outcome: 'held_back', blueprint: set.blueprint, q, limit: PAGE_ROWS, cursor: from },
        signal: stop.signal,
      });
      rows.value = from === undefined ? page.rows : [...rows.value, ...page.rows];
      cursor.value = page.cursor;
    } catch (error) {
      if (stop.signal.aborted) return;
      problem.value = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
    } finally {
      if (asking.value === stop) asking.value = undefined;
    }
  };
  useEffect(() => {
    if (isKept && (q !== '' || set.rows.length < set.count)) void load(undefined);
    else rows.value = set.rows;
    return () => asking.value?.abort();
  }, [q, set.digest]);

  const hasMore = typeof cursor.value === 'string';
  return (
    <section class="stack tight" aria-labelledby="held-rows">
      <div class="row apart">
        <h2 id="held-rows">{plural(set.count, 'entity', 'entities')}</h2>
        {isKept && (
          <Field name="Identifier or title">
            <input
              class="input"
              type="search"
              value={q}
              onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
            />
          </Field>
        )}
      </div>
      {problem.value && (
        <ProblemBox what="Could not load the rows" problem={problem.value} onRetry={() => void load(undefined)} />
      )}
      {rows.value.length === 0 && asking.value === undefined ? (
        <Empty what={q === '' ? 'No names of this set are kept.' : 'No entity of the set has this in its name.'} />
      ) : (
        <VirtualTable
          label="Entities that would be deleted"
          columns={COLUMNS}
          rows={rows.value}
          total={q === '' && isKept ? set.count : rows.value.length + (hasMore ? 1 : 0)}
          keyOf={({ identifier }) => identifier}
          onNearEnd={() => {
            if (asking.peek() === undefined && typeof cursor.peek() === 'string') void load(cursor.peek() ?? undefined);
          }}
          onOpen={({ blueprint, identifier }) => navigate(pathOf('catalog', blueprint, identifier))}
        />
      )}
    </section>
  );
}
