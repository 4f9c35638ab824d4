import { Intake } from './intake.ts';
import { KindReader } from './kind-reader.ts';
import { type Extraction, extractionsWriting, type Run } from './run.ts';
import { finishRelations } from './second-pass.ts';
import type { SourceKind } from './source.ts';
import { RelationTargets } from './targets.ts';
import { targetsFirst } from './targets-first.ts';
import { Writer } from './writer.ts';

/** What has been read so far; filled while reading, so that it is known however the reading ends. */
export interface ReadState {
  readers: readonly KindReader[];
  intake: Intake | undefined;
}

/**
 * Reads kinds one after the other, and writes what differs from Port. A resync does this with everything, a live event
 * with what belongs to its subject.
 * @param finished called for each kind that was read
 * @throws what ends the whole run
 */
export async function readKinds(
  run: Run,
  wanted: readonly Extraction[],
  state: ReadState,
  finished: (reader: KindReader) => void = () => undefined,
): Promise<void> {
  const targets = new RelationTargets(run);
  const writer = new Writer(run.ports.catalog, run.mapping.flags, run.signal);
  const intake = new Intake(run, writer, targets);
  state.intake = intake;
  for (const kind of kindsInOrder(run, wanted)) {
    const reader = new KindReader(run, intake, kind);
    state.readers = [...state.readers, reader];
    // Relation targets of the next kind have to be there before it starts.
    await reader.read(
      wanted.filter((extraction) => extraction.kind === kind),
      () => writer.flush(),
    );
    finished(reader);
  }
  await finishRelations(run, intake, targets, writer);
}

/** Kinds whose entities are pointed at come first, and a kind comes after those that it is read after. */
function kindsInOrder(run: Run, wanted: readonly Extraction[]): readonly SourceKind[] {
  const byTarget = targetsFirst(run.states(), ({ shape }) => shape).flatMap(({ shape }) =>
    extractionsWriting(wanted, shape.identifier).map(({ kind }) => kind),
  );
  const waiting = new Set([...byTarget, ...wanted.map(({ kind }) => kind)]);
  const ordered: SourceKind[] = [];
  while (waiting.size > 0) {
    const names = [...waiting].map(({ name }) => name);
    // Kinds that wait for each other are read as they come.
    const next = [...waiting].find(({ after }) => !after.some((name) => names.includes(name))) ?? [...waiting][0];
    if (next === undefined) break;
    waiting.delete(next);
    ordered.push(next);
  }
  return ordered;
}
