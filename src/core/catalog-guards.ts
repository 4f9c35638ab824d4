import type { Entity } from './model.ts';
import type { Catalog, UpsertOutcome } from './ports.ts';
import { type LiveMoment, QueueUnavailable, type RunQueue } from './run-queue.ts';

/** What live events and resyncs tell each other about entities. */
export type LiveMarks = Pick<RunQueue, 'markLive' | 'liveMoment' | 'markedLive'>;

/** What a resync is writing just now, in this process: a batch that has to wait and try again may land late. */
export class WritesUnderWay {
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

function keyOf(blueprint: string, identifier: string): string {
  return JSON.stringify([blueprint, identifier]);
}

/** Where no queue can be reached, no live event is being worked off either: a run goes on without marks. */
async function unlessAway<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
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
export function beginningAmong(marks: LiveMarks): Promise<LiveMoment> {
  return unlessAway(() => marks.liveMoment(), Number.POSITIVE_INFINITY);
}

/**
 * A catalog for a resync beside which live events work: what a live event has refreshed since the run began is neither
 * overwritten nor deleted, for the live event read it later than the run's pages.
 */
export function respectingLive(
  catalog: Catalog,
  marks: LiveMarks,
  since: LiveMoment,
  underWay: WritesUnderWay,
): Catalog {
  const marked = async (blueprint: string, identifiers: readonly string[]): Promise<ReadonlySet<string>> => {
    if (identifiers.length === 0 || since === Number.POSITIVE_INFINITY) return new Set();
    return unlessAway(() => marks.markedLive(blueprint, identifiers, since), new Set());
  };
  const upsertUnmarked: Catalog['upsert'] = async (batch, flags, signal) => {
    const fresh = await marked(batch.blueprint, namesOf(batch.entities));
    const isFresh = ({ identifier }: Entity) => typeof identifier === 'string' && fresh.has(identifier);
    const entities = batch.entities.filter((entity) => !isFresh(entity));
    const outcomes = entities.length === 0 ? [] : [...(await catalog.upsert({ ...batch, entities }, flags, signal))];
    return batch.entities.map(
      (entity): UpsertOutcome => (isFresh(entity) ? { type: 'superseded' } : (outcomes.shift() ?? NO_ANSWER)),
    );
  };
  const removeUnmarked: Catalog['remove'] = async (blueprint, identifiers, signal) => {
    const fresh = await marked(blueprint, identifiers);
    const gone = identifiers.filter((identifier) => !fresh.has(identifier));
    const outcome = gone.length === 0 ? { deleted: [], refused: [] } : await catalog.remove(blueprint, gone, signal);
    return { ...outcome, superseded: [...fresh] };
  };
  return {
    ...delegating(catalog),
    // Known to be under way before the marks are read, so that a live event either is seen here or waits for this.
    upsert: (batch, flags, signal) =>
      underWay.during(batch.blueprint, namesOf(batch.entities), () => upsertUnmarked(batch, flags, signal)),
    remove: (blueprint, identifiers, signal) =>
      underWay.during(blueprint, identifiers, () => removeUnmarked(blueprint, identifiers, signal)),
  };
}

/** A catalog for live events: marks what it is about to write or delete, and lets older writes of it land first. */
export function markingLive(catalog: Catalog, marks: LiveMarks, underWay: WritesUnderWay): Catalog {
  return {
    ...delegating(catalog),
    async upsert(batch, flags, signal) {
      await marks.markLive(batch.blueprint, namesOf(batch.entities));
      await underWay.settled(batch.blueprint, namesOf(batch.entities));
      return catalog.upsert(batch, flags, signal);
    },
    async remove(blueprint, identifiers, signal) {
      await marks.markLive(blueprint, identifiers);
      await underWay.settled(blueprint, identifiers);
      return catalog.remove(blueprint, identifiers, signal);
    },
  };
}

const NO_ANSWER: UpsertOutcome = { type: 'refused', code: 'no_answer', message: 'Port said nothing about it' };

function namesOf(entities: readonly Entity[]): readonly string[] {
  return entities.map(({ identifier }) => identifier).filter((identifier) => typeof identifier === 'string');
}

function delegating(catalog: Catalog): Catalog {
  return {
    limits: catalog.limits,
    prepare: (signal) => catalog.prepare(signal),
    blueprint: (identifier, signal) => catalog.blueprint(identifier, signal),
    owned: (blueprint, fields, signal, where) => catalog.owned(blueprint, fields, signal, where),
    find: (blueprint, fields, identifiers, signal) => catalog.find(blueprint, fields, identifiers, signal),
    existing: (blueprint, identifiers, signal) => catalog.existing(blueprint, identifiers, signal),
    upsert: (batch, flags, signal) => catalog.upsert(batch, flags, signal),
    remove: (blueprint, identifiers, signal) => catalog.remove(blueprint, identifiers, signal),
  };
}
