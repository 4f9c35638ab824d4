import type { EntityOutcome } from './entity-outcome.ts';
import type { TrackedEntity } from './entity-table.ts';
import { type FittedEntity, reportField } from './fitted-entity.ts';
import type { Kind } from './model.ts';
import type { UpsertOutcome } from './ports.ts';
import type { Run } from './run.ts';
import type { Write } from './write.ts';

/** Records the outcome of each entity that was sent to Port. */
export class WriteResults {
  readonly #run: Run;
  readonly #settled: (blueprint: string, identifier: string) => void;
  readonly #counts = new Map<Kind, Record<EntityOutcome, number>>();
  /** Entities that Port refused because a relation's target is missing. */
  readonly refusedForRelation: Write[] = [];

  /** @param settled called when it is known whether an entity is in Port */
  constructor(run: Run, settled: (blueprint: string, identifier: string) => void) {
    this.#run = run;
    this.#settled = settled;
  }

  /** How many entities of a kind have each outcome so far. */
  countsOf(kind: Kind): Readonly<Record<EntityOutcome, number>> {
    return this.#countsOf(kind);
  }

  #countsOf(kind: Kind): Record<EntityOutcome, number> {
    const counts = this.#counts.get(kind) ?? { unchanged: 0, updated: 0, created: 0, failed: 0 };
    this.#counts.set(kind, counts);
    return counts;
  }

  /** Records the outcome of one write. */
  note(outcome: UpsertOutcome, write: Write, piece: FittedEntity, tracked: TrackedEntity | undefined): void {
    const { state, kind, item, label } = piece;
    switch (outcome.type) {
      case 'written': {
        for (const field of outcome.leftOut ?? []) {
          reportField(this.#run.problems, { code: 'value_refused', ...field }, piece);
        }
        const name = nameOf(piece) ?? outcome.identifier;
        const entity = tracked ?? (name === null ? undefined : state.track(name));
        if (!entity || name === null) this.#taintUnnamed(piece);
        else {
          entity.sighting ??= { kind, item, label };
          const done = (outcome.created ?? !entity.owned) ? 'created' : 'updated';
          this.#record(piece, entity, done, name);
          this.#tell(piece, done);
        }
        return;
      }
      case 'unmatched':
        return;
      case 'superseded':
        if (tracked) this.unchanged(piece, tracked);
        return;
      case 'missing_relation':
        this.refusedForRelation.push(write);
        return;
      case 'refused': {
        const name = nameOf(piece);
        if (tracked && name !== null) this.#record(piece, tracked, 'failed', name);
        else this.#taintUnnamed(piece);
        const { blueprint, identifier } = piece.entity;
        this.#run.problems.add({
          code: 'upsert_failed',
          severity: 'error',
          kind,
          group: `${blueprint} ${outcome.code}`,
          message: `Entities of ${blueprint} could not be written: ${outcome.code}: ${outcome.message}`,
          sample: typeof identifier === 'string' ? identifier : label,
          item: label,
        });
        this.#tell(piece, 'failed', `${outcome.code}: ${outcome.message}`);
      }
    }
  }

  #record({ state, kind }: FittedEntity, entity: TrackedEntity, outcome: EntityOutcome, name: string): void {
    const before = entity.outcome;
    state.recordOutcome(entity, outcome);
    this.#settled(state.shape.identifier, name);
    const after = entity.outcome;
    if (after === undefined || after === before) return;
    const counts = this.#countsOf(kind);
    counts[after] += 1;
    if (before !== undefined) counts[before] -= 1;
  }

  /** Says what became of an item's entity. */
  #tell(piece: FittedEntity, outcome: EntityOutcome, message?: string): void {
    const {
      entity: { blueprint },
      kind,
      label,
    } = piece;
    this.#run.observer.entityDone?.({
      kind,
      label,
      blueprint,
      identifier: nameOf(piece),
      outcome,
      ...(message === undefined ? {} : { message }),
    });
  }

  /** Records that an entity needs no write. */
  unchanged(piece: FittedEntity, tracked: TrackedEntity): void {
    const name = nameOf(piece);
    if (name !== null) this.#record(piece, tracked, 'unchanged', name);
    this.#tell(piece, 'unchanged');
  }

  /** The entity is named by a search query and the write failed: any of our entities may be it, so the blueprint is tainted. */
  #taintUnnamed({ entity, kind, label }: FittedEntity): void {
    const detail = `which entity ${label} stands for is only known when Port has found it`;
    this.#run.taint(kind, entity.blueprint, { reason: 'rejected', detail });
  }
}

/** The identifier; null: a search query names the entity. */
function nameOf({ entity: { identifier } }: FittedEntity): string | null {
  return typeof identifier === 'string' ? identifier : null;
}
