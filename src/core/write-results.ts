import type { EntityOutcome } from './entity-outcome.ts';
import type { TrackedEntity } from './entity-table.ts';
import { type FittedEntity, reportField } from './fitted-entity.ts';
import type { UpsertOutcome } from './ports.ts';
import type { Run } from './run.ts';
import type { Write } from './write.ts';

/** Records the outcome of each entity that was sent to Port. */
export class WriteResults {
  readonly #run: Run;
  /** Entities that Port refused because a relation's target is missing. */
  readonly refusedForRelation: Write[] = [];

  constructor(run: Run) {
    this.#run = run;
  }

  /** Records the outcome of one write. */
  note(outcome: UpsertOutcome, write: Write, piece: FittedEntity, tracked: TrackedEntity | undefined): void {
    const { state, kind, item, label } = piece;
    switch (outcome.type) {
      case 'written': {
        for (const field of outcome.leftOut ?? []) {
          reportField(this.#run.problems, { code: 'value_refused', ...field }, piece);
        }
        const entity = tracked ?? (outcome.identifier === null ? undefined : state.track(outcome.identifier));
        if (!entity) this.#taintUnnamed(piece);
        else {
          entity.sighting ??= { kind, item, label };
          const done = (outcome.created ?? !entity.owned) ? 'created' : 'updated';
          state.recordOutcome(entity, done);
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
        if (tracked) state.recordOutcome(tracked, 'failed');
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

  /** Says what became of an item's entity. */
  #tell(
    { entity: { blueprint, identifier }, kind, label }: FittedEntity,
    outcome: EntityOutcome,
    message?: string,
  ): void {
    const name = typeof identifier === 'string' ? identifier : null;
    this.#run.observer.entityDone?.({
      kind,
      label,
      blueprint,
      identifier: name,
      outcome,
      ...(message === undefined ? {} : { message }),
    });
  }

  /** Records that an entity needs no write. */
  unchanged(piece: FittedEntity, tracked: TrackedEntity): void {
    piece.state.recordOutcome(tracked, 'unchanged');
    this.#tell(piece, 'unchanged');
  }

  /** The entity is named by a search query and the write failed: any of our entities may be it, so the blueprint is tainted. */
  #taintUnnamed({ entity, kind, label }: FittedEntity): void {
    const detail = `which entity ${label} stands for is only known when Port has found it`;
    this.#run.taint(kind, entity.blueprint, { reason: 'rejected', detail });
  }
}
