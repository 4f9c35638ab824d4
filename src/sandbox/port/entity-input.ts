import type { JsonObject } from './model.ts';
import { isObject } from './model.ts';
import { invalidRequest } from './refusal.ts';
import { ENTITY_IDENTIFIER, ENTITY_IDENTIFIER_LENGTH, FIELD_IDENTIFIER } from './route-schema.ts';

/** A relation as a client sends it. An object is a search query, looked at when the item is written. */
export type RelationInput = string | readonly string[] | JsonObject | null;

/** An entity as a client sends it: a key that is absent was not sent, null clears. */
export interface EntityInput {
  readonly identifier?: string | JsonObject;
  readonly title?: string | null;
  readonly icon?: string | null;
  readonly team?: readonly string[] | JsonObject | null;
  readonly properties: JsonObject;
  readonly relations: { readonly [id: string]: RelationInput };
}

/**
 * Checks an entity against the schema of its route, which knows nothing of blueprints. `at` is the place for messages.
 * Throws the 422 that refuses the whole request, every other item of a bulk included.
 */
export function readEntityInput(body: unknown, at: string): EntityInput {
  if (!isObject(body)) throw invalidRequest(`"${at || 'body'}" must be object`);
  const field = (name: string): string => (at === '' ? name : `${at}.${name}`);
  const { identifier, title, icon, team, properties = {}, relations = {} } = body;
  if (identifier !== undefined && !isObject(identifier)) checkIdentifier(identifier, field('identifier'));
  checkText(title, field('title'));
  checkText(icon, field('icon'));
  if (!isObject(properties)) throw invalidRequest(`"${field('properties')}" must be object`);
  if (!isObject(relations)) throw invalidRequest(`"${field('relations')}" must be object`);
  return {
    ...(isIdentifier(identifier) && { identifier }),
    ...(isTextOrNull(title) && { title }),
    ...(isTextOrNull(icon) && { icon }),
    ...('team' in body && { team: readTeam(team, field('team')) }),
    properties,
    relations: Object.fromEntries(
      Object.entries(relations).map(([id, value]) => [id, readRelation(id, value, field(`relations.${id}`))]),
    ),
  };
}

/** The stricter body of PATCH: no key that the route does not know, no property name with odd characters. */
export function readEntityPatch(body: unknown): EntityInput {
  const input = readEntityInput(body, '');
  const known = ['identifier', 'title', 'icon', 'team', 'properties', 'relations'];
  const unknown = Object.keys(isObject(body) ? body : {}).find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalidRequest(`"body" must NOT have additional properties: ${unknown}`);
  const odd = Object.keys(input.properties).find((id) => !FIELD_IDENTIFIER.test(id));
  if (odd !== undefined) throw invalidRequest(`"properties" must NOT have the property name "${odd}"`);
  return input;
}

/** Throws 422 for what is no entity identifier. */
export function checkIdentifier(value: unknown, field: string): asserts value is string {
  if (typeof value !== 'string') throw invalidRequest(`"${field}" must be string`);
  if (value.length > ENTITY_IDENTIFIER_LENGTH) {
    throw invalidRequest(`"${field}" must NOT have more than ${ENTITY_IDENTIFIER_LENGTH} characters`);
  }
  if (!ENTITY_IDENTIFIER.test(value))
    throw invalidRequest(`"${field}" must match pattern "${ENTITY_IDENTIFIER.source}"`);
}

function readRelation(id: string, value: unknown, field: string): RelationInput {
  if (!FIELD_IDENTIFIER.test(id)) throw invalidRequest(`"${field}" must match pattern "${FIELD_IDENTIFIER.source}"`);
  if (value === null || isObject(value)) return value;
  if (!Array.isArray(value)) {
    checkIdentifier(value, field);
    return value;
  }
  return value.map((item: unknown, index) => {
    checkIdentifier(item, `${field}.${index}`);
    return item;
  });
}

function readTeam(value: unknown, field: string): readonly string[] | JsonObject | null {
  if (value === null || isObject(value)) return value;
  const names: unknown[] = Array.isArray(value) ? value : [value];
  return names.map((name) => {
    if (typeof name !== 'string') throw invalidRequest(`"${field}" must be string`);
    return name;
  });
}

// A mapping whose expression gives null sends null, and the API takes that for title and icon as well.
function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function checkText(value: unknown, field: string): void {
  if (value !== undefined && !isTextOrNull(value)) throw invalidRequest(`"${field}" must be string`);
}

function isIdentifier(value: unknown): value is string | JsonObject {
  return typeof value === 'string' || isObject(value);
}
