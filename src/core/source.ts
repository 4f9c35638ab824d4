import type { Completeness, JsonObject, Kind, RawItem } from './model.ts';

/** One page of a listing. */
export interface SourcePage {
  readonly items: readonly RawItem[];
  /** The size of the answer, if known. */
  readonly bytes?: number | undefined;
  /** Elements of the page that are not rows (null, a string …). Each may stand for an entity. */
  readonly malformed: number;
}

/**
 * A read in progress: pages, and at the end whether they were provably all. A failed request does not throw; the read is
 * incomplete. It throws an AppError for what concerns all requests (the key, the address), and on abort.
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
   * Gone, but only for entities whose own time is in the window that was read. Older ones stay until `keepMs` after their
   * time; null: for ever.
   */
  | {
      readonly means: 'gone_within';
      /** The part of the place that holds the entity's own time. */
      readonly timePart: string;
      readonly fromSeconds: number;
      readonly toSeconds: number;
      readonly keepMs: number | null;
    }
  /** Nothing: the kind only adds fields to entities of other kinds. */
  | { readonly means: 'nothing' };

/** A kind with one checked selector. This is what the engine reads. */
export interface Listing {
  /** The selector from the mapping. */
  readonly selector: JsonObject;
  /** The same text for all selectors that read the same. Listings with the same key are read once. */
  readonly key: string;
  absence(now: Date): Absence;
  /** Reads everything that the selector selects. */
  read(signal: AbortSignal): Walk;
  /**
   * Reads one place again, in another way than `read`. `excluded`: the selector excludes the place, so the listing cannot
   * show it.
   */
  confirm(place: Place, signal: AbortSignal): Walk | 'excluded';
  /** Reads everything again, split in another way (per workload kind, per severity), for entities without a known place. */
  confirmAll(signal: AbortSignal): Walk;
  /** The selector key that excludes a place; undefined when none does, as far as the known parts tell. */
  excludedBy(place: Place): string | undefined;
  /**
   * Whether the selector selects an item that came without a read, from a watch. Not defined when it is enough to know the
   * place.
   */
  selects?(item: RawItem): boolean;
  /** The listing without the selector keys that limit other things than places, and these keys; undefined: there are none. */
  widened(): { readonly listing: Listing; readonly keys: readonly string[] } | undefined;
}

export type Selected =
  | { readonly listing: Listing }
  /** The mistakes in the selector. Each message begins with the path inside the selector. */
  | { readonly complaints: readonly string[] };

/** A subject's part of a kind. */
export interface Narrowed {
  readonly scope: Place;
  /** Which items of the scope belong to the subject. */
  holds(item: RawItem): boolean;
  /** Parts of a place that identify the subject's entities. Each of these sets is enough. */
  readonly identifiedBy: readonly Place[];
  /** Selector keys that make the listing ask for the same in another way. */
  readonly confirmWith: JsonObject;
  /** The selector of a wider place. If Komodor shows nothing there either, nothing can be said to be gone. */
  readonly around: JsonObject;
  /** Whether an entity that complete reads of the scope do not give any more is deleted with the subject. */
  readonly deletedWithSubject: boolean;
}

/** An item as it would be under other names. What it is mapped to tells what its name decides. */
export interface Twins {
  /** In the same scope, with other names. */
  readonly beside: readonly RawItem[];
  /** In another scope; with the same name, where scopes have names of their own. */
  readonly elsewhere: RawItem;
}

/** A kind of a source. */
export interface SourceKind {
  readonly name: Kind;
  /** The system of the kind, as subjects name it: `komodor`. */
  readonly system: string;
  /** The system in messages: `Komodor`, `the cluster`, `the folder /catalog`. */
  readonly systemName: string;
  /** Whether it leaves entities alone that another program or installation wrote last. */
  readonly yields?: boolean;
  /** Kinds that are read before this one, if the run reads them. */
  readonly after: readonly Kind[];
  select(selector: JsonObject): Selected;
  /** A made-up item with a recognisable place. It is mapped once to learn which properties keep the parts of a place. */
  readonly probe: { readonly item: RawItem; readonly place: Place };
  /** The parts of a place that together identify an item of the kind. */
  readonly identity: readonly string[];
  /** The place of an item. It may lack parts. */
  placeOf(item: RawItem): Place;
  /** The smallest place that can be read; undefined when the place lacks parts. */
  scopeOf(place: Place): Place | undefined;
  /** Where the items of a subject are found; undefined: such a subject has none of this kind (a node is no service). */
  narrow(subject: Subject): Narrowed | undefined;
  /** The item under other names. Not defined when the source does not tell what is gone. */
  twins?(item: RawItem): Twins;
  /**
   * Asks for the item of an identity, whatever selectors say. Not defined when the source has no such question and `scopeOf`
   * does not know the place of an identity either.
   */
  readOne?(place: Place, signal: AbortSignal): Walk;
  /** The subjects that an incomplete subject may mean. Not defined when the kind cannot find out. */
  locate?(subject: Subject, signal: AbortSignal): Promise<readonly Subject[]>;
}

/** The known kinds. */
export interface KindBook {
  /** Those that can be listed, and those that were asked for. */
  readonly all: readonly SourceKind[];
  /** May make the kind of a name that it knows the form of. */
  get(name: Kind): SourceKind | undefined;
}

/** @throws Error for two kinds with the same name */
export function kindBook(all: readonly SourceKind[]): KindBook {
  const byName = new Map(all.map((kind) => [kind.name, kind]));
  if (byName.size < all.length) throw new Error('two kinds have one name');
  return { all, get: (name) => byName.get(name) };
}

/** The listing of a selector that was checked before. @throws Error when it is wrong */
export function select(kind: SourceKind, selector: JsonObject): Listing {
  const selected = kind.select(selector);
  if ('listing' in selected) return selected.listing;
  throw new Error(`${kind.name}: ${selected.complaints.join('; ')}`);
}

/** The systems of kinds, for sentences about one thing of them: `Komodor`, `Komodor or the cluster`. */
export function systemsOf(kinds: readonly Pick<SourceKind, 'systemName'>[]): string {
  const names = [...new Set(kinds.map(({ systemName }) => systemName))];
  return names.length === 0 ? 'nothing that is read' : names.join(' or ');
}

/** A text that identifies a place, independent of the order of its parts. */
export function placeKey(place: Place): string {
  return JSON.stringify(Object.entries(place).sort(([a], [b]) => (a < b ? -1 : 1)));
}
