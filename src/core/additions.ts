import type { BlueprintState } from './blueprint-state.ts';
import type { FittedEntity } from './fitted-entity.ts';
import type { Kind } from './model.ts';
import { creates, extractionsCreating, type Run } from './run.ts';

/** How many identifiers are looked up at once. */
const LOOKUP_SIZE = 250;

/** Handles kinds that only add fields to entities of other kinds: leaves out what they give for an unknown entity. */
export class Additions {
  readonly #run: Run;
  readonly #kinds: ReadonlySet<Kind>;
  /** Per blueprint: whether Port has the entities that were looked up. */
  readonly #answers = new Map<string, Map<string, boolean>>();

  constructor(run: Run) {
    this.#run = run;
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
    return this.#answers.get(blueprint)?.get(identifier);
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
    for (const [blueprint, names] of byBlueprint) {
      const answers = this.#answers.get(blueprint) ?? new Map<string, boolean>();
      this.#answers.set(blueprint, answers);
      const all = [...names];
      for (let start = 0; start < all.length; start += LOOKUP_SIZE) {
        const chunk = all.slice(start, start + LOOKUP_SIZE);
        const existing = await this.#run.ports.catalog.existing(blueprint, chunk, this.#run.signal);
        for (const name of chunk) answers.set(name, existing.has(name));
      }
    }
  }
}
