import { randomUUID } from 'node:crypto';
import type { Entity } from './model.ts';
import type { Catalog, RemovalOutcome, UpsertOutcome } from './ports.ts';
import { type MarkNumber, QueueUnavailable, type RunQueue } from './run-queue.ts';

/** What live events and resyncs tell each other about entities. */
export type LiveMarks = Pick<RunQueue, 'markLive' | 'unmarkLive' | 'latestMark' | 'markedLive'>;
/** How live events count what they delete. */
export type LiveDeletionCounts = Pick<RunQueue, 'countDeletions' | 'uncountDeletions' | 'countedDeletions'>;
/** All that live events remember over processes. */
export type LiveMemory = LiveMarks & LiveDeletionCounts;

/** What is being written just now, in this process: a batch that has to wait and try again may land late. */
export class WritesInProgress {
  readonly #writes = new Map<string, Promise<unknown>>();

  /** Does the work, and remembers until its end which entities it is about. */
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

  /** Waits until none of these is being written any more, well or not. */
  async settled(blueprint: string, identifiers: readonly string[]): Promise<void> {
    await Promise.allSettled(identifiers.map((identifier) => this.#writes.get(keyOf(blueprint, identifier))));
  }
}

/** What both sorts of work are writing in this process. */
export interface WritesBySource {
  readonly resync: WritesInProgress;
  readonly live: WritesInProgress;
}

function keyOf(blueprint: string, identifier: string): string {
  return JSON.stringify([blueprint, identifier]);
}

/** Where no queue can be reached, no live event is being worked off either: a run goes on without marks. */
async function unlessQueueUnavailable<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof QueueUnavailable) return otherwise;
    throw error;
  }
}

/**
 * Where a run begins among the marks. To be asked before it reads anything: what is marked later was read later.
 * @returns infinity when that cannot be said
 */
export function currentMark(marks: LiveMarks): Promise<MarkNumber> {
  return unlessQueueUnavailable(() => marks.latestMark(), Number.POSITIVE_INFINITY);
}

/**
 * A catalog for a resync beside which live events work: what a live event has refreshed since the run began is neither
 * overwritten nor deleted, for the live event read it later than the run's pages. What a live event only tried to
 * refresh is the run's own again.
 */
export function catalogSkippingMarked(
  catalog: Catalog,
  marks: LiveMarks,
  since: MarkNumber,
  writes: WritesBySource,
): Catalog {
  /** Those that are marked are passed over, and told. Known to be under way before the marks are read, so that a live event either is seen here or waits for this. */
  async function skipMarked<T>(
    blueprint: string,
    identifiers: readonly string[],
    work: (fresh: ReadonlySet<string>) => Promise<T>,
  ): Promise<{ readonly done: T; readonly fresh: ReadonlySet<string> }> {
    return writes.resync.during(blueprint, identifiers, async () => {
      const isAlone = identifiers.length === 0 || since === Number.POSITIVE_INFINITY;
      const ask = () => marks.markedLive(blueprint, identifiers, since);
      const fresh: ReadonlySet<string> = isAlone ? new Set() : await unlessQueueUnavailable(ask, new Set());
      return { done: await work(fresh), fresh };
    });
  }
  const upsertUnmarked: Catalog['upsert'] = async (batch, flags, signal) => {
    const { done } = await skipMarked(batch.blueprint, namesOf(batch.entities), async (fresh) => {
      const isFresh = ({ identifier }: Entity) => typeof identifier === 'string' && fresh.has(identifier);
      const entities = batch.entities.filter((entity) => !isFresh(entity));
      const outcomes = entities.length === 0 ? [] : [...(await catalog.upsert({ ...batch, entities }, flags, signal))];
      return batch.entities.map(
        (entity): UpsertOutcome => (isFresh(entity) ? { type: 'superseded' } : (outcomes.shift() ?? NO_OUTCOME)),
      );
    });
    return done;
  };
  const removeUnmarked: Catalog['remove'] = async (blueprint, identifiers, signal) => {
    const { done, fresh } = await skipMarked(blueprint, identifiers, async (marked): Promise<RemovalOutcome> => {
      const gone = identifiers.filter((identifier) => !marked.has(identifier));
      return gone.length === 0 ? { deleted: [], refused: [] } : catalog.remove(blueprint, gone, signal);
    });
    return { ...done, superseded: [...fresh] };
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
 * A catalog for live events: marks what it is about to write or delete, lets older writes of it land first, and takes
 * the marks of what Port did not take back.
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

/** All but the writes. */
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
