import type { EntityInput } from './entity-input.ts';
import type { Actor, Blueprint, Entity, JsonObject, RelationValue } from './model.ts';
import { isObject } from './model.ts';
import { checkProperties, checkRequired } from './property-rules.ts';
import { entityNotFound, identifierTaken, invalidRequest, Refusal } from './refusal.ts';
import { checkRequiredRelations, resolveRelations } from './relation-rules.ts';
import { compileQuery, findEntities, requireOperators } from './search.ts';
import type { PortStore } from './store.ts';
import type { WriteOptions } from './write-options.ts';

export interface Written {
  readonly entity: Entity;
  readonly created: boolean;
}

/**
 * Writes one entity: creates it, overrides it, or merges into it what was sent. Everything is checked before anything
 * changes. Throws the Refusal that the API would answer.
 */
export function writeEntity(
  store: PortStore,
  blueprint: Blueprint,
  input: EntityInput,
  options: WriteOptions,
  actor: Actor,
): Written {
  const identifier = identify(store, blueprint, input.identifier);
  const before = store.entity(blueprint.identifier, identifier);
  if (before !== undefined && !options.upsert) throw identifierTaken('Entity', identifier);
  const relations = resolveRelations(store, blueprint, input.relations, options);
  checkProperties(blueprint, input.properties, options.strict);
  const entity = compose(
    blueprint,
    identifier,
    before,
    options.merge ? before : undefined,
    input,
    relations.values,
    actor,
  );
  checkRequired(blueprint, entity.properties);
  checkRequiredRelations(blueprint, entity.relations);
  if (!options.validationOnly) {
    for (const target of relations.missing) store.putEntity({ ...target, datasource: actor.userAgent });
    store.entities.put(entity);
    const created = before === undefined;
    const { runId } = options;
    store.onWrite({ blueprint: blueprint.identifier, identifier, created, before, after: entity, runId });
  }
  return { entity, created: before === undefined };
}

/** The only entity that a search identifier finds. Throws 404 when there is none and 422 when there are several. */
function identify(store: PortStore, blueprint: Blueprint, identifier: string | JsonObject | undefined): string {
  if (identifier === undefined) return store.newIdentifier();
  if (!isObject(identifier)) return identifier;
  requireOperators(identifier, ['=', 'in']);
  const [first, second] = findEntities(store, blueprint.identifier, compileQuery(store, identifier));
  if (first === undefined) throw entityNotFound(blueprint.identifier, JSON.stringify(identifier));
  if (second !== undefined) throw invalidRequest('The search identifier matches more than one entity');
  return first.entity.identifier;
}

function compose(
  blueprint: Blueprint,
  identifier: string,
  before: Entity | undefined,
  base: Entity | undefined,
  input: EntityInput,
  relations: ReadonlyMap<string, RelationValue | undefined>,
  actor: Actor,
): Entity {
  const at = new Date().toISOString();
  return {
    identifier,
    blueprint: blueprint.identifier,
    title: (input.title === undefined ? base?.title : input.title) ?? identifier,
    icon: (input.icon === undefined ? base?.icon : input.icon) ?? null,
    team: input.team === undefined ? (base?.team ?? []) : teamOf(blueprint, input.team),
    properties: overlay(base?.properties ?? {}, Object.entries(input.properties)),
    relations: overlay(base?.relations ?? {}, relations),
    createdAt: before?.createdAt ?? at,
    createdBy: before?.createdBy ?? actor.clientId,
    updatedAt: at,
    updatedBy: actor.clientId,
    datasource: actor.userAgent,
  };
}

function teamOf(blueprint: Blueprint, team: EntityInput['team']): readonly string[] {
  if (isObject(blueprint.ownership) && blueprint.ownership.type === 'Inherited') {
    throw new Refusal(422, 'inherited_ownership_enabled', 'The team of this entity is inherited and cannot be set');
  }
  // A team that is searched for needs the organization's teams, which the stand-in does not have: none is found.
  return team === null || team === undefined || isObject(team) ? [] : team;
}

/** Sets some keys of an object; null and undefined take them away. */
function overlay<T>(
  base: { readonly [key: string]: T },
  changes: Iterable<readonly [string, T | null | undefined]>,
): { readonly [key: string]: T } {
  const merged = new Map<string, T>(Object.entries(base));
  for (const [key, value] of changes) {
    if (value === null || value === undefined) merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}
