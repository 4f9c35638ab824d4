import type { Entity, JsonObject } from './model.ts';
import { own, targetsOf } from './model.ts';
import { invalidRequest } from './refusal.ts';
import type { PortStore } from './store.ts';

/**
 * The `relatedTo` rule: everything that is connected with an entity, over any number of hops. `upstream` follows the
 * relations that point at it, `downstream` its own; without a direction both count.
 */
export function relatedTo(store: PortStore, rule: JsonObject): (entity: Entity) => boolean {
  const { blueprint, value, direction, required } = rule;
  if (typeof blueprint !== 'string') throw invalidRequest('"blueprint" must be string');
  if (direction !== undefined && direction !== 'upstream' && direction !== 'downstream') {
    throw invalidRequest('"direction" must be one of upstream, downstream');
  }
  const starts: unknown[] = Array.isArray(value) ? value : [value];
  const onlyRequired = required === true;
  const found = new Set<Entity>();
  for (const start of starts) {
    const entity = typeof start === 'string' ? store.entity(blueprint, start) : undefined;
    if (entity === undefined) continue;
    if (direction !== 'downstream') collect(entity, found, (from) => pointingAt(store, from, onlyRequired));
    if (direction !== 'upstream') collect(entity, found, (from) => pointedAt(store, from, onlyRequired));
  }
  return (entity) => found.has(entity);
}

function collect(start: Entity, found: Set<Entity>, next: (entity: Entity) => readonly Entity[]): void {
  const seen = new Set([start]);
  // A Set hands out what is added to it while it is being walked.
  for (const entity of seen) {
    for (const other of next(entity)) {
      seen.add(other);
      found.add(other);
    }
  }
}

function pointingAt(store: PortStore, { blueprint, identifier }: Entity, onlyRequired: boolean): readonly Entity[] {
  return store.entities
    .dependents(blueprint, identifier)
    .filter(({ entity, relations }) => !onlyRequired || relations.some((id) => isRequired(store, entity.blueprint, id)))
    .map(({ entity }) => entity);
}

function pointedAt(store: PortStore, entity: Entity, onlyRequired: boolean): readonly Entity[] {
  return Object.entries(entity.relations).flatMap(([id, value]) => {
    const target = own(store.blueprint(entity.blueprint)?.relations ?? {}, id)?.target;
    if (target === undefined || (onlyRequired && !isRequired(store, entity.blueprint, id))) return [];
    return targetsOf(value).flatMap((identifier) => store.entity(target, identifier) ?? []);
  });
}

/** Whether a relation of a blueprint is a required one. */
export function isRequired(store: PortStore, blueprint: string, relation: string): boolean {
  return own(store.blueprint(blueprint)?.relations ?? {}, relation)?.required === true;
}
