import type { z } from 'zod';
import type { JsonObject, Kind, RawItem } from '../core/model.ts';
import type { Absence, Listing, Narrowed, Place, Selected, SourceKind, Subject, Walk } from '../core/source.ts';
import { withKnownClusters } from './clusters.ts';
import { type ItemSpec, itemOf, textsOf } from './item.ts';
import { chain, type Reading } from './listing.ts';
import { describeIssue, isLimited, PLACE_KEYS, type Selector, unknownKey } from './selector.ts';
import { type Address, addressOf, SYSTEM, subjectAt } from './subject.ts';

/** What people read of a kind in docs/kinds.md. Each is a short sentence or a name. */
export interface KindDoc {
  readonly title: string;
  /** Method and path below `/api/v2/`: `POST services/search`. */
  readonly endpoint: string;
  /** What each key of the selector does, with its default. */
  readonly selector: { readonly [key: string]: string };
  /** The blueprint of the default mapping, and how its identifier is made. */
  readonly blueprint: string;
  /** The add-on that brings the default mapping; absent where it is always there. */
  readonly addOn?: string;
  /** What tells an item from all others. */
  readonly identity: string;
  /** What happens to an entity that a complete read does not give. */
  readonly absence: string;
  /** How it is proved that a read was complete, and how an absence is confirmed. */
  readonly completeness: string;
}

/** All that is special about a kind; `S` is its checked selector. */
export interface KindSpec<S extends Selector> extends ItemSpec {
  readonly name: Kind;
  readonly doc: KindDoc;
  readonly identity: readonly string[];
  /** Kinds that have to be read before this one, where they are read too. */
  readonly after?: readonly Kind[];
  /** How many items to ask for at once, to begin with. */
  readonly pageSize: number;
  readonly selector: z.ZodType<S> & { readonly shape: object };
  /** What the keys besides the places hold when nothing is to be left out; an absent one holds nothing. */
  readonly widest?: JsonObject;
  /** A row with every field that Komodor may send, and the place of its item, with recognisable values. */
  readonly probe: { readonly row: JsonObject; readonly asked?: Place; readonly place: Place };
  /**
   * The place of an item; absent: the fields that `probe.place` names, as far as they hold text. Where live events can name
   * the item, `cluster`, `namespace`, `kind` and `name` are among the parts.
   */
  placeOf?(item: RawItem): Place;
  /** The parts of the smallest place that can be asked about. Absent: nothing ever goes by absence. */
  readonly scopeParts?: readonly string[];
  /** Where they follow from other parts; undefined when these are not enough. Absent: they are taken as they are. */
  scope?(place: Place): Place | undefined;
  /** The keys of the selector that speak of a place, with what they would have to allow there, as far as that is known. */
  limits?(place: Place): { readonly [key: string]: string | undefined };
  /** What absence from a complete read means; absent: the item is gone. */
  absence?(selector: S, now: Date): Absence;
  read(reading: Reading, selector: S): Walk;
  /** Reads one place, in another way than `read` does. */
  readScope?(reading: Reading, selector: S, scope: Place): Walk;
  /** The selector cut into several that together ask for the same; absent where there is no other cut than the whole. */
  recut?(selector: S): Iterable<S>;
  /** What the kind has of the thing at an address; absent or undefined: nothing. */
  narrow?(address: Address): Narrowed | undefined;
  /** The addresses that one without a kind may mean; absent where the kind cannot tell. */
  locate?(reading: Reading, address: Address): Promise<readonly Address[]>;
}

/** What every read of a kind is given. */
export type StartReading = (kind: Pick<KindDefinition, 'name' | 'pageSize'>, signal: AbortSignal) => Reading;

/** A kind before it is known where to read it. */
export interface KindDefinition {
  readonly name: Kind;
  readonly doc: KindDoc;
  readonly pageSize: number;
  /** The keys of its selector. */
  readonly selectorKeys: readonly string[];
  /** Whether the whole can be asked for in another way than by the same question. */
  readonly hasOtherCut: boolean;
  /** A row of an answer as an item; undefined when it is no object. */
  toItem(row: unknown, asked?: Place): RawItem | undefined;
  /** The kind, read by the given API. */
  bind(start: StartReading): SourceKind;
}

const DEFINITIONS = new WeakSet<object>();

/** Whether a value is a definition of a kind. */
export function isDefinition(value: unknown): value is KindDefinition {
  return typeof value === 'object' && value !== null && DEFINITIONS.has(value);
}

/** A kind of Komodor, made of all that is special about it. */
export function defineKind<S extends Selector>(spec: KindSpec<S>): KindDefinition {
  const { name, pageSize, selector: schema } = spec;
  const definition: KindDefinition = {
    name,
    doc: spec.doc,
    pageSize,
    selectorKeys: Object.keys(schema.shape),
    hasOtherCut: spec.recut !== undefined,
    toItem: (row, asked) => itemOf(spec, row, asked),
    bind: (start) => bind(spec, (signal) => start(definition, signal)),
  };
  DEFINITIONS.add(definition);
  return definition;
}

