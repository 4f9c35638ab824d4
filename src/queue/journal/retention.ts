import type { StoredRecord } from './store.ts';

/** Records that are kept beside the runs that changed something. */
const KEPT_PLANS = 5;
const KEPT_LIVE_HOURS = 24;
/** Without rows a record is some bytes; as many as there are runs in the list of runs. */
const KEPT_WITHOUT_ROWS = 200;

/** The records that are not kept any longer. */
export function expendable(
  records: readonly StoredRecord[],
  limits: { readonly runs: number; readonly bytes: number },
): readonly string[] {
  const kept = { changed: limits.runs, quiet: 1, empty: KEPT_WITHOUT_ROWS, plan: KEPT_PLANS, live: KEPT_LIVE_HOURS };
  const counts = { changed: 0, quiet: 0, empty: 0, plan: 0, live: 0 };
  const newestFirst = [...records].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  let bytes = 0;
  return newestFirst.flatMap((record, at) => {
    const group = groupOf(record);
    counts[group] += 1;
    bytes += record.bytes;
    const isTooOld = counts[group] > kept[group];
    if (isTooOld) bytes -= record.bytes;
    return isTooOld || (bytes > limits.bytes && at > 0) ? [record.runId] : [];
  });
}

/** `quiet`: a run that only held back, or left to live events. */
function groupOf({ mode, rows, lost, counts }: StoredRecord): 'changed' | 'quiet' | 'empty' | 'plan' | 'live' {
  if (mode !== 'resync') return mode;
  if (Object.values(counts).some(({ done = 0, refused = 0 }) => done + refused > 0)) return 'changed';
  return rows + lost > 0 ? 'quiet' : 'empty';
}
