import type { EntityInput, RelationInput } from './entity-input.ts';
import type { Blueprint, JsonObject, RelationDefinition, RelationValue } from './model.ts';
import { isObject, own } from './model.ts';
import { entityNotFound, Refusal, schemaMismatch } from './refusal.ts';
import { compileQuery, findEntities, requireOperators } from './search.ts';
import type { PortStore } from './store.ts';

/** A `many` search relation takes at most so many of what it finds. */
const MOST_FOUND = 100;

export interface ResolvedRelations {
  /** What each relation that was sent will hold; undefined clears it. */
  readonly values: ReadonlyMap<string, RelationValue | undefined>;
  /** Targets that do not exist and are to be created. */
  readonly missing: readonly { readonly blueprint: string; readonly identifier: string }[];
}

/**
 * Looks up what the relations of an entity point at. Throws 404 for a target that is not there (unless missing ones are
 * to be created) and 422 for more than one target in a single relation. A relation that the blueprint lacks is
 * ignored, or refused when `strict`.
 */
export function resolveRelations(
  store: PortStore,
  blueprint: Blueprint,
  relations: EntityInput['relations'],
  options: { readonly createMissing: boolean; readonly strict: boolean },
): ResolvedRelations {
  const values = new Map<string, RelationValue | undefined>();
  const missing: { blueprint: string; identifier: string }[] = [];
  for (const [id, input] of Object.entries(relations)) {
    const definition = own(blueprint.relations, id);
    if (definition === undefined) {
      if (options.strict) throw schemaMismatch(`"${id}" is no relation of the blueprint "${blueprint.identifier}"`);
      continue;
    }
    const identifiers = identifiersOf(store, definition, input);
    if (!definition.many && identifiers.length > 1) throw manyViolation(id);
    for (const identifier of identifiers) {
      if (store.entity(definition.target, identifier) !== undefined) continue;
      // System blueprints never get entities on the side.
      const creatable = options.createMissing && !definition.target.startsWith('_');
      if (!creatable) throw entityNotFound(definition.target, identifier);
      missing.push({ blueprint: definition.target, identifier });
    }
    values.set(id, definition.many ? emptyAsUndefined(identifiers) : identifiers[0]);
  }
  return { values, missing };
}

/** Throws when the entity as it would be stored lacks a relation that its blueprint requires. */
export function checkRequiredRelations(blueprint: Blueprint, stored: JsonObject): void {
  for (const [id, { required }] of Object.entries(blueprint.relations)) {
    if (required && own(stored, id) === undefined) {
      throw new Refusal(422, 'required_relation', `The relation "${id}" is required`);
    }
  }
}

function identifiersOf(store: PortStore, definition: RelationDefinition, input: RelationInput): readonly string[] {
  if (input === null) return [];
  if (typeof input === 'string') return [input];
  if (!isObject(input)) return [...new Set(input)];
  requireOperators(input, ['=', 'in', 'contains', 'containsAny']);
  const found = findEntities(store, definition.target, compileQuery(store, input));
  return Array.from(found, ({ entity }) => entity.identifier).slice(0, MOST_FOUND);
}

function emptyAsUndefined(identifiers: readonly string[]): readonly string[] | undefined {
  return identifiers.length === 0 ? undefined : identifiers;
}

function manyViolation(id: string): Refusal {
  const message = `A provided relation cannot contain more than one entity: "${id}"`;
  return new Refusal(422, 'relation_many_violation', message);
}