function bind<S extends Selector>(spec: KindSpec<S>, start: (signal: AbortSignal) => Reading): SourceKind {
  const { name, identity, probe, after = [], locate } = spec;
  const fields = [...new Set([...Object.keys(probe.place), ...identity])];
  const placeOf = spec.placeOf ?? ((item: RawItem) => textsOf(item, fields));
  return {
    name,
    system: SYSTEM,
    after,
    identity,
    placeOf,
    scopeOf: (place) => (spec.scope ? spec.scope(place) : partsOf(place, spec.scopeParts)),
    probe: {
      item: itemOf(spec, probe.row, probe.asked) ?? { key: '', label: '', value: probe.row },
      place: probe.place,
    },
    select: (selector) => select(spec, selector, start, placeOf),
    narrow(subject) {
      const address = addressOf(subject);
      return address && spec.narrow?.(address);
    },
    ...(locate && {
      async locate(subject: Subject, signal: AbortSignal) {
        const address = addressOf(subject);
        if (address?.kind !== '') return [];
        return (await locate(start(signal), address)).map(subjectAt);
      },
    }),
  };
}

/** These parts of a place; undefined when one of them is not known. */
function partsOf(place: Place, parts: readonly string[] = []): Place | undefined {
  const known = Object.fromEntries(Object.entries(place).filter(([part]) => parts.includes(part)));
  return parts.length > 0 && parts.every((part) => known[part]) ? known : undefined;
}

function select<S extends Selector>(
  spec: KindSpec<S>,
  selector: JsonObject,
  start: (signal: AbortSignal) => Reading,
  placeOf: (item: RawItem) => Place,
): Selected {
  const keys = Object.keys(spec.selector.shape);
  const unknown = Object.keys(selector).filter((key) => key !== 'query' && !keys.includes(key));
  const result = spec.selector.safeParse(selector);
  const complaints = [
    ...unknown.map((key) => unknownKey(key, spec.name, keys)),
    ...(result.success ? [] : result.error.issues.map(describeIssue)),
  ];
  if (!result.success || complaints.length > 0) return { complaints };
  return { listing: listingOf(spec, selector, result.data, start, placeOf) };
}

function listingOf<S extends Selector>(
  spec: KindSpec<S>,
  selector: JsonObject,
  chosen: S,
  start: (signal: AbortSignal) => Reading,
  placeOf: (item: RawItem) => Place,
): Listing {
  const excludedBy = (place: Place) =>
    Object.entries(spec.limits?.(place) ?? {}).find(([key, value]) => {
      const allowed = chosen[key];
      return value !== undefined && isLimited(allowed) && !allowed.includes(value);
    })?.[0];
  const clusterOf = (item: RawItem) => spec.limits?.(placeOf(item)).clusters;
  return {
    selector,
    key: keyOf(chosen),
    absence: (now) => spec.absence?.(chosen, now) ?? { means: 'gone' },
    read(signal) {
      const reading = start(signal);
      const clusters = isLimited(chosen.clusters) ? chosen.clusters : [];
      return withKnownClusters(reading, clusters, spec.read(reading, chosen), clusterOf);
    },
    confirm(place, signal) {
      // A place with a hole would ask about nothing, find nothing, and so prove nothing.
      const hole = spec.scopeParts?.find((part) => !place[part]);
      if (hole !== undefined) throw new Error(`a scope without ${hole}`);
      return (excludedBy(place) === undefined && spec.readScope?.(start(signal), chosen, place)) || 'excluded';
    },
    confirmAll(signal) {
      const reading = start(signal);
      return chain([...(spec.recut?.(chosen) ?? [chosen])].map((part) => spec.read(reading, part)));
    },
    excludedBy,
    widened() {
      const isPlace = (key: string) => PLACE_KEYS.some((one) => one === key);
      const limited = Object.keys(chosen).filter(
        (key) => !isPlace(key) && isLimited(chosen[key]) && Object.hasOwn(selector, key),
      );
      if (limited.length === 0) return undefined;
      const kept = Object.entries(selector).filter(([key]) => isPlace(key) || !isLimited(chosen[key]));
      const wider = { ...Object.fromEntries(kept), ...spec.widest };
      return { listing: listingOf(spec, wider, spec.selector.parse(wider), start, placeOf), keys: limited };
    },
  };
}

/** One text for all selectors that ask for the same, whatever the order of their values. */
function keyOf(chosen: Selector): string {
  const sorted = Object.entries(chosen)
    .map(([key, value]) => [key, isLimited(value) ? [...new Set(value)].sort() : value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(sorted);
}
