import type { z } from 'zod';
import type { KindInfo } from '../core/kinds.ts';
import type { JsonObject, Kind, RawItem } from '../core/model.ts';
import { isLimited, type Selector, selectorKey, unknownKeys } from '../core/selector.ts';
import type { Absence, Listing, Narrowed, Place, Selected, SourceKind, Subject, Walk } from '../core/source.ts';
import { withKnownClusters } from './clusters.ts';
import { type ItemSpec, itemOf, textsOf } from './item.ts';
import type { Reading } from './listing.ts';
import { describeIssue, PLACE_KEYS } from './selector.ts';
import { sideBySide } from './side-by-side.ts';
import { type Address, addressOf, SYSTEM, subjectAt } from './subject.ts';

/** The text about a kind in docs/kinds.md. Each field is a short sentence or a name. */
export interface KindDoc {
  readonly title: string;
  /** Method and path below `/api/v2/`: `POST services/search`. */
  readonly endpoint: string;
  /** The meaning of each selector key, with its default. */
  readonly selector: { readonly [key: string]: string };
  /** The blueprint of the default mapping, and its identifier. */
  readonly blueprint: string;
  /** The add-on with the default mapping. Missing: the mapping is always active. */
  readonly addOn?: string;
  /** What identifies an item. */
  readonly identity: string;
  /** What happens to an entity that a complete read does not give. */
  readonly absence: string;
  /** How a read proves that it is complete, and how an absence is confirmed. */
  readonly completeness: string;
  /** Paths of the fields that a row may lack, such as `lastDeploy.endTime`. `lint` tries expressions without each of them. */
  readonly mayLack?: readonly string[];
}

/** The definition of a kind; `S` is its checked selector. */
export interface KindSpec<S extends Selector> extends ItemSpec {
  readonly name: Kind;
  readonly doc: KindDoc;
  readonly identity: readonly string[];
  /** Kinds that are read before this one, if the run reads them. */
  readonly after?: readonly Kind[];
  /** The initial number of items per page, and the most that pages may grow to (default: they do not grow). */
  readonly pageSize: number;
  readonly largestPage?: number;
  /** The keys that lead to the list of rows in an answer: `data`, `services`. */
  readonly rows: readonly string[];
  readonly selector: z.ZodType<S> & { readonly shape: object };
  /** The values with which the selector keys besides places exclude nothing. A missing key: an empty list. */
  readonly widest?: JsonObject;
  /** A made-up row with every field that Komodor may send, and the place of its item. The values are recognisable. */
  readonly probe: { readonly row: JsonObject; readonly asked?: Place; readonly place: Place };
  /**
   * The place of an item. Default: the fields that `probe.place` names, if they are text. If live events can name the item,
   * `cluster`, `namespace`, `kind` and `name` must be among the parts.
   */
  placeOf?(item: RawItem): Place;
  /** The parts of a scope. Missing: absence never deletes anything. */
  readonly scopeParts?: readonly string[];
  /** Computes the scope from other parts; undefined when the place lacks them. Default: the scope parts of the place. */
  scope?(place: Place): Place | undefined;
  /** The selector keys that limit places, with the value that each must allow for this place, if known. */
  limits?(place: Place): { readonly [key: string]: string | undefined };
  /** The meaning of absence. Default: the item is gone. */
  absence?(selector: S, now: Date): Absence;
  read(reading: Reading, selector: S): Walk;
  /** Reads one scope, in another way than `read`. */
  readScope?(reading: Reading, selector: S, scope: Place): Walk;
  /** Asks for one item by its identity, where the scope needs other parts. */
  readOne?(reading: Reading, place: Place): Walk;
  /** Splits the selector into several that together select the same. Missing: it cannot be split. */
  recut?(selector: S): Iterable<S>;
  /** Where the items of the thing at an address are found; missing or undefined: the kind has none. */
  narrow?(address: Address): Narrowed | undefined;
  /** The addresses that one without a workload kind may mean. Missing: the kind cannot find out. */
  locate?(reading: Reading, address: Address): Promise<readonly Address[]>;
}

