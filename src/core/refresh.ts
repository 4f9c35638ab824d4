import { AppError, isAbort, messageOf } from './errors.ts';
import { removeGoneSubject } from './live-deletion.ts';
import { type LiveMapping, type LiveRules, markDone, type RefreshReport, refreshReport } from './live-run.ts';
import { openRun } from './open-run.ts';
import type { Ports, PropertyValues } from './ports.ts';
import { ProblemBook } from './problem-book.ts';
import { type ReadState, readKinds } from './read-kinds.ts';
import type { Recording } from './recorder.ts';
import { taintsFromTheBeginning } from './resync.ts';
import { type Extraction, extractionsWriting } from './run.ts';
import type { KindBook, Listing, Narrowed, Subject, Walk } from './source.ts';

/**
 * Refreshes the entities of a subject: reads it again, in every kind that has something of it, and maps, compares and writes
 * like a resync. Entities of ours that complete reads do not give any more are deleted.
 * @throws AppError when the source or the catalog cannot be used. The caller decides whether to try again.
 */
export async function refreshSubject(
  ports: Ports,
  { mapping, extractions, disabled }: LiveMapping,
  subject: Subject,
  { marks, guard }: LiveRules,
  signal: AbortSignal,
  recording?: Recording | undefined,
): Promise<RefreshReport> {
  const problems = new ProblemBook();
  const standingTaints = (blueprint: string) => taintsFromTheBeginning(blueprint, { extractions, disabled }, {});
  const inputs = { ports, mapping, extractions, observer: {}, problems, signal, recording, standingTaints };
  const run = openRun(inputs, (blueprint) => whereOf(extractions, blueprint, subject));
  const blueprints = extractions.flatMap(({ program }) => program.blueprints.filter((name) => name !== null));
  await Promise.all(blueprints.map((blueprint) => run.state(blueprint)));

  const soFar: ReadState = { readers: [], intake: undefined, writer: undefined };
  await readKinds(run, narrowed(extractions, subject), soFar).finally(() => soFar.writer?.settled());
  const unread = soFar.readers.find((reader) => !reader.report().complete);
  const heldBack = await removeGoneSubject(run, subject, guard);
  await markDone(run, marks);
  if (unread)
    throw new AppError('read_incomplete', problems.list()[0]?.message ?? `${unread.kind} could not be read again`);
  return refreshReport(run, problems, heldBack);
}

/** The extractions that have something of a subject, narrowed to it. */
function narrowed(extractions: readonly Extraction[], subject: Subject): readonly Extraction[] {
  return extractions.flatMap((extraction) => {
    const narrow = extraction.kind.narrow(subject);
    if (!narrow) return [];
    const { listing } = extraction;
    return [{ ...extraction, listing: { ...listing, read: (signal) => readNarrowed(listing, narrow, signal) } }];
  });
}

async function* readNarrowed(listing: Listing, { scope, holds }: Narrowed, signal: AbortSignal): Walk {
  const pages = listing.confirm(scope, signal);
  if (pages === 'excluded') return { complete: true };
  for (;;) {
    const next = await pages.next();
    if (next.done) return next.value;
    yield { ...next.value, items: next.value.items.filter(holds) };
  }
}

/** Property values that identify the subject's entities of a blueprint; undefined when the mapping keeps too few parts. */
function whereOf(extractions: readonly Extraction[], blueprint: string, subject: Subject): PropertyValues | undefined {
  for (const { kind, locators } of extractionsWriting(extractions, blueprint)) {
    const locator = locators.get(blueprint) ?? {};
    for (const parts of kind.narrow(subject)?.identifiedBy ?? []) {
      const values = Object.entries(parts).map(([part, value]) => ({ property: locator[part], value }));
      if (values.every(({ property }) => property !== undefined)) {
        return Object.fromEntries(values.map(({ property, value }) => [property ?? '', value]));
      }
    }
  }
  return undefined;
}

/** The subjects that an incomplete subject may mean. A complete one means itself. */
export async function locateSubjects(
  kinds: KindBook,
  subject: Subject,
  signal: AbortSignal,
): Promise<readonly Subject[]> {
  const found = await Promise.all(kinds.all.map(async (kind) => (await kind.locate?.(subject, signal)) ?? []));
  return found.some((subjects) => subjects.length > 0) ? found.flat() : [subject];
}

/** Whether a failed refresh should be tried again. */
export function isWorthRetrying(error: unknown, signal: AbortSignal): boolean {
  if (isAbort(error, signal)) return false;
  return !(error instanceof AppError) || !['komodor_auth', 'port_auth', 'settings_invalid'].includes(error.code);
}

/** For logs. */
export function describeFailure(error: unknown): string {
  return error instanceof AppError ? `${error.code}: ${error.message}` : messageOf(error);
}
