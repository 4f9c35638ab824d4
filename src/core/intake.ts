import { Additions } from './additions.ts';
import type { BlueprintState } from './blueprint-state.ts';
import { canonicalJson } from './canonical-json.ts';
import { reportCollision, reportConflicts } from './conflicts.ts';
import type { TrackedEntity } from './entity-table.ts';
import { hasSearch, onlyFields } from './fields.ts';
import type { FittedEntity } from './fitted-entity.ts';
import { Fitter } from './fitter.ts';
import type { Entity, Kind, RelationValue } from './model.ts';
import { OtherOwners } from './other-owners.ts';
import type { MappedItem } from './ports.ts';
import type { ReadingOrder } from './reading-order.ts';
import type { Run } from './run.ts';
import { orAborted } from './signals.ts';
import { type NamedTargets, type PendingRelation, type RelationTargets, withoutRelations } from './targets.ts';
import { underWay } from './under-way.ts';
import { WaitingRoom } from './waiting-room.ts';
import type { RowSource, Write } from './write.ts';
import { WriteResults } from './write-results.ts';
import type { Writer } from './writer.ts';
import { ENTITIES_PER_TURN, yieldToEventLoop } from './yield-to-event-loop.ts';

/**
 * Processes mapped items: fits their entities to the blueprints, skips unchanged ones, and gives the others to the writer.
 * It records in the blueprint states which entities were seen, for the deletions later. Several kinds are taken in side by
 * side; an entity with a relation to one that another kind still has to give waits for it.
 */
export class Intake {
  readonly #run: Run;
  readonly #writer: Writer;
  readonly #targets: RelationTargets;
  readonly #fitter: Fitter;
  readonly #results: WriteResults;
  readonly #additions: Additions;
  readonly #others: OtherOwners;
  readonly #room = new WaitingRoom();
  /** Known when the blueprints are; before that nothing is taken in. */
  order: ReadingOrder | undefined;
  /** Relations that were left out because their target did not exist when the entity was written. */
  readonly pending: PendingRelation[] = [];
  readonly #postponed = new Map<string, RelationValue>();
  /** Entities that Port refused because a relation's target is missing. */
  readonly refusedForRelation: Write[];
  /** Blueprints that Port does not have -> number of their entities. */
  readonly entitiesWithoutBlueprint: ReadonlyMap<string, number>;

  constructor(run: Run, writer: Writer, targets: RelationTargets) {
    this.#run = run;
    this.#writer = writer;
    this.#targets = targets;
    this.#fitter = new Fitter(run, targets);
    this.#results = new WriteResults(run, (blueprint, identifier) => this.#room.settle(blueprint, identifier));
    this.#additions = new Additions(run, targets);
    this.#others = new OtherOwners(run);
    this.refusedForRelation = this.#results.refusedForRelation;
    this.entitiesWithoutBlueprint = this.#fitter.entitiesWithoutBlueprint;
  }

  /** How many entities that a kind gave have each outcome so far. */
  countsOf(kind: Kind): ReturnType<WriteResults['countsOf']> {
    return this.#results.countsOf(kind);
  }

