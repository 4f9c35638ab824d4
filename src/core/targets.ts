import type { BlueprintState } from './blueprint-state.ts';
import type { TrackedEntity } from './entity-table.ts';
import type { BlueprintShape, Entity, Kind, RelationValue } from './model.ts';
import type { Run } from './run.ts';
import type { RowSource } from './write.ts';

/** A relation that was left out of an entity because its targets do not exist yet, as far as known. */
export interface PendingRelation {
  readonly state: BlueprintState;
  readonly identifier: string;
  readonly relation: string;
  readonly value: RelationValue;
  readonly names: readonly string[];
  readonly targetBlueprint: string;
  readonly kind: Kind;
  readonly source: RowSource | undefined;
}

/** How many identifiers are looked up at once. Fewer are left to the end of the run, when there may be more. */
const LOOKUP_SIZE = 250;

/**
 * Knows which relation targets exist. A relation to a missing entity would cost a refusal and a second pass, in every run.
 * Looking targets up costs one small request per few hundred identifiers.
 */
export class RelationTargets {
  readonly #run: Run;
  readonly #answers = new Map<string, Map<string, boolean>>();
  readonly #states = new Map<string, BlueprintState | undefined>();

  constructor(run: Run) {
    this.#run = run;
  }

  /** Prepares for the relations of a blueprint. */
  async prepare(shape: BlueprintShape): Promise<void> {
    for (const { target } of Object.values(shape.relations)) {
      if (this.#states.has(target)) continue;
      this.#states.set(target, this.#run.writes(target) ? await this.#run.state(target) : undefined);
    }
  }

  /** The relations of an entity whose targets are not known to exist, except those that Port already has. */
  unknownTargets(entity: Entity, state: BlueprintState, known: TrackedEntity | undefined): readonly NamedTargets[] {
    const fingerprints = known?.fingerprints;
    return namedTargets(entity, state.shape).filter(
      ({ relation, target, names }) =>
        names.some((name) => this.exists(target, name) !== true) &&
        // Port only has relations to existing entities.
        !(fingerprints && state.table.hasSameValue(entity, `relations.${relation}`, fingerprints)),
    );
  }

  /** Looks up unknown targets, if they are enough for a request, or if Port refuses the entity without them. */
  async lookUpMany(open: readonly NamedTargets[]): Promise<void> {
    const waiting = new Map<string, { readonly names: Set<string>; urgent: boolean }>();
    for (const { target, names, required } of open) {
      const asked = waiting.get(target) ?? { names: new Set(), urgent: false };
      for (const name of names) if (this.exists(target, name) === undefined) asked.names.add(name);
      asked.urgent ||= required;
      waiting.set(target, asked);
    }
    for (const [target, { names, urgent }] of waiting) {
      if (urgent || names.size >= LOOKUP_SIZE) await this.lookUp(target, [...names]);
    }
  }

  /** Looks up targets. If that fails, they count as existing: if one does not, Port will refuse the entity. */
  async lookUp(blueprint: string, names: readonly string[]): Promise<void> {
    const answers = this.#answers.get(blueprint) ?? new Map<string, boolean>();
    this.#answers.set(blueprint, answers);
    const open = [...new Set(names)].filter((name) => !answers.has(name));
    for (let start = 0; start < open.length; start += LOOKUP_SIZE) {
      const chunk = open.slice(start, start + LOOKUP_SIZE);
      const existing = await this.#run.ports.catalog.existing(blueprint, chunk, this.#run.signal);
      for (const name of chunk) answers.set(name, existing.has(name));
    }
  }

  /** Drops the results of earlier lookups, at the end of the run. */
  forget(): void {
    this.#answers.clear();
  }

  /** Whether a target exists; undefined when it must be looked up. */
  exists(blueprint: string, name: string): boolean | undefined {
    const ours = this.#states.get(blueprint)?.entities.get(name);
    if (ours && (ours.owned || ours.sighting) && ours.outcome !== 'failed') return true;
    return this.#answers.get(blueprint)?.get(name);
  }
}

export interface NamedTargets {
  readonly relation: string;
  readonly target: string;
  readonly names: readonly string[];
  readonly value: RelationValue;
  readonly required: boolean;
}

/** The relations of an entity that name their targets, without those that are search queries. */
export function namedTargets(entity: Entity, shape: BlueprintShape): NamedTargets[] {
  const found: NamedTargets[] = [];
  for (const [relation, value] of Object.entries(entity.relations)) {
    const declared = shape.relations[relation];
    if (declared === undefined || value === null || !(typeof value === 'string' || Array.isArray(value))) continue;
    const { target, required } = declared;
    found.push({ relation, target, required, value, names: typeof value === 'string' ? [value] : [...value] });
  }
  return found;
}

/** The entity without these relations. Port keeps its values of them. */
export function withoutRelations(entity: Entity, left: readonly { readonly relation: string }[]): Entity {
  if (left.length === 0) return entity;
  const kept = Object.entries(entity.relations).filter(([id]) => !left.some(({ relation }) => relation === id));
  return { ...entity, relations: Object.fromEntries(kept) };
}
