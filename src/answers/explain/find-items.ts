import { encodeIdentifier } from '../../core/identifier.ts';
import type { RawItem, StoredEntity } from '../../core/model.ts';
import type { MappedRow, Mapper, Program } from '../../core/ports.ts';
import { type Extraction, itemFingerprint } from '../../core/run.ts';
import { type Listing, type Place, select, type Walk } from '../../core/source.ts';
import { isUnique, type Pattern, patternOf, placeInPort, placesFor } from './places.ts';
import type { SourceReads } from './source-reads.ts';

/** An item that has to do with the entity. */
export interface FoundItem {
  readonly extraction: Extraction;
  readonly item: RawItem;
  /** What the entries give, as if every `selector.query` were true. */
  readonly rows: readonly MappedRow[];
  /** The selector keys that leave the item out; undefined: it is read. */
  readonly excludedBy?: string;
}

/** What an extraction has for an entity. */
export interface Findings {
  readonly extraction: Extraction;
  /** Items that give the entity, or would. */
  readonly giving: readonly FoundItem[];
  /** Items of the same place that give no identifier, blueprint or selector answer. */
  readonly rejected: readonly FoundItem[];
  /** Items of the same place that give entities, but not this one. */
  readonly others: readonly FoundItem[];
  readonly complete: boolean;
}

export interface Wanted {
  readonly blueprint: string;
  readonly identifier: string;
  /** The entity in Port. */
  readonly stored: StoredEntity | undefined;
  /** Whether Port has something that resembles it, so that a whole listing need not be read for a misspelt name. */
  readonly resembles: boolean;
}

interface Search {
  readonly extraction: Extraction;
  readonly wanted: Wanted;
  readonly reads: SourceReads;
  readonly open: Program;
  readonly signal: AbortSignal;
  /** The places where its item may be; undefined: nobody knows. */
  readonly places: readonly Place[] | undefined;
  /** Whether no other item can give the identifier, so that reading may end with the first. */
  readonly unique: boolean;
}

/** One question to a kind. */
interface Question {
  readonly what: string;
  readonly walk: (signal: AbortSignal) => Walk;
}

interface Context {
  readonly mapper: Mapper;
  readonly reads: SourceReads;
  /** All extractions that write the blueprint. */
  readonly siblings: readonly Extraction[];
  /** The names of the clusters; undefined when they are not known. */
  readonly clusters: () => Promise<readonly string[] | undefined>;
}

/**
 * Finds the items that give an entity. Asks for its place: the one that Port's copy keeps, else those that the identifier
 * may stand for. Only when neither tells, or when items of other places may give the same identifier, reads the listing.
 */
export async function findItems(
  extraction: Extraction,
  wanted: Wanted,
  context: Context,
  signal: AbortSignal,
): Promise<Findings> {
  const { mapper, reads } = context;
  const { kind, listing } = extraction;
  const pattern = await patternOf(extraction, wanted.blueprint, signal);
  const entries = extraction.program.entries.map((entry) => ({ ...entry, selectorQuery: 'true' }));
  const { program: open } = await mapper.compile(entries);
  const unique = pattern !== undefined && isUnique(pattern, extraction);
  const places = unique ? await placesOf(extraction, wanted, pattern, context) : undefined;
  const search: Search = { extraction, wanted, reads, open, signal, places, unique };
  if (places?.length === 0 && wanted.resembles) {
    const looks = pattern?.map((piece) => (typeof piece === 'string' ? piece : piece.part.toUpperCase())).join('');
    reads.note(kind.name, true, `not read: its identifiers look like ${looks}, and this one does not`);
    return { extraction, giving: [], rejected: [], others: [], complete: true };
  }
  if (places === undefined || places.length === 0)
    return read(search, { what: 'the whole list', walk: (within) => listing.read(within) });
  return readPlaces(search, places);
}

async function placesOf(
  extraction: Extraction,
  { stored, identifier }: Wanted,
  pattern: Pattern,
  { clusters, siblings }: Pick<Context, 'clusters' | 'siblings'>,
): Promise<readonly Place[] | undefined> {
  const kept = stored && keptPlace(extraction, siblings, stored);
  if (kept) return [kept];
  const places = placesFor(pattern, identifier);
  const isClear = places !== undefined && places.length <= 1;
  if (isClear || !pattern.some((piece) => typeof piece !== 'string' && piece.part === 'cluster')) return places;
  const known = await clusters();
  return known === undefined ? places : placesFor(pattern, identifier, { cluster: known });
}

/** The place that Port's copy keeps, by the properties of this extraction, or of another one with the same identity. */
function keptPlace(extraction: Extraction, siblings: readonly Extraction[], stored: StoredEntity): Place | undefined {
  const { kind } = extraction;
  const own = placeInPort(extraction, stored);
  if (kind.scopeOf(own)) return own;
  const alike = siblings.filter((one) => one.kind.identity.join() === kind.identity.join());
  const places = [own, ...alike.map((one) => placeInPort(one, stored))];
  return places.find((place) => itemFingerprint(kind, place) !== undefined);
}

