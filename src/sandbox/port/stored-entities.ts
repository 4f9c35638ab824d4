import type { Blueprint, Entity } from './model.ts';
import { own, targetsOf } from './model.ts';

/** A stored entity with its place in the order in which entities came, which pages follow. */
export interface Slot {
  readonly seq: number;
  readonly entity: Entity;
}

interface MutableSlot {
  readonly seq: number;
  entity: Entity;
}

/**
 * All entities, by blueprint and identifier, with an index of who points at whom, so that neither writing nor deleting
 * ever looks through the whole catalog.
 */
export class StoredEntities {
  readonly #byBlueprint = new Map<string, Map<string, MutableSlot>>();
  readonly #pointingAt = new Map<string, Set<MutableSlot>>();
  readonly #blueprintOf: (identifier: string) => Blueprint | undefined;
  #lastSeq = 0;

  constructor(blueprintOf: (identifier: string) => Blueprint | undefined) {
    this.#blueprintOf = blueprintOf;
  }

  get(blueprint: string, identifier: string): Entity | undefined {
    return this.#byBlueprint.get(blueprint)?.get(identifier)?.entity;
  }

  count(blueprint: string): number {
    return this.#byBlueprint.get(blueprint)?.size ?? 0;
  }

  /** The entities of a blueprint, oldest first. */
  slots(blueprint: string): Iterable<Slot> {
    return this.#byBlueprint.get(blueprint)?.values() ?? [];
  }

  slot(blueprint: string, identifier: string): Slot | undefined {
    return this.#byBlueprint.get(blueprint)?.get(identifier);
  }

  put(entity: Entity): void {
    const table = this.#byBlueprint.get(entity.blueprint) ?? new Map<string, MutableSlot>();
    this.#byBlueprint.set(entity.blueprint, table);
    const slot = table.get(entity.identifier);
    if (slot === undefined) {
      this.#lastSeq += 1;
      const added = { seq: this.#lastSeq, entity };
      table.set(entity.identifier, added);
      this.#link(added);
    } else {
      this.#unlink(slot);
      slot.entity = entity;
      this.#link(slot);
    }
  }

  delete(blueprint: string, identifier: string): Entity | undefined {
    const table = this.#byBlueprint.get(blueprint);
    const slot = table?.get(identifier);
    if (table === undefined || slot === undefined) return undefined;
    this.#unlink(slot);
    table.delete(identifier);
    return slot.entity;
  }

  /** The entities that have a relation to this one, with the ids of those relations. */
  dependents(
    blueprint: string,
    identifier: string,
  ): { readonly entity: Entity; readonly relations: readonly string[] }[] {
    return [...(this.#pointingAt.get(keyOf(blueprint, identifier)) ?? [])].map(({ entity }) => ({
      entity,
      relations: Object.entries(entity.relations)
        .filter(([id, value]) => this.#targetOf(entity, id) === blueprint && targetsOf(value).includes(identifier))
        .map(([id]) => id),
    }));
  }

  #targetOf(entity: Entity, relation: string): string | undefined {
    return own(this.#blueprintOf(entity.blueprint)?.relations ?? {}, relation)?.target;
  }

  #link(slot: MutableSlot): void {
    for (const key of this.#keysOf(slot.entity)) {
      const sources = this.#pointingAt.get(key);
      if (sources === undefined) this.#pointingAt.set(key, new Set([slot]));
      else sources.add(slot);
    }
  }

  #unlink(slot: MutableSlot): void {
    for (const key of this.#keysOf(slot.entity)) {
      const sources = this.#pointingAt.get(key);
      sources?.delete(slot);
      if (sources?.size === 0) this.#pointingAt.delete(key);
    }
  }

  #keysOf(entity: Entity): string[] {
    return Object.entries(entity.relations).flatMap(([id, value]) => {
      const target = this.#targetOf(entity, id);
      return target === undefined ? [] : targetsOf(value).map((identifier) => keyOf(target, identifier));
    });
  }
}

function keyOf(blueprint: string, identifier: string): string {
  return `${blueprint}\u0000${identifier}`;
}
