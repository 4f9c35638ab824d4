import type { Entity, RelationValue } from './model.ts';
import { targetsOf } from './model.ts';
import { identifierTaken } from './refusal.ts';
import type { PortStore } from './store.ts';

/** Gives an entity a new identifier, which takes it out of its old place; relations to it follow. Throws 409. */
export function renameEntity(store: PortStore, entity: Entity, identifier: string): Entity {
  if (store.entity(entity.blueprint, identifier) !== undefined) throw identifierTaken('Entity', identifier);
  const renamed = { ...entity, identifier };
  store.entities.delete(entity.blueprint, entity.identifier);
  store.entities.put(renamed);
  // Asked only now, so that an entity that points at itself is found under its new name.
  for (const source of store.entities.dependents(entity.blueprint, entity.identifier)) {
    store.entities.put(repoint(source.entity, source.relations, entity.identifier, identifier));
  }
  return store.entity(entity.blueprint, identifier) ?? renamed;
}

/** A stored entity with some of its relations naming another target, or none any more, in the place of one. */
export function repoint(entity: Entity, relations: readonly string[], from: string, to: string | undefined): Entity {
  const changed = Object.entries(entity.relations).flatMap(([id, value]): [string, RelationValue][] => {
    if (!relations.includes(id)) return [[id, value]];
    const targets = targetsOf(value).flatMap((target) => (target === from ? (to ?? []) : target));
    const [first] = targets;
    if (first === undefined) return [];
    return [[id, typeof value === 'string' ? first : targets]];
  });
  return { ...entity, relations: Object.fromEntries(changed) };
}
