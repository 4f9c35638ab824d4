import type { Actor, Entity } from './model.ts';
import { hasDependents } from './refusal.ts';
import { isRequired } from './related.ts';
import { repoint } from './repoint.ts';
import type { PortStore } from './store.ts';

export interface RemovalOptions {
  /** Whether entities that depend on a deleted one go with it, or forbid its deletion. */
  readonly deleteDependents: boolean;
  /** Whether an optional relation makes its entity a dependent that goes along too. */
  readonly cascadeOptional: boolean;
  readonly runId: string | null;
}

/**
 * Deletes entities of one blueprint, all or none: throws 403 has_dependents when others need one of them and may not
 * go along. Relations that are not required are unset. Returns the identifiers that were there.
 */
export function removeEntities(
  store: PortStore,
  blueprint: string,
  identifiers: readonly string[],
  options: RemovalOptions,
  actor: Actor,
): string[] {
  const asked = new Set(identifiers.flatMap((identifier) => store.entity(blueprint, identifier) ?? []));
  const going = new Set(asked);
  // A Set hands out what is added to it while it is being walked: dependents of dependents come up by themselves.
  for (const entity of going) {
    for (const dependent of dependentsOf(store, entity, options)) going.add(dependent);
  }
  if (!options.deleteDependents && going.size > asked.size) throw hasDependents();
  for (const entity of going) {
    store.entities.delete(entity.blueprint, entity.identifier);
    store.deletions.push({
      blueprint: entity.blueprint,
      identifier: entity.identifier,
      userAgent: actor.userAgent,
      cascaded: !asked.has(entity),
      runId: options.runId,
    });
  }
  for (const entity of going) {
    for (const { entity: source, relations } of store.entities.dependents(entity.blueprint, entity.identifier)) {
      store.entities.put(repoint(source, relations, entity.identifier, undefined));
    }
  }
  return Array.from(asked, ({ identifier }) => identifier);
}

function dependentsOf(store: PortStore, entity: Entity, options: RemovalOptions): Entity[] {
  const alsoOptional = options.deleteDependents && options.cascadeOptional;
  return store.entities
    .dependents(entity.blueprint, entity.identifier)
    .filter((source) => alsoOptional || source.relations.some((id) => isRequired(store, source.entity.blueprint, id)))
    .map((source) => source.entity);
}
