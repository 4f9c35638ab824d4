import type { Aggregation, Blueprint, Entity, JsonObject } from './model.ts';
import { own, targetsOf } from './model.ts';
import { type Path, pathsBetween, readPath, type Step } from './paths.ts';
import { type CompiledQuery, compileQuery } from './search.ts';
import type { PortStore } from './store.ts';

/** The values that the API computes for an entity, of those properties that somebody wants to see. */
export type Compute = (entity: Entity, wants: (id: string) => boolean) => JsonObject;

/**
 * Computes mirrors and aggregations as the catalog is now; the API does it every quarter of an hour. Calculations are left
 * out, for they need jq, and averages over time as well.
 */
export function computer(store: PortStore): Compute {
  const ready = new Map<string, readonly (readonly [id: string, Reading])[]>();
  const readingsOf = (blueprint: string) => {
    const readings = ready.get(blueprint) ?? prepare(store, store.blueprint(blueprint));
    ready.set(blueprint, readings);
    return readings;
  };
  return (entity, wants) => {
    const readings = readingsOf(entity.blueprint).filter(([id]) => wants(id));
    const values = readings.map(([id, read]) => [id, read(entity)] as const);
    return Object.fromEntries(values.filter(([, value]) => value !== undefined));
  };
}

type Reading = (entity: Entity) => unknown;

function prepare(store: PortStore, blueprint: Blueprint | undefined): readonly (readonly [string, Reading])[] {
  if (blueprint === undefined) return [];
  const mirrors = Object.entries(blueprint.mirrorProperties).map(
    ([id, { path }]) => [id, mirrorReading(store, path.split('.'))] as const,
  );
  const aggregations = Object.entries(blueprint.aggregationProperties).map(
    ([id, aggregation]) => [id, aggregationReading(store, blueprint.identifier, aggregation)] as const,
  );
  return [...mirrors, ...aggregations];
}

function mirrorReading(store: PortStore, path: readonly string[]): Reading {
  return (entity) => {
    let at: readonly Entity[] = [entity];
    let isMany = false;
    for (const relation of path.slice(0, -1)) {
      isMany ||= at.some(({ blueprint }) => own(store.blueprint(blueprint)?.relations ?? {}, relation)?.many);
      at = at.flatMap((one) => along(store, one, relation));
    }
    const values = at.flatMap((one) => fieldOf(one, path.at(-1) ?? '') ?? []);
    return isMany ? values : values[0];
  };
}

function fieldOf(entity: Entity, name: string): unknown {
  if (name === '$identifier') return entity.identifier;
  return name === '$title' ? entity.title : own(entity.properties, name);
}

function aggregationReading(store: PortStore, source: string, aggregation: Aggregation): Reading {
  const { target, pathFilter = [], query } = aggregation;
  const world = new Map(store.blueprints().map((blueprint) => [blueprint.identifier, blueprint]));
  const [filter] = pathFilter;
  const chosen = filter === undefined ? undefined : readPath(world, source, target, filter);
  const paths = filter === undefined ? pathsBetween(world, source, target) : chosen ? [chosen] : [];
  const { matches }: Pick<CompiledQuery, 'matches'> = query ? compileQuery(store, query) : { matches: () => true };
  return (entity) => {
    const found = new Set(paths.flatMap((path) => [...endsOf(store, entity, path)]));
    return numberOf(aggregation, [...found].filter(matches));
  };
}

function endsOf(store: PortStore, start: Entity, path: Path): ReadonlySet<Entity> {
  let at: ReadonlySet<Entity> = new Set([start]);
  for (const step of path) at = new Set([...at].flatMap((entity) => take(store, entity, step)));
  return at;
}

function take(store: PortStore, entity: Entity, { direction, owner, relation }: Step): readonly Entity[] {
  if (direction === 'along') return along(store, entity, relation);
  return store.entities
    .dependents(entity.blueprint, entity.identifier)
    .filter((dependent) => dependent.entity.blueprint === owner && dependent.relations.includes(relation))
    .map((dependent) => dependent.entity);
}

function along(store: PortStore, entity: Entity, relation: string): readonly Entity[] {
  const target = own(store.blueprint(entity.blueprint)?.relations ?? {}, relation)?.target;
  if (target === undefined) return [];
  return targetsOf(own(entity.relations, relation)).flatMap((identifier) => store.entity(target, identifier) ?? []);
}

function numberOf({ calculationSpec }: Aggregation, entities: readonly Entity[]): number | undefined {
  const { calculationBy, func, property = '' } = calculationSpec;
  if (calculationBy === 'entities') return func === 'count' ? entities.length : undefined;
  const numbers = entities
    .map(({ properties }) => own(properties, property))
    .filter((value) => typeof value === 'number');
  if (func === 'sum') return numbers.reduce((sum, number) => sum + number, 0);
  if (numbers.length === 0) return undefined;
  if (func === 'min') return numbers.reduce((least, number) => Math.min(least, number));
  if (func === 'max') return numbers.reduce((most, number) => Math.max(most, number));
  return func === 'median' ? medianOf(numbers.sort((a, b) => a - b)) : undefined;
}

function medianOf(sorted: readonly number[]): number | undefined {
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, number) => sum + number, 0) / middle.length;
}
