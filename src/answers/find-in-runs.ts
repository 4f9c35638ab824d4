import { titleOf } from '../core/change-rows.ts';
import type { Journal, JournalRow } from '../core/journal.ts';
import type { RunQueue } from '../core/run-queue.ts';
import type { Verdict } from './explain/document.ts';
import { type FoundName, hrefOf } from './found-names.ts';
import { matcherOf } from './name-match.ts';

/** How many runs are looked through for what is not in Port. */
const MAX_RUNS = 10;
const MAX_ROWS_PER_RUN = 100;
/** The last finished resync is among these. */
const MAX_RECORDS = 50;

/** What runs did with entities that Port does not have (any more). The newest row of an entity counts. */
export async function findInJournal(
  journal: Pick<Journal, 'runs' | 'page'>,
  q: string,
  signal: AbortSignal,
): Promise<readonly FoundName[]> {
  const seen = new Map<string, FoundName>();
  const runs = (await journal.runs()).filter(({ mode }) => mode !== 'plan');
  for (const { runId } of runs.slice(0, MAX_RUNS)) {
    signal.throwIfAborted();
    const { rows } = await journal.page(runId, { q }, null, MAX_ROWS_PER_RUN);
    for (const row of rows) {
      const key = JSON.stringify([row.blueprint, row.identifier]);
      if (!seen.has(key)) seen.set(key, foundInJournal(row, runId));
    }
  }
  return [...seen.values()];
}

function foundInJournal(row: JournalRow, runId: string): FoundName {
  const { blueprint, identifier, action, outcome } = row;
  const fate = fateOf(row);
  return {
    ...{ blueprint, identifier, title: titleOf(row), verdict: fate },
    // Port did not find it just now, unless its deletion was held back and its name does not match.
    inPort: outcome === 'held_back',
    detail: `${action} ${outcome} by run ${runId}${reasonOf(row)}`,
    href: hrefOf(blueprint, identifier),
  };
}

function fateOf({ action, outcome, reason }: JournalRow): Verdict | null {
  if (outcome === 'held_back') return 'stale_held_back';
  if (outcome === 'refused' && action === 'create') return 'missing_refused';
  if (outcome === 'done' && action === 'delete')
    return reason === 'filtered' ? 'missing_filtered' : 'missing_no_source';
  return null;
}

function reasonOf({ error, detail }: JournalRow): string {
  if (error) return `: ${error.code}: ${error.message}`;
  return detail === undefined ? '' : `: ${detail}`;
}

/** Items whose identifier another item has. The report of the last resync has a few names of them. */
export async function findCollided(queue: Pick<RunQueue, 'list'>, q: string): Promise<readonly FoundName[]> {
  const records = await queue.list(MAX_RECORDS);
  const last = records.find((record) => record.state === 'finished' && record.report.mode === 'resync');
  if (last?.state !== 'finished') return [];
  const matches = matcherOf(q);
  const collisions = last.report.problems.filter(({ code }) => code === 'identifier_collision');
  return collisions.flatMap(({ message, samples }) =>
    samples.filter(matches).map((identifier) => ({
      ...{ blueprint: null, identifier, title: null, inPort: false, href: null },
      verdict: 'missing_collided' as const,
      detail: message,
    })),
  );
}