  /**
   * Returns when everything is packed, being sent, or waiting for its relation targets; so it waits while Port is slow.
   * @returns the number of items that were left out, because they only add fields to an unknown entity, or because another
   * program or installation keeps their entities
   */
  async take(kind: Kind, batch: readonly MappedItem[]): Promise<number> {
    const fitted = await this.#fitter.fit(kind, batch);
    const placeable = await this.#others.leftToUs(kind, await this.#additions.known(kind, fitted));
    await this.#placeAll(placeable.filter((piece) => !this.#hasToWait(piece)));
    while (this.#room.isFullFor(kind)) await this.#placeWhenReady(kind);
    return itemsOf(fitted).size - itemsOf(placeable).size;
  }

  /** Waits for something, and meanwhile takes in what has waited for its relation targets. @throws what that throws */
  async meanwhile<T>(kind: Kind, something: Promise<T>): Promise<T> {
    if (this.#room.sizeOf(kind) === 0) return something;
    let isDone = false;
    const done = underWay(
      something.finally(() => {
        isDone = true;
      }),
    );
    while (!isDone && this.#room.sizeOf(kind) > 0) {
      await Promise.race([done, this.#room.whenReady(kind)]);
      const ready = this.#room.takeReady(kind);
      if (ready.length > 0) await this.#run.lanes.time([kind], 'compare', () => this.#placeAll(ready));
    }
    return done;
  }

  /** Takes in what still waits of a kind that was read to its end, and then what waits for it. */
  async finish(kind: Kind): Promise<void> {
    const placeRest = async () => {
      while (this.#room.sizeOf(kind) > 0) await this.#placeWhenReady(kind);
    };
    await this.#run.lanes.time([kind], 'compare', placeRest);
    const isLast = this.order?.open === 1;
    // Other programs may have made targets since they were looked up. While the last batches are on their way, they are
    // asked for once more.
    if (isLast) this.#targets.forget();
    await Promise.all([this.#writer.flush(kind), isLast ? this.#targets.lookUpOf(this.pending) : undefined]);
    const { order } = this;
    order?.end(kind);
    this.#room.letGo((blueprint, waiting) => order?.mayStillBeGiven(blueprint, waiting) ?? false);
  }

  async #placeWhenReady(kind: Kind): Promise<void> {
    await this.#run.lanes.without(kind, 'compare', () => orAborted(this.#room.whenReady(kind), this.#run.signal));
    await this.#placeAll(this.#room.takeReady(kind));
  }

  /** Lets an entity wait whose relation targets another kind still has to give, or of which an earlier value waits. */
  #hasToWait(piece: FittedEntity): boolean {
    const { entity, state, kind } = piece;
    const targets = this.#targets
      .notThereYet(entity, state, trackedOf(piece))
      .filter(({ blueprint }) => this.order?.mayStillBeGiven(blueprint, kind));
    if (targets.length === 0 && !this.#room.has(piece)) return false;
    this.#room.add(piece, targets);
    return true;
  }

  async #placeAll(pieces: readonly FittedEntity[]): Promise<void> {
    if (!this.#run.mapping.flags.createMissingRelatedEntities) await this.#askForTargets(pieces);
    for (const [index, piece] of pieces.entries()) {
      if (index % ENTITIES_PER_TURN === 0) await yieldToEventLoop();
      await this.#place(piece);
    }
  }

  async #askForTargets(pieces: readonly FittedEntity[]): Promise<void> {
    const open = pieces.flatMap((piece) => this.#targets.unknownTargets(piece.entity, piece.state, trackedOf(piece)));
    await this.#targets.lookUpMany(open);
  }

  async #place(piece: FittedEntity): Promise<void> {
    const { state, kind, item, label } = piece;
    const { identifier } = piece.entity;
    if (typeof identifier !== 'string') {
      await this.#writer.add(this.#write(piece.entity, piece, undefined));
      return;
    }
    const tracked = state.track(identifier, piece.entity.properties);
    const first = tracked.sighting;
    const isOtherItem = first?.kind === kind && first.item !== item;
    if (!first?.kind && !this.#additions.has(kind)) tracked.sighting = { kind, item, label };
    const open = await this.#openRelations(piece, tracked);
    const given = withoutRelations(piece.entity, open);
    const claims = isOtherItem ? undefined : tracked.givenColumns;
    const next = state.table.fingerprintsAfter(given, tracked.fingerprints, claims);
    if (isOtherItem && next && !hasSearch(given)) {
      reportCollision(this.#run.problems, piece, first);
      return;
    }
    const conflicts = claims?.conflicts ?? [];
    reportConflicts(this.#run.problems, piece, conflicts, first);
    const entity = conflicts.length === 0 ? given : onlyFields(given, (path) => !conflicts.includes(path));
    if (!isOtherItem) for (const one of open) this.postpone(entity, state, one, { kind, source: sourceOf(piece) });
    if (!next) {
      this.#results.unchanged(piece, tracked);
      return;
    }
    const wire = state.table.dropNullsPortDoesNotHave(entity, tracked.fingerprints);
    const write = this.#write(wire, piece, tracked);
    // Without merging, Port drops the fields that this write does not have.
    tracked.fingerprints = write.merge ? next : (state.table.fingerprintsAfter(entity, undefined) ?? next);
    await this.#writer.add(write);
  }

  /** The relations that cannot be sent yet; none if Port creates missing targets. */
  async #openRelations({ entity, state }: FittedEntity, tracked: TrackedEntity): Promise<readonly NamedTargets[]> {
    if (!this.#run.mapping.flags.createMissingRelatedEntities)
      return this.#targets.unknownTargets(entity, state, tracked);
    await this.#run.protectTargets(entity, state.shape);
    return [];
  }

  /** Leaves a relation for the end of the run, when all entities are written. */
  postpone(
    entity: Entity,
    state: BlueprintState,
    { relation, value, names, target }: NamedTargets,
    { kind, source }: Pick<PendingRelation, 'kind' | 'source'>,
  ): void {
    const { identifier } = entity;
    if (typeof identifier !== 'string') return;
    const key = JSON.stringify([entity.blueprint, identifier, relation]);
    const earlier = this.#postponed.get(key);
    if (earlier !== undefined) {
      const first = state.track(identifier).sighting;
      const isOther = canonicalJson(earlier) !== canonicalJson(value);
      if (isOther) reportConflicts(this.#run.problems, { entity }, [`relations.${relation}`], first);
      return;
    }
    this.#postponed.set(key, value);
    this.pending.push({ state, identifier, relation, value, names, targetBlueprint: target, kind, source });
  }

  #write(entity: Entity, piece: FittedEntity, tracked: TrackedEntity | undefined): Write {
    // A later write of an entity must keep the fields of an earlier one.
    const adds = tracked?.sent === true || this.#additions.has(piece.kind);
    const merge = this.#run.mapping.flags.enableMergeEntity || adds;
    if (tracked) tracked.sent = true;
    const { state, kind } = piece;
    const note = this.#run.recorder && {
      state,
      source: sourceOf(piece),
      changed: state.table.changedPaths(entity, tracked?.fingerprints, merge),
    };
    const write: Write = {
      kind,
      entity,
      merge,
      note,
      done: (outcome) => this.#results.note(outcome, write, piece, tracked),
    };
    return write;
  }
}

function trackedOf({ entity: { identifier }, state }: FittedEntity): TrackedEntity | undefined {
  return typeof identifier === 'string' ? state.entities.get(identifier) : undefined;
}

function sourceOf({ kind, label, entries }: FittedEntity): RowSource {
  return { kind, item: label, entries };
}

function itemsOf(pieces: readonly FittedEntity[]): ReadonlySet<number> {
  return new Set(pieces.map(({ item }) => item));
}
