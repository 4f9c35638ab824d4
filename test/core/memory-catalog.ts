import type { BlueprintShape, Entity, Mapping, SearchQuery, StoredEntity } from '../../src/core/model.ts';
import type { Catalog } from '../../src/core/ports.ts';

/** Entities of ours in Port, by blueprint: name -> place (`cluster/namespace`, or undefined where it is not known), and behind a blank its text. */
export type StoredThings = { readonly [blueprint: string]: ReadonlyMap<string, string | undefined> };

const text = { type: 'string' } as const;
const properties = { text, cluster: text, namespace: text };
const service = { target: 'service', many: false, required: false };
const SHAPES: readonly BlueprintShape[] = [
  { identifier: 'service', properties, relations: {}, required: [] },
  { identifier: 'risk', properties, relations: { service }, required: [] },
];

const UNMATCHED = { type: 'unmatched' } as const;

/** The one entity that a search in this small world finds: the value of its only rule is the name. */
function nameSearched({ rules: [rule] }: SearchQuery): string {
  return rule !== undefined && 'value' in rule ? String(rule.value) : '';
}

/** A catalog in memory that keeps what is written and removes what is removed. */
export function memoryCatalog(stored: StoredThings, mapping: Mapping) {
  const kept = new Map<string, Map<string, StoredEntity>>(SHAPES.map(({ identifier }) => [identifier, new Map()]));
  for (const [blueprint, things] of Object.entries(stored)) {
    for (const [identifier, place] of things) {
      const [where, text = null] = place?.split(' ') ?? [];
      const [cluster = null, namespace = null] = where?.split('/') ?? [];
      kept.get(blueprint)?.set(identifier, {
        blueprint,
        identifier,
        properties: { text, cluster, namespace },
        relations: {},
      });
    }
  }
  const entitiesOf = (blueprint: string) => kept.get(blueprint) ?? new Map<string, StoredEntity>();
  const named = (blueprint: string, names: readonly string[]) =>
    names.flatMap((name) => entitiesOf(blueprint).get(name) ?? []);
  const upsert = (entity: Entity) => {
    const identifier = typeof entity.identifier === 'string' ? entity.identifier : nameSearched(entity.identifier);
    if (!entitiesOf(entity.blueprint).has(identifier) && typeof entity.identifier !== 'string') return UNMATCHED;
    const created = !entitiesOf(entity.blueprint).has(identifier);
    const { blueprint, properties } = entity;
    entitiesOf(blueprint).set(identifier, { blueprint, identifier, properties, relations: {} });
    return { type: 'written', identifier, created } as const;
  };
  const catalog: Catalog = {
    prepare: async () => ({
      mapping,
      mappingOrigin: 'memory',
      problems: [],
      ready: Promise.resolve({ problems: [], setup: [] }),
    }),
    blueprint: async (identifier) => SHAPES.find((shape) => shape.identifier === identifier),
    async *owned({ identifier }) {
      yield [...entitiesOf(identifier).values()];
    },
    ownedElsewhere: async (written) => ({
      blueprints: [...kept].flatMap(([blueprint, { size }]) =>
        size > 0 && !written.includes(blueprint) ? [blueprint] : [],
      ),
      otherInstallations: new Map(),
    }),
    find: async ({ identifier }, _fields, names) => named(identifier, names),
    existing: async (blueprint, names) => new Set(named(blueprint, names).map(({ identifier }) => identifier)),
    upsert: async ({ entities }) => entities.map(upsert),
    async remove(blueprint, identifiers) {
      const deleted = identifiers.filter((identifier) => entitiesOf(blueprint).delete(identifier));
      return { deleted, refused: [] };
    },
    limits: { entitiesPerBatch: 20, bytesPerBatch: 1_000_000, batchesInFlight: 3, bytesInFlight: 8_000_000 },
  };
  return {
    catalog,
    left: () => new Map([...kept].map(([blueprint, entities]) => [blueprint, [...entities.keys()]])),
  };
}
