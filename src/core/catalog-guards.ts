import { randomUUID } from 'node:crypto';
import type { Entity } from './model.ts';
import type { Catalog, RemovalOutcome, UpsertOutcome } from './ports.ts';
import { type MarkNumber, QueueUnavailable, type RunQueue } from './run-queue.ts';

/** The part of the queue by which live events tell resyncs what they have refreshed. */
export type LiveMarks = Pick<RunQueue, 'markLive' | 'unmarkLive' | 'latestMark' | 'markedLive'>;
/** The part of the queue that counts what live events delete. */
export type LiveDeletionCounts = Pick<RunQueue, 'countDeletions' | 'uncountDeletions' | 'countedDeletions'>;
/** Everything that live events share between processes. */
export type LiveMemory = LiveMarks & LiveDeletionCounts;

/** The entities that this process is writing now. A batch may take long, because it may have to wait and be retried. */
export class WritesInProgress {
  readonly #writes = new Map<string, Promise<unknown>>();

  /** Runs a write, and keeps its entities in the list until it has ended. */
  async during<T>(blueprint: string, identifiers: readonly string[], work: () => Promise<T>): Promise<T> {
    const keys = identifiers.map((identifier) => keyOf(blueprint, identifier));
    const writing = work();
    for (const key of keys) this.#writes.set(key, writing);
    try {
      return await writing;
    } finally {
      for (const key of keys) if (this.#writes.get(key) === writing) this.#writes.delete(key);
    }
  }

  /** Waits until none of these entities is being written any more, whether that succeeds or not. */
  async settled(blueprint: string, identifiers: readonly string[]): Promise<void> {
    await Promise.allSettled(identifiers.map((identifier) => this.#writes.get(keyOf(blueprint, identifier))));
  }
}

/** The current writes of this process: those of resyncs, and those of live events. */
export interface WritesBySource {
  readonly resync: WritesInProgress;
  readonly live: WritesInProgress;
}

function keyOf(blueprint: string, identifier: string): string {
  return JSON.stringify([blueprint, identifier]);
}

/** Without a reachable queue no live event is processed, so a run can go on without marks. */
async function unlessQueueUnavailable<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof QueueUnavailable) return otherwise;
    throw error;
  }
}

/**
 * The number of the latest mark. A run asks for it before it reads anything: entities that are marked later were read
 * later.
 * @returns infinity when the queue cannot be reached
 */
export function currentMark(marks: LiveMarks): Promise<MarkNumber> {
  return unlessQueueUnavailable(() => marks.latestMark(), Number.POSITIVE_INFINITY);
}

/**
 * A catalog for resyncs. It neither overwrites nor deletes entities that a live event has refreshed since the run began,
 * because the live event read them later than the run. If the live event failed, it has removed its mark, and the run
 * writes the entity after all.
 */
