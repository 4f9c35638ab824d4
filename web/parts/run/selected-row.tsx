import { get } from '../../api/client.ts';
import type { ChangesPage, JournalRow } from '../../api/documents.ts';
import { useLoad } from '../../api/use-load.ts';
import { Drawer } from '../../ui/drawer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Name } from '../../ui/name.tsx';
import { ProblemBox } from '../../ui/problem-box.tsx';
import { keyOf, placeOfKey } from './filter.ts';
import { RowDetails } from './row-details.tsx';
import { titleOf } from './row-words.ts';

interface Props {
  readonly runId: string;
  readonly rowKey: string;
  readonly rows: readonly JournalRow[];
  readonly onClose: () => void;
}

/** The details of the row that the address names, also when the table has not loaded it. */
export function SelectedRow({ runId, rowKey, rows, onClose }: Props) {
  const known = rows.find((row) => keyOf(row) === rowKey);
  const loaded = useLoad(`${runId} ${rowKey} ${known === undefined}`, async (signal) =>
    known === undefined ? findRow(runId, rowKey, signal) : undefined,
  );
  const row = known ?? loaded.value;
  const name = row === undefined ? (placeOfKey(rowKey)?.identifier ?? rowKey) : (titleOf(row) ?? row.identifier);
  return (
    <Drawer title={<Name text={name} />} label={`Details of ${name}`} onClose={onClose}>
      {row && <RowDetails key={rowKey} row={row} runId={runId} />}
      {!row && loaded.loading && <Loading what="the row" />}
      {!row && loaded.problem && (
        <ProblemBox what="Could not load the row" problem={loaded.problem} onRetry={loaded.reload} />
      )}
      {!row && !loaded.loading && !loaded.problem && (
        <Empty what="This run has no such row.">
          <p>It may have another outcome, or the rows of this run are not kept any more.</p>
        </Empty>
      )}
    </Drawer>
  );
}

async function findRow(runId: string, rowKey: string, signal: AbortSignal): Promise<JournalRow | undefined> {
  const place = placeOfKey(rowKey);
  if (place === undefined) return undefined;
  const path = `v1/runs/${encodeURIComponent(runId)}/changes`;
  const { rows } = await get<ChangesPage>(path, { query: { ...place.filter, limit: 1_000 }, signal });
  return rows.find((row) => keyOf(row) === rowKey);
}
