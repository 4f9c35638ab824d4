import { isApprovable } from '../../core/deletion.ts';
import { howToApprove, notDeleted } from '../../core/deletions.ts';
import type { JournalRow } from '../../core/journal.ts';
import type { DeletionBlocked, RunReport } from '../../core/report.ts';
import type { ServiceRun } from '../service-runs.ts';
import type { HeldDocument, HeldFacts, HeldSet } from './document.ts';
import type { AskIncoming } from './incoming.ts';

/** How many rows of each set come with the answer. */
const FIRST_ROWS = 100;

/** @param askIncoming null: it is not to be asked what leads to the entities */
export async function describeHeld(
  found: ServiceRun,
  blueprint: string | undefined,
  askIncoming: AskIncoming | null,
  signal: AbortSignal,
): Promise<HeldDocument> {
  const { report, run, note } = found;
  const all = (report?.blueprints ?? []).flatMap((each): HeldFacts[] =>
    each.deletionBlocked ? [{ blueprint: each.blueprint, blocked: each.deletionBlocked }] : [],
  );
  const held: HeldSet[] = [];
  for (const facts of all.filter((each) => blueprint === undefined || each.blueprint === blueprint)) {
    signal.throwIfAborted();
    held.push(await describeSet(found, facts, askIncoming, signal));
  }
  return { runId: run.runId, held, note };
}

async function describeSet(
  found: ServiceRun,
  { blueprint, blocked }: HeldFacts,
  askIncoming: AskIncoming | null,
  signal: AbortSignal,
): Promise<HeldSet> {
  const { reason, digest, count, sample, total = null, threshold = null } = blocked;
  const filter = { action: 'delete', outcome: 'held_back', blueprint } as const;
  const kept = (await found.page(filter, null, FIRST_ROWS)).rows;
  const rows = kept.length > 0 ? kept : rowsOfSample(found, blueprint, blocked);
  const asked = askIncoming
    ? await askIncoming(blueprint, kept.length > 0 ? await identifiersOf(found, filter, signal) : sample)
    : { incoming: null, incomingProblem: null };
  const byName =
    kept.length > 0 || count <= sample.length ? null : `Only ${sample.length} of ${count} are known by name`;
  return {
    ...{ blueprint, reason, detail: detailOf(found.report, blueprint, blocked), digest, count, total },
    share: total === null || total === 0 ? null : count / total,
    threshold,
    approvable: isApprovable(reason),
    witnesses: reason === 'contradicted' ? sample : [],
    rows,
    incoming: asked.incoming,
    incomingProblem: askIncoming ? [asked.incomingProblem, byName].filter(Boolean).join('; ') || null : null,
  };
}

/** Where no rows are kept, the report still has a few names. */
function rowsOfSample({ run }: ServiceRun, blueprint: string, { sample }: DeletionBlocked): readonly JournalRow[] {
  const at = run.finishedAt ?? run.startedAt;
  return sample.map((identifier) => ({
    ...{ action: 'delete', outcome: 'held_back', blueprint, identifier, title: null, at },
  }));
}

async function identifiersOf(
  found: ServiceRun,
  filter: Parameters<ServiceRun['rows']>[0],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const identifiers: string[] = [];
  for await (const rows of found.rows(filter, signal)) for (const { identifier } of rows) identifiers.push(identifier);
  return identifiers;
}

/** The sentence that the problem beside the report's numbers has. */
function detailOf(report: Omit<RunReport, 'changes'> | null, blueprint: string, blocked: DeletionBlocked): string {
  const { problems = [] } = report ?? {};
  const beginning = notDeleted(blueprint, blocked);
  const own = problems.find(({ code, message }) => code === 'deletion_blocked' && message.startsWith(beginning));
  if (own) {
    const rest = own.message.slice(beginning.length);
    const end = howToApprove(blocked);
    return rest.endsWith(end) ? rest.slice(0, -end.length) : rest;
  }
  if (blocked.reason === 'aborted') return 'the run was stopped before the deletions were decided';
  const why = problems.find(({ severity }) => severity === 'error');
  return `the run broke off before the deletions were decided${why ? `: ${why.message}` : ''}`;
}
