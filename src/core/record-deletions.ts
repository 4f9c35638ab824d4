import type { BlueprintState } from './blueprint-state.ts';
import type { Cause } from './deletion.ts';
import type { NewRow } from './journal.ts';
import { IDENTIFIERS_PER_QUESTION } from './old-values.ts';
import type { RemovalOutcome } from './ports.ts';
import { errorOf, type Recorder } from './recorder.ts';
import type { Run } from './run.ts';

/** Why an entity is stale; undefined when nobody knows. */
type CauseOf = (identifier: string) => Cause | undefined;
/** What became of one entity that was to be deleted. */
type Fate = Pick<NewRow, 'outcome' | 'error'> & { readonly identifier: string };
type Titles = ReadonlyMap<string, string>;

/** Deletes entities, and adds a row for each to the journal. @throws what deleting throws */
export async function removeRecorded(
  { recorder, ports, signal }: Pick<Run, 'recorder' | 'ports' | 'signal'>,
  state: BlueprintState,
  identifiers: readonly string[],
  causeOf: CauseOf,
): Promise<RemovalOutcome> {
  const remove = () => ports.catalog.remove(state.shape.identifier, identifiers, signal);
  if (!recorder) return remove();
  const titles: Titles = (await recorder.oldValues?.titlesOf(state, identifiers)) ?? new Map();
  const add = (fates: readonly Fate[]) => appendDeletions(recorder, state, fates, titles, causeOf);
  try {
    const outcome = await remove();
    await add(fatesOf(outcome));
    return outcome;
  } catch (error) {
    const { code, message } = recorder.lostAnswer(error);
    await add(identifiers.map((identifier) => ({ identifier, outcome: 'refused', error: { code, message } })));
    throw error;
  }
}

/** Adds a row for each entity that is stale but stays. */
export async function recordHeldBack(
  { recorder, signal }: Pick<Run, 'recorder' | 'signal'>,
  state: BlueprintState,
  identifiers: readonly string[],
  causeOf: CauseOf,
): Promise<void> {
  if (!recorder) return;
  for (let start = 0; start < identifiers.length; start += IDENTIFIERS_PER_QUESTION) {
    const some = identifiers.slice(start, start + IDENTIFIERS_PER_QUESTION);
    const titles = signal.aborted ? undefined : await recorder.oldValues?.titlesOf(state, some);
    const fates = some.map((identifier) => ({ identifier, outcome: 'held_back' as const }));
    await appendDeletions(recorder, state, fates, titles ?? new Map(), causeOf);
  }
}

function fatesOf({ deleted, refused, superseded = [] }: RemovalOutcome): readonly Fate[] {
  return [
    ...deleted.map((identifier) => ({ identifier, outcome: 'done' as const })),
    ...superseded.map((identifier) => ({ identifier, outcome: 'superseded' as const })),
    ...refused.map((refusal) => ({
      identifier: refusal.identifier,
      outcome: 'refused' as const,
      error: errorOf(refusal),
    })),
  ];
}

async function appendDeletions(
  recorder: Recorder,
  { shape }: BlueprintState,
  fates: readonly Fate[],
  titles: Titles,
  causeOf: CauseOf,
): Promise<void> {
  for (let start = 0; start < fates.length; start += IDENTIFIERS_PER_QUESTION) {
    const rows = fates.slice(start, start + IDENTIFIERS_PER_QUESTION).map(
      (fate): NewRow => ({
        action: 'delete',
        blueprint: shape.identifier,
        title: titles.get(fate.identifier) ?? null,
        ...causeOf(fate.identifier),
        ...fate,
        at: recorder.time(),
      }),
    );
    await recorder.append(rows);
  }
}
