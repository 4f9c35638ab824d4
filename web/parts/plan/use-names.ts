import { get } from '../../api/client.ts';
import type { ChangesPage } from '../../api/documents.ts';
import { type Loaded, useLoad } from '../../api/use-load.ts';

/** With more, only numbers are compared. */
const MAX_PAGES = 30;
const PAGE_ROWS = 1_000;

/** The identifiers of a held-back set; undefined: they are not all known. */
async function heldNames(
  runId: string,
  { blueprint, count }: { readonly blueprint: string; readonly count: number },
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const names: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = { action: 'delete', outcome: 'held_back', blueprint, limit: PAGE_ROWS, cursor };
    const answer = await get<ChangesPage>(`v1/runs/${encodeURIComponent(runId)}/changes`, { query, signal });
    names.push(...answer.rows.map(({ identifier }) => identifier));
    if (answer.cursor === null) return names.length === count ? names : undefined;
    cursor = answer.cursor;
  }
  return undefined;
}

/** A held-back set of a run. */
export interface SetName {
  readonly runId: string;
  readonly blueprint: string;
  readonly digest: string;
  readonly count: number;
}

export interface BothNames {
  readonly before: readonly string[] | undefined;
  readonly now: readonly string[] | undefined;
}

/** The identifiers of two sets, to compare them. */
export function useBothNames(before: SetName, now: SetName): Loaded<BothNames> {
  return useLoad(`${before.runId} ${before.digest} ${now.runId} ${now.digest}`, async (signal) => ({
    before: await heldNames(before.runId, before, signal),
    now: await heldNames(now.runId, now, signal),
  }));
}
