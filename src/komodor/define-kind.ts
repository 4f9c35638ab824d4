import type { z } from 'zod';
import type { JsonObject, Kind, RawItem } from '../core/model.ts';
import type { Addressing, KindQuery, Narrowed, Scope, WorkloadAddress } from '../core/ports.ts';
import { withKnownClusters } from './clusters.ts';
import { isObject, textsOf } from './item.ts';
import { chain, type Reading } from './listing.ts';
import type { Walk } from './proof.ts';
import { describeIssue, type Selector, unknownKey } from './selector.ts';

type Parts = { readonly [part: string]: string };

/** All that is special about a kind; `S` is its checked selector. */
export interface KindSpec<S extends Selector> {
  readonly name: Kind;
  /** How many items to ask for at once, to begin with. */
  readonly pageSize: number;
  readonly selector: z.ZodType<S> & { readonly shape: object };
  /** What the keys besides the places hold when nothing is to be left out; an absent one holds nothing. */
  readonly widest: JsonObject;
  /** What tells a row from all others of the kind, and how people call it. Missing fields never make a row unusable. */
  identify(row: JsonObject): { readonly identity: unknown; readonly label: string };
  /** A row with every field that Komodor may send, and the parts of its address as they stand in it. */
  readonly probe: { readonly row: JsonObject; readonly parts: Parts };
  /** The fields of a row that tell its item from all others where an entity keeps them; see Addressing. */
  readonly identity: readonly string[];
  /** The fields of a row that say in which scope its item lies. */
  readonly place: readonly string[];
  /** The smallest place that can be asked about; undefined when the parts are not enough. */
  scope(parts: Parts): Scope | undefined;
  /** The parts that a scope must have. One with a hole would ask about nothing, find nothing, and so prove nothing. */
  readonly scopeParts: readonly string[];
  /** The keys of the selector that speak of a place, with what they would have to allow there, as far as that is known. */
  limits(parts: Parts): { readonly [key: string]: string | undefined; readonly clusters: string | undefined };
  /** Where what belongs to a workload is found; see Addressing. */
  narrow(address: WorkloadAddress): Narrowed | undefined;
  read(reading: Reading, selector: S): Walk;
  readScope(reading: Reading, selector: S, scope: Scope): Walk;
  /** The selector cut into several that ask for the same in another way. */
  recut(selector: S): Iterable<S>;
}

/** A kind with its selectors unchecked: what the source needs of it. */
export interface KomodorKind {
  readonly name: Kind;
  readonly pageSize: number;
  readonly addressing: Addressing;
  /** A row of an answer as an item; undefined when it is no object. */
  toItem(row: unknown): RawItem | undefined;
  checkSelector(selector: JsonObject): readonly string[];
  normalSelector(selector: JsonObject): JsonObject;
  excludedBy(selector: JsonObject, parts: Parts): string | undefined;
  widened(selector: JsonObject): { readonly query: KindQuery; readonly keys: readonly string[] } | undefined;
  read(reading: Reading, selector: JsonObject): Walk;
  readScope(reading: Reading, selector: JsonObject, scope: Scope): Walk | undefined;
  readDifferently(reading: Reading, selector: JsonObject): Walk;
}

/** What a source needs of a kind, made of all that is special about it. */
export function defineKind<S extends Selector>(spec: KindSpec<S>): KomodorKind {
  const { name, pageSize, identity, narrow, scope, selector: schema } = spec;

  const clusterOf = (item: RawItem) => spec.limits(textsOf(item, spec.place)).clusters;

  /** The key of the selector that leaves a place out. */
  function excluding(chosen: S, parts: Parts): string | undefined {
    const limits = Object.entries(spec.limits(parts));
    return limits.find(
      ([key, value]) => value !== undefined && isLimited(chosen[key]) && !chosen[key]?.includes(value),
    )?.[0];
  }

  return {
    name,
    pageSize,
    toItem: (row) => itemOf(spec, row),
    addressing: {
      probe: itemOf(spec, spec.probe.row) ?? { key: '', label: '', value: spec.probe.row },
      parts: spec.probe.parts,
      identity,
      scope,
      narrow,
      partsOf: (item) => textsOf(item, identity),
      scopeOf: (item) => scope(textsOf(item, spec.place)),
    },
    checkSelector(selector) {
      const keys = Object.keys(schema.shape);
      const unknown = Object.keys(selector).filter((key) => key !== 'query' && !keys.includes(key));
      const result = schema.safeParse(selector);
      return [
        ...unknown.map((key) => unknownKey(key, name, keys)),
        ...(result.success ? [] : result.error.issues.map(describeIssue)),
      ];
    },
    normalSelector(selector) {
      const lists = Object.entries(schema.parse(selector));
      return Object.fromEntries(lists.map(([key, list]) => [key, [...new Set(list)].sort()]));
    },
    excludedBy: (selector, parts) => excluding(schema.parse(selector), parts),
    widened(selector) {
      const chosen = schema.parse(selector);
      const { clusters, namespaces } = chosen;
      const keys = Object.keys(chosen).filter(
        (key) => key !== 'clusters' && key !== 'namespaces' && isLimited(chosen[key]) && Object.hasOwn(selector, key),
      );
      if (keys.length === 0) return undefined;
      return { query: { kind: name, selector: { clusters, namespaces, ...spec.widest } }, keys };
    },
    read(reading, selector) {
      const chosen = schema.parse(selector);
      return withKnownClusters(reading, chosen.clusters, spec.read(reading, chosen), clusterOf);
    },
    readScope(reading, selector, place) {
      const hole = spec.scopeParts.find((part) => !place[part]);
      if (hole !== undefined) throw new Error(`a scope without ${hole}`);
      const chosen = schema.parse(selector);
      return excluding(chosen, place) === undefined ? spec.readScope(reading, chosen, place) : undefined;
    },
    readDifferently(reading, selector) {
      return chain(recutWalks(spec, reading, schema.parse(selector)));
    },
  };
}

function isLimited(values: readonly string[] | undefined): boolean {
  return values !== undefined && values.length > 0;
}

/** A row as an item. Its key is the JSON of its identity, so that no two differ only in how they are written together. */
export function itemOf({ identify }: Pick<KindSpec<Selector>, 'identify'>, row: unknown): RawItem | undefined {
  if (!isObject(row)) return undefined;
  const { identity, label } = identify(row);
  return { key: JSON.stringify(identity), label, value: row };
}

function* recutWalks<S extends Selector>(spec: KindSpec<S>, reading: Reading, selector: S): Generator<Walk> {
  for (const part of spec.recut(selector)) yield spec.read(reading, part);
}
