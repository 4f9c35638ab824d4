import type { Code } from './errors.ts';
import { encodeIdentifier } from './identifier.ts';
import type { BlueprintShape, Entity, PropertyShape, RelationShape, RelationValue, SearchQuery } from './model.ts';
import { complaintAbout } from './schema/check.ts';
import { isObject } from './schema/values.ts';

/** A part of an entity that had to be left out so that Port accepts the rest. */
export interface Misfit {
  readonly code: Extract<Code, 'value_refused' | 'property_undeclared' | 'relation_undeclared' | 'entity_too_large'>;
  readonly path: string;
  readonly message: string;
}

export interface Conformed {
  readonly entity: Entity;
  readonly misfits: readonly Misfit[];
}

/** Whether an identifier, relation or team is a search query and not a name. */
export function isSearchQuery(value: unknown): value is SearchQuery {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'rules' in value;
}

/**
 * Fits an entity to its blueprint: encodes identifiers in Port's alphabet, and leaves out undeclared relations, values
 * that the schema does not allow, and what is too large for a request. Port keeps its values of what is left out.
 * @param maxBytes the limit for the entity's JSON
 */
export function conform(entity: Entity, shape: BlueprintShape, maxBytes: number): Conformed {
  const misfits: Misfit[] = [];
  const properties = keepValidProperties(entity.properties, shape, misfits);
  const relations = fitRelations(entity.relations, shape, misfits);
  const identifier = typeof entity.identifier === 'string' ? encodeIdentifier(entity.identifier) : entity.identifier;
  const fitted = dropLargestProperties({ ...entity, identifier, properties, relations }, maxBytes, misfits);
  return { entity: fitted, misfits };
}

function keepValidProperties(
  properties: Entity['properties'],
  shape: BlueprintShape,
  misfits: Misfit[],
): Entity['properties'] {
  const refused: string[] = [];
  for (const id of Object.keys(properties)) {
    const value = properties[id];
    const declared = Object.hasOwn(shape.properties, id) ? shape.properties[id] : undefined;
    if (!declared) {
      const message = `blueprint ${shape.identifier} has no property ${id}`;
      misfits.push({ code: 'property_undeclared', path: `properties.${id}`, message });
      continue;
    }
    const complaint = value === null ? complaintAboutNull(id, shape) : complaintOf(value, declared);
    if (complaint === undefined) continue;
    misfits.push({ code: 'value_refused', path: `properties.${id}`, message: complaint });
    refused.push(id);
  }
  if (refused.length === 0) return properties;
  return Object.fromEntries(Object.entries(properties).filter(([id]) => !refused.includes(id)));
}

/** Null clears a property. For a required one Port would refuse the whole entity. */
function complaintAboutNull(id: string, { required }: BlueprintShape): string | undefined {
  return required.includes(id) ? 'the blueprint requires a value, and the mapping gives none' : undefined;
}

/** Comparing values that are nested deeper would overflow the stack. */
const MAX_LEVELS = 500;

function complaintOf(value: unknown, shape: PropertyShape): string | undefined {
  if (isDeeperThan(MAX_LEVELS, value)) return `nested more than ${MAX_LEVELS} levels deep`;
  return complaintAbout(value, shape);
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((member) => isDeeperThan(levels - 1, member));
  if (isObject(value)) for (const key of Object.keys(value)) if (isDeeperThan(levels - 1, value[key])) return true;
  return false;
}

function fitRelations(relations: Entity['relations'], shape: BlueprintShape, misfits: Misfit[]): Entity['relations'] {
  const fitted: [string, RelationValue][] = [];
  for (const [id, value] of Object.entries(relations)) {
    const declared = Object.hasOwn(shape.relations, id) ? shape.relations[id] : undefined;
    if (!declared) {
      const message = `blueprint ${shape.identifier} has no relation ${id}`;
      misfits.push({ code: 'relation_undeclared', path: `relations.${id}`, message });
      continue;
    }
    const relation = fitRelation(value, declared);
    if (relation === undefined) {
      const message = 'the relation takes one entity, the mapping gives several';
      misfits.push({ code: 'value_refused', path: `relations.${id}`, message });
    } else if (relation === null && declared.required) {
      const message = 'the blueprint requires a target, and the mapping gives none';
      misfits.push({ code: 'value_refused', path: `relations.${id}`, message });
    } else fitted.push([id, relation]);
  }
  return Object.fromEntries(fitted);
}

/** The targets as one name or a list, as the blueprint declares; undefined for several targets of a single relation. */
function fitRelation(value: RelationValue, shape: RelationShape): RelationValue | undefined {
  if (value === null || isSearchQuery(value)) return value;
  // Most relations are one name.
  if (typeof value === 'string' && value !== '' && !shape.many) return encodeIdentifier(value);
  const targets = [...new Set(typeof value === 'string' ? [value] : value)]
    .filter((id) => id !== '')
    .map(encodeIdentifier);
  if (shape.many) return targets;
  if (targets.length > 1) return undefined;
  return targets[0] ?? null;
}

/** Leaves out the largest properties until the entity fits into one request. */
function dropLargestProperties(entity: Entity, maxBytes: number, misfits: Misfit[]): Entity {
  // Most entities are far smaller, and the upper bound is fast to compute.
  if (maxJsonBytes(entity, maxBytes) <= maxBytes) return entity;
  let bytes = jsonBytes(entity);
  if (bytes <= maxBytes) return entity;
  const properties = new Map(Object.entries(entity.properties));
  const bySize = [...properties].map(([id, value]) => ({ id, size: jsonBytes(value) })).sort((a, b) => b.size - a.size);
  for (const { id, size } of bySize) {
    if (bytes <= maxBytes) break;
    properties.delete(id);
    bytes -= size;
    misfits.push({
      code: 'entity_too_large',
      path: `properties.${id}`,
      message: `the property alone has ${size} bytes, a request to Port may have ${maxBytes}`,
    });
  }
  return { ...entity, properties: Object.fromEntries(properties) };
}

const WIDEST_CHARACTER = 6; // \u0000
const WIDEST_SCALAR = 32;

/** An upper bound of the JSON size: every character counts with its largest size. Stops counting above the limit. */
function maxJsonBytes(value: unknown, limit: number): number {
  if (typeof value === 'string') return value.length * WIDEST_CHARACTER + 2;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const member of value) {
      bytes += 1 + maxJsonBytes(member, limit - bytes);
      if (bytes > limit) return bytes;
    }
    return bytes;
  }
  if (!isObject(value)) return WIDEST_SCALAR;
  for (const key of Object.keys(value)) {
    bytes += key.length * WIDEST_CHARACTER + 4 + maxJsonBytes(value[key], limit - bytes);
    if (bytes > limit) return bytes;
  }
  return bytes;
}

/** The size of a value as JSON text in UTF-8. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
