import type { BlueprintShape, Entity, StoredEntity } from '../../src/core/model.ts';

/** A blueprint with a few properties and relations of every sort. */
export function shape(fields: Partial<BlueprintShape> = {}): BlueprintShape {
  return {
    identifier: 'thing',
    properties: {
      text: { type: 'string' },
      status: { type: 'string', enum: ['good', 'bad'] },
      at: { type: 'string', format: 'date-time' },
      link: { type: 'string', format: 'url' },
      count: { type: 'number' },
      on: { type: 'boolean' },
      data: { type: 'object' },
      list: { type: 'array' },
    },
    relations: {
      one: { target: 'other', many: false, required: false },
      many: { target: 'other', many: true, required: false },
    },
    required: [],
    ...fields,
  };
}

export function entity(fields: Partial<Entity> = {}): Entity {
  return { blueprint: 'thing', identifier: 'x', properties: {}, relations: {}, ...fields };
}

export function stored(fields: Partial<StoredEntity> = {}): StoredEntity {
  return { blueprint: 'thing', identifier: 'x', properties: {}, relations: {}, ...fields };
}