/** Reads the places, by their scope where the kind has one, else by clusters and namespaces in the selector. */
async function readPlaces(search: Search, candidates: readonly Place[]): Promise<Findings> {
  const { extraction, reads } = search;
  const { kind } = extraction;
  let places = candidates;
  const [only] = places;
  if (places.length === 1 && only && !kind.scopeOf(only) && kind.readOne) {
    const { readOne } = kind;
    const one = await reads.read(kind, Object.values(only).join('/'), (signal) => readOne(only, signal));
    const [item] = one.items;
    if (!item) return { extraction, giving: [], rejected: [], others: [], complete: one.complete };
    places = [kind.placeOf(item)];
  }
  const { asked, keys } = including(extraction, places);
  const found = await read(search, narrowly(search, asked, places), keys.length > 0 ? keys.join(', ') : undefined);
  if (found.giving.length + found.rejected.length > 0 || !found.complete) return found;
  const wider = asked.widened();
  if (!wider) return found;
  const second = await read(search, narrowly(search, wider.listing, places), wider.keys.join(', '));
  return { ...second, others: [...found.others, ...second.others] };
}

/** The listing without the selector keys that leave all the places out, and these keys. */
function including({ kind, listing }: Extraction, places: readonly Place[]) {
  const keys: string[] = [];
  let asked = listing;
  for (;;) {
    const by = places.map((place) => asked.excludedBy(place));
    const [key] = by;
    if (key === undefined || by.includes(undefined)) return { asked, keys };
    keys.push(key);
    asked = select(kind, Object.fromEntries(Object.entries(asked.selector).filter(([name]) => name !== key)));
  }
}

function narrowly({ extraction: { kind } }: Search, from: Listing, places: readonly Place[]): Question {
  const [only] = places;
  const scope = places.length === 1 && only ? kind.scopeOf(only) : undefined;
  const { listing, what } = limitedTo(kind, from, places);
  const whole = { what, walk: (within: AbortSignal) => listing.read(within) };
  if (!scope) return whole;
  return {
    what: `in ${Object.values(scope).join('/')}`,
    walk(within) {
      const walk = from.confirm(scope, within);
      return walk === 'excluded' ? whole.walk(within) : walk;
    },
  };
}

/** The listing limited to the clusters and namespaces of places, as far as the kind's selector can. */
function limitedTo(kind: Extraction['kind'], from: Listing, places: readonly Place[]) {
  const valuesOf = (part: string) => {
    const values = places.map((place) => place[part]);
    return values.every((value) => value !== undefined) ? [...new Set(values)] : undefined;
  };
  const [clusters, namespaces] = [valuesOf('cluster'), valuesOf('namespace')];
  for (const limit of [{ clusters, namespaces }, { clusters }]) {
    const known = Object.entries(limit).filter(([, values]) => values !== undefined && values.length > 0);
    if (known.length === 0) continue;
    const selected = kind.select({ ...from.selector, ...Object.fromEntries(known) });
    const what = known.map(([key, values]) => `of ${key} ${values?.join(', ')}`).join(', ');
    if ('listing' in selected) return { listing: selected.listing, what };
  }
  return { listing: from, what: 'as a whole' };
}

/** Reads, maps each page, and keeps what has to do with the entity. */
async function read(search: Search, { what, walk }: Question, excludedBy?: string): Promise<Findings> {
  const { extraction, reads, unique } = search;
  const [giving, rejected, others]: [FoundItem[], FoundItem[], FoundItem[]] = [[], [], []];
  const { complete } = await reads.read(extraction.kind, what, walk, async (items) => {
    const page = await sort(search, items, excludedBy);
    giving.push(...page.giving);
    rejected.push(...page.rejected);
    others.push(...page.others);
    return unique && giving.length > 0;
  });
  return { extraction, giving, rejected, others, complete };
}

/** Maps items, and keeps those that have to do with the entity. */
async function sort(search: Search, items: readonly RawItem[], excludedBy: string | undefined) {
  const { extraction, wanted, open, signal, places } = search;
  const { kind } = extraction;
  const prints = new Set(places?.map((place) => itemFingerprint(kind, place)));
  const [giving, rejected, others]: [FoundItem[], FoundItem[], FoundItem[]] = [[], [], []];
  for (const { item, rows } of items.length === 0 ? [] : await open.map(items, signal)) {
    const found: FoundItem = { extraction, item, rows, ...(excludedBy === undefined ? {} : { excludedBy }) };
    const print = itemFingerprint(kind, kind.placeOf(item));
    const isSame = print === undefined ? places !== undefined : prints.has(print);
    if (rows.some((row) => gives(row, wanted))) giving.push(found);
    else if (isSame && rows.some((row) => mayGive(row, wanted.blueprint))) rejected.push(found);
    else if (print !== undefined && isSame) others.push(found);
  }
  return { giving, rejected, others };
}

/** Whether a row is the entity. */
export function gives(row: MappedRow, { blueprint, identifier }: Pick<Wanted, 'blueprint' | 'identifier'>): boolean {
  if (row.type !== 'entity' || row.entity.blueprint !== blueprint) return false;
  return typeof row.entity.identifier === 'string' && encodeIdentifier(row.entity.identifier) === identifier;
}

function mayGive(row: MappedRow, blueprint: string): boolean {
  return row.type === 'rejected' && (row.blueprint === null || row.blueprint === blueprint);
}