/** Creates the context for a read of a kind. */
export type StartReading = (
  kind: Pick<KindDefinition, 'name' | 'pageSize' | 'largestPage'>,
  signal: AbortSignal,
) => Reading;

/** A kind that is not connected to an API yet. */
export interface KindDefinition extends KindInfo {
  readonly doc: KindDoc;
  readonly pageSize: number;
  readonly largestPage: number;
  /** Its selector keys. */
  readonly selectorKeys: readonly string[];
  /** Connects the kind to an API. */
  bind(start: StartReading): SourceKind;
}

const DEFINITIONS = new WeakSet<object>();

/** Whether a value was made by `defineKind`. */
export function isDefinition(value: unknown): value is KindDefinition {
  return typeof value === 'object' && value !== null && DEFINITIONS.has(value);
}

/** Defines a kind of Komodor. */
export function defineKind<S extends Selector>(spec: KindSpec<S>): KindDefinition {
  const { name, pageSize, largestPage = pageSize, selector: schema } = spec;
  const selectorKeys = Object.keys(schema.shape);
  const definition: KindDefinition = {
    name,
    doc: spec.doc,
    pageSize,
    largestPage,
    rows: spec.rows,
    addOn: spec.doc.addOn,
    mayLack: spec.doc.mayLack ?? [],
    limitedByDefault: selectorKeys.filter((key) => !/Default: (?:all|both)\b/.test(spec.doc.selector[key] ?? '')),
    selectorKeys,
    hasOtherCut: spec.recut !== undefined,
    toItem: (row, asked) => itemOf(spec, row, asked),
    bind: (start) => bind(spec, (signal) => start(definition, signal)),
  };
  DEFINITIONS.add(definition);
  return definition;
}

function bind<S extends Selector>(spec: KindSpec<S>, start: (signal: AbortSignal) => Reading): SourceKind {
  const { name, identity, probe, after = [], locate, readOne } = spec;
  const fields = [...new Set([...Object.keys(probe.place), ...identity])];
  const placeOf = spec.placeOf ?? ((item: RawItem) => textsOf(item, fields));
  return {
    name,
    system: SYSTEM,
    systemName: 'Komodor',
    yields: false,
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
    ...(readOne && { readOne: (place: Place, signal: AbortSignal) => readOne(start(signal), place) }),
    ...(locate && {
      async locate(subject: Subject, signal: AbortSignal) {
        const address = addressOf(subject);
        if (address?.kind !== '') return [];
        return (await locate(start(signal), address)).map((found) => subjectAt({ ...address, ...found }));
      },
    }),
  };
}

/** The place with only these parts; undefined when it lacks one. */
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
  const result = spec.selector.safeParse(selector);
  const complaints = [
    ...unknownKeys(selector, spec.name, keys),
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
    key: selectorKey(chosen),
    absence: (now) => spec.absence?.(chosen, now) ?? { means: 'gone' },
    read(signal) {
      const reading = start(signal);
      const clusters = isLimited(chosen.clusters) ? chosen.clusters : [];
      return withKnownClusters(reading, clusters, spec.read(reading, chosen), clusterOf);
    },
    confirm(place, signal) {
      // With a missing part the question would find nothing, which would look like an absence.
      const missingPart = spec.scopeParts?.find((part) => !place[part]);
      if (missingPart !== undefined) throw new Error(`a scope without ${missingPart}`);
      return (excludedBy(place) === undefined && spec.readScope?.(start(signal), chosen, place)) || 'excluded';
    },
    confirmAll(signal) {
      const reading = start(signal);
      return sideBySide([...(spec.recut?.(chosen) ?? [chosen])].map((part) => spec.read(reading, part)));
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
