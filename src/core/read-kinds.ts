import { Intake } from './intake.ts';
import { KindReader } from './kind-reader.ts';
import type { BlueprintShape } from './model.ts';
import { followsNobody, ReadingOrder } from './reading-order.ts';
import type { Extraction, Run } from './run.ts';
import { finishRelations } from './second-pass.ts';
import { withAnySignal } from './signals.ts';
import { RelationTargets } from './targets.ts';
import { underWay } from './under-way.ts';
import { Writer } from './writer.ts';

/** How many batches all kinds together read and map ahead, and one alone. Each may have a MiB of JSON. */
const BATCHES_AHEAD = 12;
const BATCHES_AHEAD_OF_ONE = 6;

/** What has been read so far. It is filled while reading, so that it is known even if reading throws. */
export interface ReadState {
  /** In the order of the report. */
  readers: readonly KindReader[];
  intake: Intake | undefined;
  writer: Writer | undefined;
}

export interface ReadKindsOptions {
  /** The blueprints that the mapping names, as soon as Port has them (default: those that the run has read). */
  readonly shapes?: Promise<readonly BlueprintShape[]>;
  /** Reads what Port has of the blueprints of extractions (default: the run has read it). */
  readonly opening?: (extractions: readonly Extraction[]) => Promise<void>;
  /** Called after each kind. */
  readonly finished?: (reader: KindReader) => void;
}

/**
 * Reads kinds side by side, and writes what differs from Port. A resync reads everything, a live event only what belongs to
 * its subject.
 * @throws what ends the whole run
 */
export async function readKinds(
  run: Run,
  wanted: readonly Extraction[],
  state: ReadState,
  { shapes, opening = async () => undefined, finished = () => undefined }: ReadKindsOptions = {},
): Promise<void> {
  const stopping = new AbortController();
  await withAnySignal([run.signal, stopping.signal], async (signal) => {
    const reading: Run = { ...run, signal };
    const targets = new RelationTargets(reading);
    const writer = new Writer(run.ports.catalog, run.mapping.flags, signal, run);
    const intake = new Intake(reading, writer, targets);
    state.intake = intake;
    state.writer = writer;
    const readers = new Map(
      [...new Set(wanted.map(({ kind }) => kind))].map((kind) => [kind, new KindReader(run, intake, kind)]),
    );
    state.readers = [...readers.values()];
    const ordered = (shapes ?? Promise.resolve(run.states().map(({ shape }) => shape))).then((known) => {
      const order = new ReadingOrder(known, wanted);
      intake.order = order;
      state.readers = order.kinds.flatMap((kind) => readers.get(kind) ?? []);
      return order;
    });
    // A kind that fails before it needs the order does not wait for it.
    void underWay(ordered);
    const depth = () =>
      Math.min(BATCHES_AHEAD_OF_ONE, Math.max(1, Math.floor(BATCHES_AHEAD / (intake.order?.open ?? readers.size))));
    await Promise.allSettled(
      [...readers].map(async ([kind, reader]) => {
        const own = wanted.filter((extraction) => extraction.kind === kind);
        const stop = (error: unknown): never => {
          // The others are not worth going on, and nothing may be under way when the run ends.
          if (!stopping.signal.aborted) stopping.abort(error);
          intake.order?.fail(kind.name, error);
          throw error;
        };
        // What follows nobody is read and mapped ahead while Port is being set up.
        const turn = async () => (followsNobody(kind, wanted) ? undefined : (await ordered).turnOf(kind));
        const opened = async () => {
          await ordered;
          await opening(own);
        };
        const ways = { turn: () => turn().catch(stop), opened: () => opened().catch(stop), depth, signal };
        await reader.read(own, ways).catch(stop);
        finished(reader);
      }),
    );
    if (stopping.signal.aborted) throw stopping.signal.reason;
    await finishRelations(reading, intake, targets, writer);
  });
}
