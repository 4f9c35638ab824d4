import { describeWrite, mergeChanges } from './change.ts';
import type { Causes, DeletionDecision } from './deletion.ts';
import { FieldTable } from './fields.ts';
import type { BlueprintShape, Entity, SetupDocument, StoredEntity } from './model.ts';
import type {
  Catalog,
  FieldSelection,
  FindSelection,
  OwnedElsewhere,
  PropertyValues,
  RemovalOutcome,
  RunObserver,
  UpsertBatch,
  UpsertOutcome,
} from './ports.ts';
import type { PreparedCatalog } from './prepared-catalog.ts';
import type { Change } from './report.ts';
import { underWay } from './under-way.ts';
import { yieldToEventLoop } from './yield-to-event-loop.ts';

/** There may be 100,000 deletions, and the JSON text of each has to be parsed. */
const DELETIONS_PER_BATCH = 1000;
const ACTIONS = ['create', 'update', 'delete'] as const;

interface PlannedDeletions {
  readonly blueprint: string;
  readonly stale: readonly string[];
  readonly decision: DeletionDecision;
  readonly why?: Causes;
}

/**
 * A catalog that reads from the one it wraps and, instead of writing, records what a resync would change. It keeps the
 * entities that it reads (as JSON text), because a plan shows the old values.
 */
export class RecordingCatalog implements Catalog {
  readonly #catalog: Catalog;
  readonly #before = new Map<string, string>();
  readonly #changes = new Map<string, Change>();
  readonly #deletions: PlannedDeletions[] = [];
  #setup: readonly SetupDocument[] = [];
  readonly #selections = new Map<string, { shape: BlueprintShape; fields: FieldSelection; table: FieldTable }>();
  /** The observer for the run, so that blocked deletions are in the plan too. */
  readonly observer: RunObserver = {
    deletionsDecided: (blueprint, stale, decision, why) => {
      this.#deletions.push({ blueprint, stale, decision, ...(why ? { why } : {}) });
    },
  };

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  get limits(): Catalog['limits'] {
    return this.#catalog.limits;
  }

  /** The changes that a resync would make, sorted by blueprint, then by action, then by identifier. */
  async changes(): Promise<readonly Change[]> {
    for (const deletions of this.#deletions.splice(0)) await this.#recordDeletions(deletions);
    const groups = new Map<string, Change[]>();
    for (const change of this.#changes.values()) {
      const key = JSON.stringify([change.blueprint, ACTIONS.indexOf(change.action)]);
      const group = groups.get(key);
      if (group) group.push(change);
      else groups.set(key, [change]);
    }
    const sorted: Change[] = [];
    for (const key of [...groups.keys()].sort()) {
      await yieldToEventLoop();
      for (const change of groups.get(key)?.sort(byIdentifier) ?? []) sorted.push(change);
    }
    return sorted;
  }

  async prepare(signal: AbortSignal): Promise<PreparedCatalog> {
    const prepared = await this.#catalog.prepare(signal);
    const keep = async () => {
      const setUp = await prepared.ready;
      this.#setup = setUp.setup;
      return setUp;
    };
    return { ...prepared, ready: underWay(keep()) };
  }

  /** The documents that a resync would write before any entity. */
  get setup(): readonly SetupDocument[] {
    return this.#setup;
  }

  blueprint(identifier: string, signal: AbortSignal): Promise<BlueprintShape | undefined> {
    return this.#catalog.blueprint(identifier, signal);
  }

  async *owned(
    shape: BlueprintShape,
    fields: FieldSelection,
    signal: AbortSignal,
    where?: PropertyValues,
  ): AsyncIterable<readonly StoredEntity[]> {
    this.#selections.set(shape.identifier, { shape, fields, table: new FieldTable(shape, fields) });
    for await (const page of this.#catalog.owned(shape, fields, signal, where)) {
      for (const entity of page) this.#keep(entity);
      yield page;
    }
  }

  ownedElsewhere(written: readonly string[], signal: AbortSignal): Promise<OwnedElsewhere> {
    return this.#catalog.ownedElsewhere(written, signal);
  }

  existing(blueprint: string, identifiers: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    return this.#catalog.existing(blueprint, identifiers, signal);
  }

  find(
    shape: BlueprintShape,
    fields: FindSelection,
    identifiers: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly StoredEntity[]> {
    return this.#catalog.find(shape, fields, identifiers, signal);
  }

  async upsert(
    { blueprint, entities, merge }: UpsertBatch,
    _flags: unknown,
    signal: AbortSignal,
  ): Promise<readonly UpsertOutcome[]> {
    await this.#keepForeign(blueprint, entities, signal);
    return entities.map((entity): UpsertOutcome => {
      // Only Port knows which entity a search query finds.
      if (typeof entity.identifier !== 'string') return { type: 'written', identifier: null, created: false };
      const created = this.#recordWrite(entity, entity.identifier, merge);
      return { type: 'written', identifier: entity.identifier, created };
    });
  }

  async remove(_blueprint: string, identifiers: readonly string[]): Promise<RemovalOutcome> {
    return { deleted: identifiers, refused: [] };
  }

  #keep(entity: StoredEntity): void {
    this.#before.set(keyOf(entity.blueprint, entity.identifier), JSON.stringify(entity));
  }

  /** Entities that look new may exist, created by another writer. Then writing them is an update. */
  async #keepForeign(blueprint: string, entities: readonly Entity[], signal: AbortSignal): Promise<void> {
    const selection = this.#selections.get(blueprint);
    const unknown = entities
      .map(({ identifier }) => identifier)
      .filter((identifier) => typeof identifier === 'string')
      .filter((identifier) => !this.#before.has(keyOf(blueprint, identifier)));
    if (!selection || unknown.length === 0) return;
    for (const entity of await this.#catalog.find(selection.shape, selection.fields, unknown, signal))
      this.#keep(entity);
  }

  /** @returns whether the entity would be created */
  #recordWrite(entity: Entity, identifier: string, merge: boolean): boolean {
    const key = keyOf(entity.blueprint, identifier);
    const kept = this.#before.get(key);
    const before: StoredEntity | undefined = kept === undefined ? undefined : JSON.parse(kept);
    const earlier = this.#changes.get(key);
    const table = this.#selections.get(entity.blueprint)?.table;
    const change = describeWrite(entity, identifier, before, { table, merge });
    this.#changes.set(key, earlier ? mergeChanges(earlier, change) : change);
    return before === undefined;
  }

  async #recordDeletions({ blueprint, stale, decision, why }: PlannedDeletions): Promise<void> {
    if (decision.type === 'nothing' || decision.type === 'needs_confirmation') return;
    const blocked = decision.type === 'blocked';
    for (const [at, identifier] of stale.entries()) {
      if (at % DELETIONS_PER_BATCH === 0) await yieldToEventLoop();
      const kept = this.#before.get(keyOf(blueprint, identifier));
      const title: unknown = kept === undefined ? null : JSON.parse(kept).title;
      const known = typeof title === 'string' ? title : null;
      this.#changes.set(keyOf(blueprint, identifier), {
        action: 'delete',
        blueprint,
        identifier,
        title: known,
        ...why?.get(identifier),
        blocked,
      });
    }
  }
}

function byIdentifier(a: Change, b: Change): number {
  return a.identifier < b.identifier ? -1 : 1;
}

function keyOf(blueprint: string, identifier: string): string {
  return JSON.stringify([blueprint, identifier]);
}
