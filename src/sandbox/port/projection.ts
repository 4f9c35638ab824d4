import { type Compute, computer } from './computed.ts';
import type { Entity, JsonObject } from './model.ts';
import type { PortStore } from './store.ts';

type Wants = (field: string) => boolean;

const META = [
  'identifier',
  'title',
  'icon',
  'team',
  'blueprint',
  'createdAt',
  'createdBy',
  'updatedAt',
  'updatedBy',
] as const;

/** How a route spells its fields in include and exclude. */
interface Spelling {
  readonly meta: (name: string) => string;
  readonly property: (id: string) => string;
  readonly relation: (id: string) => string;
}

const PAGED: Spelling = { meta: (name) => `$${name}`, property: (id) => id, relation: (id) => id };
const PLAIN: Spelling = {
  meta: (name) => name,
  property: (id) => `properties.${id}`,
  relation: (id) => `relations.${id}`,
};

/** The fields that a client asked for; everything when it named none. */
export interface FieldChoice {
  readonly include: readonly string[] | undefined;
  readonly exclude: readonly string[] | undefined;
  /** Whether what the API computes is left out. */
  readonly withoutComputed?: boolean;
}

const NOTHING: Compute = () => ({});

/** Prepares what a client gets to see of entities. Names that are no field are ignored. */
export function presenter(
  store: PortStore,
  choice: FieldChoice,
  style: 'paged' | 'plain',
): (entity: Entity) => JsonObject {
  const compute = choice.withoutComputed ? NOTHING : computer(store);
  const spelling = style === 'paged' ? PAGED : PLAIN;
  const wants = wanted(choice);
  // It is in no answer that does not ask for it.
  const tellsDatasource = choice.include?.includes(spelling.meta('datasource')) ?? false;
  const meta = [
    ...META.filter((name) => wants(spelling.meta(name))),
    ...(tellsDatasource ? ['datasource' as const] : []),
  ];
  return (entity) => ({
    ...Object.fromEntries(meta.map((name) => [name, entity[name]])),
    properties: {
      ...pick(entity.properties, (id) => wants(spelling.property(id))),
      ...compute(entity, (id) => wants(spelling.property(id))),
    },
    relations: pick(entity.relations, (id) => wants(spelling.relation(id))),
  });
}

/** An entity with what the API computes for it among its properties. */
export type Computed = Pick<Entity, 'identifier' | 'title' | 'relations' | 'properties'>;

/** An entity as clients see it, for who works with the store itself. */
export function computedEntity(store: PortStore, entity: Entity): Computed {
  return { ...entity, properties: { ...entity.properties, ...computer(store)(entity, () => true) } };
}

/** An entity with everything a client may see. */
export function presentWhole(store: PortStore, entity: Entity): JsonObject {
  return presenter(store, { include: undefined, exclude: undefined }, 'plain')(entity);
}

function wanted({ include, exclude }: FieldChoice): Wants {
  const included = include && new Set(include);
  const excluded = new Set(exclude);
  return (field) => (included === undefined || included.has(field)) && !excluded.has(field);
}

function pick(object: JsonObject, wants: Wants): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([id]) => wants(id)));
}
