import { type EntityOutcome, OUTCOMES } from './entity-outcome.ts';
import type { Fingerprints, GivenColumns } from './fields.ts';
import type { Kind } from './model.ts';
import { TextPool } from './text-pool.ts';

/** The item that an entity was made of in this run. */
export interface Sighting {
  /** null: no item gave it, but a relation points at it. */
  readonly kind: Kind | null;
  /** Fingerprint of the item's key. Labels do not identify an item, because they may be shortened. */
  readonly item: number;
  readonly label: string;
}

/** The sighting of an entity that only a relation names so far. */
export function relationOnlySighting(): Sighting {
  return { kind: null, item: NOTHING, label: 'target of a relation' };
}

/** Everything that a run knows of one entity; a view of its row in the table. */
export interface TrackedEntity {
  /** Whether it was ours in Port at the beginning of the run. */
  readonly owned: boolean;
  /** The fields as Port has them, or will have them after the current writes. */
  fingerprints: Fingerprints | undefined;
  /** Fields that an item gave in this run. */
  readonly givenColumns: GivenColumns;
  /** Values of the properties that keep the place of the item. */
  readonly locatorValues: { readonly [property: string]: string };
  sighting: Sighting | undefined;
  /** Whether this run has given it to the writer. */
  sent: boolean;
  /** Whether the journal has a row of it in this run. */
  recorded: boolean;
  outcome: EntityOutcome | undefined;
}

/** The values of a new row. */
export interface NewEntity {
  readonly owned: boolean;
  readonly fingerprints?: Fingerprints;
  /** One value per locator property; undefined if the entity has none. */
  readonly located?: readonly (string | undefined)[];
}

/** Small, because every live event has its own table. */
const ROWS_PER_CHUNK = 256;
const NOTHING = 0;
/** A sighting's kind as a number: 0 no sighting, 1 a sighting without kind, 2 the first kind. */
const NO_KIND = 1;
const FIRST_KIND = 2;

/**
 * The entities of one blueprint, in columns of numbers. There may be 100,000, and this takes a few hundred bytes for each.
 * Objects with arrays and strings would take three times as much, and the garbage collector would have to visit them.
 */
export class EntityTable {
  readonly #rows = new Map<string, number>();
  readonly #chunks: Chunk[] = [];
  readonly #shared: Shared;
  #owned = 0;

  /** @param width how many fields are compared; @param locators properties that keep a part of a place */
  constructor(width: number, locators: readonly string[]) {
    this.#shared = { width, locators, kinds: [], labels: new TextPool(), names: new NameBook() };
  }

  identifiers(): IterableIterator<string> {
    return this.#rows.keys();
  }

  get(identifier: string): TrackedEntity | undefined {
    const row = this.#rows.get(identifier);
    return row === undefined ? undefined : this.#view(row);
  }

  /** The value of one locator property. */
  locatorValueOf(identifier: string, property: string): string | undefined {
    const { locators, names } = this.#shared;
    const row = this.#rows.get(identifier);
    const at = locators.indexOf(property);
    if (row === undefined || at === -1) return undefined;
    return names.at(this.#chunkOf(row).located[(row % ROWS_PER_CHUNK) * locators.length + at] ?? NOTHING);
  }

  /** Adds an entity. It must not be in the table yet. */
  add(identifier: string, facts: NewEntity): TrackedEntity {
    const row = this.#rows.size;
    this.#rows.set(identifier, row);
    const { width, locators, names } = this.#shared;
    if (row % ROWS_PER_CHUNK === 0) this.#chunks.push(new Chunk(width, locators.length));
    const chunk = this.#chunkOf(row);
    const at = row % ROWS_PER_CHUNK;
    chunk.owned[at] = facts.owned ? 1 : 0;
    if (facts.owned) this.#owned += 1;
    for (const [index, name] of (facts.located ?? []).entries()) {
      if (name !== undefined) chunk.located[at * locators.length + index] = names.numberOf(name);
    }
    const view = this.#view(row);
    view.fingerprints = facts.fingerprints;
    return view;
  }

  /** How many were ours in Port at the beginning of the run. */
  get owned(): number {
    return this.#owned;
  }

  /** The entities of ours without a sighting in this run. */
  *unseen(): IterableIterator<string> {
    for (const [identifier, row] of this.#rows) {
      const { owned, seen } = this.#chunkOf(row);
      const at = row % ROWS_PER_CHUNK;
      if (owned[at] === 1 && seen[at] === NOTHING) yield identifier;
    }
  }

  #chunkOf(row: number): Chunk {
    const chunk = this.#chunks[Math.floor(row / ROWS_PER_CHUNK)];
    if (chunk === undefined) throw new Error('the entity table lost a chunk');
    return chunk;
  }

  #view(row: number): TrackedEntity {
    return new RowView(this.#chunkOf(row), row % ROWS_PER_CHUNK, this.#shared);
  }
}

/** What all rows of a table share. */
interface Shared {
  readonly width: number;
  readonly locators: readonly string[];
  /** All kinds. A sighting holds the index. */
  readonly kinds: Kind[];
  readonly labels: TextPool;
  readonly names: NameBook;
}

