import { Intake } from './intake.ts';
import { KindReader } from './kind-reader.ts';
import { type Extraction, extractionsWriting, type Run } from './run.ts';
import { finishRelations } from './second-pass.ts';
import type { SourceKind } from './source.ts';
import { RelationTargets } from './targets.ts';
import { targetsFirst } from './targets-first.ts';
import { Writer } from './writer.ts';

/** What has been read so far. It is filled while reading, so that it is known even if reading throws. */
export interface ReadState {
  readers: readonly KindReader[];
  intake: Intake | undefined;
  writer: Writer | undefined;
}

/**
 * Reads kinds one after the other, and writes what differs from Port. A resync reads everything, a live event only what
 * belongs to its subject.
 * @param finished called after each kind
 * @throws what ends the whole run
 */
export async function readKinds(
  run: Run,
  wanted: readonly Extraction[],
  state: ReadState,
  finished: (reader: KindReader) => void = () => undefined,
): Promise<void> {
  const targets = new RelationTargets(run);
  const writer = new Writer(run.ports.catalog, run.mapping.flags, run.signal, run);
  const intake = new Intake(run, writer, targets);
  state.intake = intake;
  state.writer = writer;
  for (const kind of kindsInOrder(run, wanted)) {
    const reader = new KindReader(run, intake, kind);
    state.readers = [...state.readers, reader];
    // Entities of this kind may be relation targets of the next one, so they must be written first.
    await reader.read(
      wanted.filter((extraction) => extraction.kind === kind),
      () => writer.flush(),
    );
    finished(reader);
  }
  await finishRelations(run, intake, targets, writer);
}

/** The order of reading: kinds whose entities are relation targets first; and every kind after those in its `after`. */
function kindsInOrder(run: Run, wanted: readonly Extraction[]): readonly SourceKind[] {
  const byTarget = targetsFirst(run.states(), ({ shape }) => shape).flatMap(({ shape }) =>
    extractionsWriting(wanted, shape.identifier).map(({ kind }) => kind),
  );
  const waiting = new Set([...byTarget, ...wanted.map(({ kind }) => kind)]);
  const ordered: SourceKind[] = [];
  while (waiting.size > 0) {
    const names = [...waiting].map(({ name }) => name);
    // In a cycle the given order is kept.
    const next = [...waiting].find(({ after }) => !after.some((name) => names.includes(name))) ?? [...waiting][0];
    if (next === undefined) break;
    waiting.delete(next);
    ordered.push(next);
  }
  return ordered;
}
