import type { BlueprintState } from './blueprint-state.ts';
import type { TrackedEntity } from './entity-table.ts';
import type { BlueprintShape, Entity, Kind, RelationValue } from './model.ts';
import type { Run } from './run.ts';
import type { EntityName } from './waiting-room.ts';
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

  /** The targets of an entity's new relations that are not in Port, as far as known, and of which no outcome is known. */
  notThereYet(entity: Entity, state: BlueprintState, known: TrackedEntity | undefined): readonly EntityName[] {
    const fingerprints = known?.fingerprints;
    return namedTargets(entity, state.shape).flatMap(({ relation, target, names }) => {
      const missing = names.filter((name) => !this.#isSettled(target, name));
      // Port only has relations to existing entities.
      if (
        missing.length === 0 ||
        (fingerprints && state.table.hasSameValue(entity, `relations.${relation}`, fingerprints))
      )
        return [];
      return missing.map((identifier) => ({ blueprint: target, identifier }));
    });
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
    const due = [...waiting].filter(([, { names, urgent }]) => urgent || names.size >= LOOKUP_SIZE);
    await Promise.all(due.map(([target, { names }]) => this.lookUp(target, [...names])));
  }

  /** Looks up targets. If that fails, they count as existing: if one does not, Port will refuse the entity. */
  async lookUp(blueprint: string, names: readonly string[]): Promise<void> {
    const answers = this.#answers.get(blueprint) ?? new Map<string, boolean>();
    this.#answers.set(blueprint, answers);
    const open = [...new Set(names)].filter((name) => !answers.has(name));
    const ask = async (chunk: readonly string[]) => {
      const existing = await this.#run.ports.catalog.existing(blueprint, chunk, this.#run.signal);
      for (const name of chunk) answers.set(name, existing.has(name));
    };
    const chunks = Array.from({ length: Math.ceil(open.length / LOOKUP_SIZE) }, (_, at) =>
      open.slice(at * LOOKUP_SIZE, (at + 1) * LOOKUP_SIZE),
    );
    await Promise.all(chunks.map(ask));
  }

  /** Looks up the targets of relations that were left out, as far as they are not known. */
  async lookUpOf(pending: readonly PendingRelation[]): Promise<void> {
    const unknown = new Map<string, string[]>();
    for (const { targetBlueprint, names } of pending) {
      const asked = unknown.get(targetBlueprint) ?? [];
      unknown.set(targetBlueprint, asked);
      for (const name of names) if (this.exists(targetBlueprint, name) === undefined) asked.push(name);
    }
    await Promise.all([...unknown].map(([blueprint, names]) => this.lookUp(blueprint, names)));
  }

  /** Drops the results of earlier lookups, at the end of the run. */
  forget(): void {
    this.#answers.clear();
  }

  #isSettled(blueprint: string, name: string): boolean {
    const ours = this.#states.get(blueprint)?.entities.get(name);
    return ours?.owned || ours?.outcome !== undefined || this.#answers.get(blueprint)?.get(name) === true;
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
