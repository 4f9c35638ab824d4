import { useComputed } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { place, setQuery } from '../../router.tsx';
import { Loading } from '../../ui/loading.tsx';
import { isNarrow } from '../../ui/narrow.ts';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { countOf, filterIn, keyOf } from './filter.ts';
import { Filters } from './filters.tsx';
import { NoRows } from './no-rows.tsx';
import { NARROW, WIDE } from './row-cells.tsx';
import { RowPages } from './row-pages.ts';
import { SelectedRow } from './selected-row.tsx';
import { useRowKeys } from './use-row-keys.ts';
import type { RunView } from './use-run.ts';

/** The rows of a run: filters, table and the details of the chosen one. */
export function Rows({ view }: { readonly view: RunView }) {
  const { run, report, live } = view;
  const filterText = useComputed(() => JSON.stringify(filterIn(place.value.query))).value;
  const filter = useMemo(() => filterIn(place.peek().query), [filterText]);
  const isLive = live !== undefined;
  const pages = useMemo(() => new RowPages(run.runId, filter), [run.runId, filterText, isLive]);
  useEffect(() => {
    void pages.more();
    return () => pages.close();
  }, [pages]);
  useEffect(() => {
    if (isLive && pages.state.peek().hasBegun) void pages.refresh();
  }, [isLive, run.rows]);
  const { rows, note, cursor, hasBegun, problem } = pages.state.value;
  const opened = place.value.query.get('row') ?? undefined;
  const open = (key: string | undefined) => setQuery({ row: key });
  useRowKeys(rows, opened, open);
  const total = Math.max(rows.length + (cursor === null ? 0 : 1), countOf(run, filter) ?? 0);
  const known = countOf(run, filter) ?? (cursor === null ? rows.length : undefined);
  const columns = isNarrow.value ? NARROW : WIDE;
  return (
    <section class="stack tight run-rows" aria-label="Changes">
      <Filters
        runId={run.runId}
        filter={filter}
        blueprints={
          report?.blueprints.map(({ blueprint }) => blueprint) ?? [...new Set(rows.map(({ blueprint }) => blueprint))]
        }
        shown={{ count: known ?? rows.length, isAll: known !== undefined }}
        canExport={!isLive}
      />
      {problem && <ProblemBox what="Could not load all rows" problem={problem} onRetry={() => void pages.more()} />}
      {!hasBegun && !problem && <Loading what="the rows" />}
      {hasBegun && rows.length === 0 && <NoRows view={view} filter={filter} note={note} />}
      {rows.length > 0 && (
        <VirtualTable
          label={`Changes of run ${run.runId}`}
          columns={columns}
          rows={rows}
          keyOf={keyOf}
          total={total}
          onNearEnd={() => void pages.more()}
          opened={opened}
          onOpen={(row) => open(keyOf(row))}
          narrowRowHeight={76}
        />
      )}
      {opened !== undefined && (
        <SelectedRow runId={run.runId} rowKey={opened} rows={rows} onClose={() => open(undefined)} />
      )}
    </section>
  );
}
