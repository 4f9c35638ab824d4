import type { BlueprintShape, Entity, RelationValue } from './model.ts';
import type { Run } from './run.ts';

/** A relation that was left out of an entity because a target was not there (yet). */
export interface PendingRelation {
  readonly blueprint: string;
  readonly identifier: string;
  readonly relation: string;
  readonly value: RelationValue;
  readonly missing: readonly string[];
  readonly targetBlueprint: string;
}

const LOOKUP_SIZE = 100;

/**
 * Knows which relation targets exist. Sending a relation to an entity that is not there costs a refusal, a second pass
 * and, in the next run, the same again; asking first costs one small request per hundred unknown names.
 */
export class RelationTargets {
  readonly #run: Run;
  readonly #answers = new Map<string, Map<string, boolean>>();

  constructor(run: Run) {
    this.#run = run;
  }

  /** Targets of the entity about which nothing is known yet, by blueprint. */
  async unknown(entity: Entity, shape: BlueprintShape): Promise<ReadonlyMap<string, readonly string[]>> {
    const unknown = new Map<string, readonly string[]>();
    for (const { target, names } of namedTargets(entity, shape)) {
      const status = await Promise.all(names.map((name) => this.#status(target, name)));
      const open = names.filter((_, index) => status[index] === undefined);
      if (open.length > 0) unknown.set(target, [...(unknown.get(target) ?? []), ...open]);
    }
    return unknown;
  }

  /** Asks Port about targets. What cannot be asked counts as existing: then Port itself will say so. */
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

  /** Forgets what Port said, before asking again at the end of the run. */
  forget(): void {
    this.#answers.clear();
  }

  /** The entity without relations to what does not exist, and what was left out. Asks Port where needed. */
  async withoutMissing(
    entity: Entity,
    shape: BlueprintShape,
  ): Promise<{ entity: Entity; pending: readonly PendingRelation[] }> {
    for (const [target, names] of await this.unknown(entity, shape)) await this.lookUp(target, names);
    const pending: PendingRelation[] = [];
    const relations = new Map(Object.entries(entity.relations));
    for (const { relation, target, names, value } of namedTargets(entity, shape)) {
      const status = await Promise.all(names.map((name) => this.#status(target, name)));
      const missing = names.filter((_, index) => status[index] === false);
      if (missing.length === 0 || typeof entity.identifier !== 'string') continue;
      const rest = names.filter((name) => !missing.includes(name));
      relations.set(relation, Array.isArray(value) ? rest : null);
      const { blueprint, identifier } = entity;
      pending.push({ blueprint, identifier, relation, value, missing, targetBlueprint: target });
    }
    return { entity: pending.length === 0 ? entity : { ...entity, relations: Object.fromEntries(relations) }, pending };
  }

  /** True, false, or undefined when it must be asked. */
  async #status(blueprint: string, name: string): Promise<boolean | undefined> {
    const ours = this.#run.writes(blueprint) ? (await this.#run.state(blueprint))?.entities.get(name) : undefined;
    if (ours && (ours.owned || ours.sighting) && ours.outcome !== 'failed') return true;
    return this.#answers.get(blueprint)?.get(name);
  }
}

interface NamedTargets {
  readonly relation: string;
  readonly target: string;
  readonly names: readonly string[];
  readonly value: RelationValue;
}

/** The relations of an entity that name their targets (not those that search for them). */
function namedTargets(entity: Entity, shape: BlueprintShape): NamedTargets[] {
  return Object.entries(entity.relations).flatMap(([relation, value]) => {
    const target = shape.relations[relation]?.target;
    if (target === undefined || value === null || !(typeof value === 'string' || Array.isArray(value))) return [];
    return [{ relation, target, value, names: typeof value === 'string' ? [value] : [...value] }];
  });
}