export function catalogSkippingMarked(
  catalog: Catalog,
  marks: LiveMarks,
  since: MarkNumber,
  writes: WritesBySource,
): Catalog {
  /**
   * Runs work on the entities that are not marked. The work counts as a current write before the marks are read, so a live
   * event that comes at the same time is either seen here, or waits for this work.
   */
  async function skipMarked<T>(
    blueprint: string,
    identifiers: readonly string[],
    work: (marked: ReadonlySet<string>) => Promise<T>,
  ): Promise<{ readonly done: T; readonly marked: ReadonlySet<string> }> {
    return writes.resync.during(blueprint, identifiers, async () => {
      const isAlone = identifiers.length === 0 || since === Number.POSITIVE_INFINITY;
      const ask = () => marks.markedLive(blueprint, identifiers, since);
      const marked: ReadonlySet<string> = isAlone ? new Set() : await unlessQueueUnavailable(ask, new Set());
      return { done: await work(marked), marked };
    });
  }
  const upsertUnmarked: Catalog['upsert'] = async (batch, flags, signal) => {
    const { done } = await skipMarked(batch.blueprint, namesOf(batch.entities), async (marked) => {
      const isMarked = ({ identifier }: Entity) => typeof identifier === 'string' && marked.has(identifier);
      const entities = batch.entities.filter((entity) => !isMarked(entity));
      const outcomes = entities.length === 0 ? [] : [...(await catalog.upsert({ ...batch, entities }, flags, signal))];
      return batch.entities.map(
        (entity): UpsertOutcome => (isMarked(entity) ? { type: 'superseded' } : (outcomes.shift() ?? NO_OUTCOME)),
      );
    });
    return done;
  };
  const removeUnmarked: Catalog['remove'] = async (blueprint, identifiers, signal) => {
    const { done, marked } = await skipMarked(blueprint, identifiers, async (skipped): Promise<RemovalOutcome> => {
      const gone = identifiers.filter((identifier) => !skipped.has(identifier));
      return gone.length === 0 ? { deleted: [], refused: [] } : catalog.remove(blueprint, gone, signal);
    });
    return { ...done, superseded: [...marked] };
  };
  return {
    ...readsOf(catalog),
    async upsert(batch, flags, signal) {
      const outcomes = [...(await upsertUnmarked(batch, flags, signal))];
      const left = batch.entities.filter((_, index) => outcomes[index]?.type === 'superseded');
      if (left.length === 0) return outcomes;
      await writes.live.settled(batch.blueprint, namesOf(left));
      const again = [...(await upsertUnmarked({ ...batch, entities: left }, flags, signal))];
      return outcomes.map((outcome) => (outcome.type === 'superseded' ? (again.shift() ?? NO_OUTCOME) : outcome));
    },
    async remove(blueprint, identifiers, signal) {
      const first = await removeUnmarked(blueprint, identifiers, signal);
      const { superseded: left = [] } = first;
      if (left.length === 0) return first;
      await writes.live.settled(blueprint, left);
      const { deleted, refused, superseded = [] } = await removeUnmarked(blueprint, left, signal);
      return { deleted: [...first.deleted, ...deleted], refused: [...first.refused, ...refused], superseded };
    },
  };
}

/**
 * A catalog for live events. It marks entities before it writes or deletes them, waits for current writes of resyncs to
 * the same entities, and removes the marks of entities that Port did not accept.
 */
export function catalogMarkingWrites(catalog: Catalog, marks: LiveMarks, writes: WritesBySource): Catalog {
  async function markAround<T>(
    blueprint: string,
    identifiers: readonly string[],
    work: () => Promise<T>,
    failedIn: (outcome: T) => readonly string[],
  ): Promise<T> {
    return writes.live.during(blueprint, identifiers, async () => {
      const owner = randomUUID();
      let failed = identifiers;
      try {
        await marks.markLive(owner, blueprint, identifiers);
        await writes.resync.settled(blueprint, identifiers);
        const outcome = await work();
        failed = failedIn(outcome);
        return outcome;
      } finally {
        if (failed.length > 0)
          await unlessQueueUnavailable(() => marks.unmarkLive(owner, blueprint, failed), undefined);
      }
    });
  }
  return {
    ...readsOf(catalog),
    upsert: (batch, flags, signal) =>
      markAround(
        batch.blueprint,
        namesOf(batch.entities),
        () => catalog.upsert(batch, flags, signal),
        (outcomes) => namesOf(batch.entities.filter((_, index) => outcomes[index]?.type !== 'written')),
      ),
    remove: (blueprint, identifiers, signal) =>
      markAround(
        blueprint,
        identifiers,
        () => catalog.remove(blueprint, identifiers, signal),
        ({ refused }) => refused.map(({ identifier }) => identifier),
      ),
  };
}

const NO_OUTCOME: UpsertOutcome = { type: 'refused', code: 'no_answer', message: 'Port said nothing about it' };

function namesOf(entities: readonly Entity[]): readonly string[] {
  return entities.map(({ identifier }) => identifier).filter((identifier) => typeof identifier === 'string');
}

/** The reading methods of a catalog. */
function readsOf(catalog: Catalog): Omit<Catalog, 'upsert' | 'remove'> {
  return {
    limits: catalog.limits,
    prepare: (signal) => catalog.prepare(signal),
    blueprint: (identifier, signal) => catalog.blueprint(identifier, signal),
    owned: (blueprint, fields, signal, where) => catalog.owned(blueprint, fields, signal, where),
    ownedElsewhere: (written, signal) => catalog.ownedElsewhere(written, signal),
    find: (blueprint, fields, identifiers, signal) => catalog.find(blueprint, fields, identifiers, signal),
    existing: (blueprint, identifiers, signal) => catalog.existing(blueprint, identifiers, signal),
  };
}