/** Names of clusters and namespaces occur in many entities. Each is kept once, and a row holds its number; 0 is none. */
class NameBook {
  readonly #names: string[] = [''];
  readonly #numbers = new Map<string, number>();

  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#names.push(name) - 1;
    this.#numbers.set(name, number);
    return number;
  }

  at(number: number): string | undefined {
    return number === NOTHING ? undefined : this.#names[number];
  }
}

/** A bit for each field. */
function claimBytes(width: number): number {
  return Math.ceil(width / 8);
}

class Chunk {
  readonly owned = new Uint8Array(ROWS_PER_CHUNK);
  readonly sent = new Uint8Array(ROWS_PER_CHUNK);
  readonly recorded = new Uint8Array(ROWS_PER_CHUNK);
  readonly seen = new Uint8Array(ROWS_PER_CHUNK);
  readonly outcomes = new Uint8Array(ROWS_PER_CHUNK);
  readonly known = new Uint8Array(ROWS_PER_CHUNK);
  readonly labels = new Uint32Array(ROWS_PER_CHUNK);
  readonly items = new Float64Array(ROWS_PER_CHUNK);
  readonly located: Uint32Array;
  readonly fingerprints: Float64Array;
  readonly claims: Uint8Array;

  constructor(width: number, locators: number) {
    this.located = new Uint32Array(ROWS_PER_CHUNK * locators);
    this.fingerprints = new Float64Array(ROWS_PER_CHUNK * width);
    this.claims = new Uint8Array(ROWS_PER_CHUNK * claimBytes(width));
  }
}

class RowView implements TrackedEntity {
  readonly #chunk: Chunk;
  readonly #at: number;
  readonly #shared: Shared;

  constructor(chunk: Chunk, at: number, shared: Shared) {
    this.#chunk = chunk;
    this.#at = at;
    this.#shared = shared;
  }

  get owned(): boolean {
    return this.#chunk.owned[this.#at] === 1;
  }

  get fingerprints(): Fingerprints | undefined {
    if (this.#chunk.known[this.#at] !== 1) return undefined;
    const { width } = this.#shared;
    return this.#chunk.fingerprints.subarray(this.#at * width, (this.#at + 1) * width);
  }

  set fingerprints(fingerprints: Fingerprints | undefined) {
    this.#chunk.known[this.#at] = fingerprints === undefined ? 0 : 1;
    if (fingerprints !== undefined) this.#chunk.fingerprints.set(fingerprints, this.#at * this.#shared.width);
  }

  get givenColumns(): GivenColumns {
    const { claims } = this.#chunk;
    const start = this.#at * claimBytes(this.#shared.width);
    const byteOf = (column: number) => start + (column >> 3);
    const bitOf = (column: number) => 1 << (column & 7);
    return {
      conflicts: [],
      has: (column) => ((claims[byteOf(column)] ?? 0) & bitOf(column)) !== 0,
      add: (column) => {
        claims[byteOf(column)] = (claims[byteOf(column)] ?? 0) | bitOf(column);
      },
    };
  }

  get locatorValues(): { readonly [property: string]: string } {
    const { locators, names } = this.#shared;
    const found = locators.flatMap((property, index) => {
      const name = names.at(this.#chunk.located[this.#at * locators.length + index] ?? NOTHING);
      return name === undefined ? [] : [[property, name] as const];
    });
    return Object.fromEntries(found);
  }

  get sighting(): Sighting | undefined {
    const seen = this.#chunk.seen[this.#at] ?? NOTHING;
    if (seen === NOTHING) return undefined;
    return {
      kind: this.#shared.kinds[seen - FIRST_KIND] ?? null,
      item: this.#chunk.items[this.#at] ?? NOTHING,
      label: this.#shared.labels.at(this.#chunk.labels[this.#at] ?? 0),
    };
  }

  set sighting(sighting: Sighting | undefined) {
    if (sighting === undefined) {
      this.#chunk.seen[this.#at] = NOTHING;
      return;
    }
    this.#chunk.seen[this.#at] = sighting.kind === null ? NO_KIND : FIRST_KIND + this.#numberOf(sighting.kind);
    this.#chunk.items[this.#at] = sighting.item;
    this.#chunk.labels[this.#at] = this.#shared.labels.add(sighting.label);
  }

  #numberOf(kind: Kind): number {
    const { kinds } = this.#shared;
    const known = kinds.indexOf(kind);
    return known === -1 ? kinds.push(kind) - 1 : known;
  }

  get sent(): boolean {
    return this.#chunk.sent[this.#at] === 1;
  }

  set sent(sent: boolean) {
    this.#chunk.sent[this.#at] = sent ? 1 : 0;
  }

  get recorded(): boolean {
    return this.#chunk.recorded[this.#at] === 1;
  }

  set recorded(recorded: boolean) {
    this.#chunk.recorded[this.#at] = recorded ? 1 : 0;
  }

  get outcome(): EntityOutcome | undefined {
    return OUTCOMES[(this.#chunk.outcomes[this.#at] ?? NOTHING) - 1];
  }

  set outcome(outcome: EntityOutcome | undefined) {
    this.#chunk.outcomes[this.#at] = outcome === undefined ? NOTHING : OUTCOMES.indexOf(outcome) + 1;
  }
}
