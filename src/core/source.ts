import type { Completeness, JsonObject, Kind, RawItem } from './model.ts';

/** One page of a listing. */
export interface SourcePage {
  readonly items: readonly RawItem[];
  /** How large it was on the wire, as far as that is known. */
  readonly bytes?: number | undefined;
  /** Things on the page that were no items at all (null, a string …). They may hide an entity. */
  readonly malformed: number;
}

/**
 * A read in progress: pages, and at the end whether that was provably all. It never throws for a failed request (that is an
 * incomplete read); only an AppError for what concerns all requests (the key, the address), and on abort.
 */
export type Walk = AsyncGenerator<SourcePage, Completeness>;

/** Where a thing is and what it is called, by parts: `{ cluster, namespace, kind, service }`, `{ komodorUid }`. */
export type Place = { readonly [part: string]: string };

/** What a live event is about. Only the kinds of its system look inside. */
export interface Subject {
  readonly system: string;
  readonly place: Place;
}

/** What it means that a provably complete read did not give an entity. */
export type Absence =
  | { readonly means: 'gone' }
  /**
   * Gone, but only for entities whose own time lies in the window that was read. Older ones stay until `keepMs` have
   * passed since their time; null: for ever.
   */
  | {
      readonly means: 'gone_within';
      /** The part of the place that is the entity's own time. */
      readonly timePart: string;
      readonly fromSeconds: number;
      readonly toSeconds: number;
      readonly keepMs: number | null;
    }
  /** Nothing: the kind only adds fields to entities that other kinds make. */
  | { readonly means: 'nothing' };

/** A kind with one checked selector: all that the engine ever reads. */
export interface Listing {
  /** The selector as the mapping has it. */
  readonly selector: JsonObject;
  /** One text for all selectors that ask for the same: equal keys are read once. */
  readonly key: string;
  absence(now: Date): Absence;
  /** Reads everything that the selector names. */
  read(signal: AbortSignal): Walk;
  /**
   * Reads one place again, in another way than `read` does. `excluded`: the selector leaves the place out, so that this
   * listing can say nothing about it.
   */
  confirm(place: Place, signal: AbortSignal): Walk | 'excluded';
  /** Reads everything again, cut in another way (per workload kind, per severity): for what has no place. */
  confirmAll(signal: AbortSignal): Walk;
  /** The key of the selector that leaves out a place; undefined when none does, as far as its parts are known. */
  excludedBy(place: Place): string | undefined;
  /** The listing without what its selector limits besides places, and the keys of that; undefined when there is no such. */
  widened(): { readonly listing: Listing; readonly keys: readonly string[] } | undefined;
}

export type Selected =
  | { readonly listing: Listing }
  /** What is wrong with the selector: a message per problem, each beginning with its path inside the selector. */
  | { readonly complaints: readonly string[] };

/** A subject's part of a kind. */
export interface Narrowed {
  readonly scope: Place;
  /** Which items of the scope belong to the subject. */
  holds(item: RawItem): boolean;
  /** Parts of a place that tell the subject's entities from all others; any of these sets is enough. */
  readonly identifiedBy: readonly Place[];
  /** Put over the listing's selector, it asks for the same in another way. */
  readonly confirmWith: JsonObject;
  /** The selector of a wider place: where that shows nothing either, nobody can say that anything is gone. */
  readonly around: JsonObject;
  /** Whether an entity that a complete read of the scope does not give any more is gone with the subject. */
  readonly deletedWithSubject: boolean;
}

/** A kind of a source. */
export interface SourceKind {
  readonly name: Kind;
  /** Whose kind it is, as subjects name it: `komodor`. */
  readonly system: string;
  /** Kinds that have to be read before this one, where they are read too. */
  readonly after: readonly Kind[];
  select(selector: JsonObject): Selected;
  /** An item whose place has recognisable values. Mapped once to learn which property of an entity keeps which part. */
  readonly probe: { readonly item: RawItem; readonly place: Place };
  /** The parts of a place that together tell an item from all others of its kind. */
  readonly identity: readonly string[];
  /** The place of an item, as far as the item tells it. */
  placeOf(item: RawItem): Place;
  /** The smallest place that can be asked about; undefined when the parts are not enough. */
  scopeOf(place: Place): Place | undefined;
  /** Where what belongs to a subject is found; undefined: a thing like this has nothing of the kind (a node is no service). */
  narrow(subject: Subject): Narrowed | undefined;
  /** The things that an incomplete subject may mean; absent where the kind cannot tell. */
  locate?(subject: Subject, signal: AbortSignal): Promise<readonly Subject[]>;
}

/** The kinds that there are. */
export interface KindBook {
  readonly all: readonly SourceKind[];
  get(name: Kind): SourceKind | undefined;
}

/** @throws Error for two kinds of one name */
export function kindBook(all: readonly SourceKind[]): KindBook {
  const byName = new Map(all.map((kind) => [kind.name, kind]));
  if (byName.size < all.length) throw new Error('two kinds have one name');
  return { all, get: (name) => byName.get(name) };
}

/** The listing of a selector that is known to be right. @throws Error when it is not */
export function select(kind: SourceKind, selector: JsonObject): Listing {
  const selected = kind.select(selector);
  if ('listing' in selected) return selected.listing;
  throw new Error(`${kind.name}: ${selected.complaints.join('; ')}`);
}

/** One text per place, whatever the order of its parts. */
export function placeKey(place: Place): string {
  return JSON.stringify(Object.entries(place).sort(([a], [b]) => (a < b ? -1 : 1)));
}
