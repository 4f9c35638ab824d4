import type { BlueprintState } from './blueprint-state.ts';
import type { FittedEntity } from './fitted-entity.ts';
import type { Kind } from './model.ts';
import { creates, extractionsCreating, type Run } from './run.ts';
import type { RelationTargets } from './targets.ts';

/** Handles kinds that only add fields to entities of other kinds: leaves out what they give for an unknown entity. */
export class Additions {
  readonly #run: Run;
  readonly #kinds: ReadonlySet<Kind>;
  readonly #targets: RelationTargets;

  constructor(run: Run, targets: RelationTargets) {
    this.#run = run;
    this.#targets = targets;
    const adding = run.extractions.filter((extraction) => !creates(extraction));
    this.#kinds = new Set(adding.map(({ kind }) => kind.name));
  }

  /** Whether a kind only adds fields. */
  has(kind: Kind): boolean {
    return this.#kinds.has(kind);
  }

  /** The pieces whose entity exists. */
  async known(kind: Kind, pieces: readonly FittedEntity[]): Promise<readonly FittedEntity[]> {
    if (!this.has(kind)) return pieces;
    await this.#lookUp(pieces.filter((piece) => this.#isKnown(piece) === undefined));
    return pieces.filter((piece) => this.#isKnown(piece));
  }

  /** Whether an entity exists; undefined when Port has to be asked. */
  #isKnown({ entity: { identifier, blueprint }, state }: FittedEntity): boolean | undefined {
    // An entity that is named by a search: Port itself ignores it if there is none.
    if (typeof identifier !== 'string') return true;
    const tracked = state.entities.get(identifier);
    if (tracked?.sighting) return tracked.outcome !== 'failed';
    if (tracked?.owned) return !this.#isSurelyStale(state);
    return this.#targets.exists(blueprint, identifier);
  }

  /** Whether all kinds that create entities of a blueprint were read, so that an entity of ours that was not seen is stale. */
  #isSurelyStale({ shape, taints }: BlueprintState): boolean {
    return taints.length === 0 && extractionsCreating(this.#run.extractions, shape.identifier).length > 0;
  }

  async #lookUp(pieces: readonly FittedEntity[]): Promise<void> {
    const byBlueprint = new Map<string, Set<string>>();
    for (const { entity } of pieces) {
      const names = byBlueprint.get(entity.blueprint) ?? new Set();
      byBlueprint.set(entity.blueprint, names.add(String(entity.identifier)));
    }
    for (const [blueprint, names] of byBlueprint) await this.#targets.lookUp(blueprint, [...names]);
  }
}
